import type { NodeRecord } from '../../model/cluster.ts';
import { as, type EpochMs } from '../../model/units.ts';
import type { ApiServiceFacts, PodFacts, ServerFlags } from '../facts.ts';
import type { Finding, Verdict } from '../finding.ts';
import type { KubeletFacts } from '../kubelets/kubelet-facts.ts';

/** A moment within the life of every certificate here. */
export const now = as<EpochMs>(Date.parse('2026-11-28T08:00:00Z'));

export const flags: ServerFlags = {
  securePort: 10_250,
  apiVersions: ['v1beta1'],
  events: true,
  viaNodeProxy: false,
  kubelet: {
    port: 10_250,
    useNodeStatusPort: true,
    preferredAddressTypes: ['InternalIP', 'ExternalIP', 'Hostname'],
    certificateAuthority: '',
    trust: 'verify',
  },
};

export const ours = { namespace: 'kube-system', name: 'metrics-server' } as const;

export function apiService(change: Partial<ApiServiceFacts> = {}): ApiServiceFacts {
  return {
    name: 'v1beta1.metrics.k8s.io',
    version: 'v1beta1',
    labels: {},
    annotations: {},
    service: { ...ours, port: 443 },
    insecureSkipTlsVerify: true,
    caBundle: '',
    available: { status: 'True', reason: 'Passed', message: 'all checks passed' },
    ...change,
  };
}

export function serverPod(change: Partial<PodFacts> = {}): PodFacts {
  return {
    namespace: 'kube-system',
    name: 'metrics-server-1',
    labels: { 'k8s-app': 'metrics-server' },
    hostNetwork: false,
    serviceAccount: 'metrics-server',
    nodeName: 'n1',
    phase: 'Running',
    ready: true,
    trouble: '',
    containers: [
      {
        name: 'metrics-server',
        image: 'tacho/metrics-server:v0.1.0',
        args: [],
        ports: [{ name: 'https', containerPort: 10_250 }],
        environment: {},
        requests: ['cpu', 'memory'],
      },
    ],
    ...change,
  };
}

export function nodeNamed(name: string, change: Partial<NodeRecord> = {}): NodeRecord {
  return {
    name,
    uid: name,
    labels: { 'kubernetes.io/hostname': name },
    addresses: [{ type: 'InternalIP', address: '10.0.0.1' }],
    kubeletPort: 10_250,
    ready: true,
    ...change,
  };
}

export function kubelet(name: string, change: Partial<KubeletFacts> = {}): KubeletFacts {
  return {
    node: nodeNamed(name),
    outcome: { kind: 'scraped', containers: 3, badLines: 0 },
    acceptedBy: 'certificate',
    fromSummary: false,
    tookMs: 20,
    ...change,
  };
}

export const findingsIn = (verdicts: readonly Verdict[]): readonly Finding[] =>
  verdicts.flatMap((verdict) => (verdict.kind === 'finding' ? [verdict.finding] : []));

export const codesIn = (verdicts: readonly Verdict[]): readonly string[] =>
  findingsIn(verdicts).map(({ code }) => code);
