import { secondsText } from '../kube-apiserver/object-store.ts';
import { metricsServerAccount } from '../kube-apiserver/rights.ts';
import { installedArgs } from '../objects/installation-objects.ts';
import type { Patient } from './patient.ts';

/** What nodes and their kubelets can be like. */
export const kubeletCauses = {
  'node-not-ready': (patient: Patient) => {
    changeStatus(patient, () => ({ conditions: [{ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown' }] }));
  },
  'node-without-address': (patient: Patient) => {
    changeStatus(patient, () => ({ addresses: [{ type: 'ExternalDNS', address: 'node.example.com' }] }));
  },
  'kubelet-refuses': (patient: Patient) => patient.fault({ kind: 'refuse' }),
  'kubelet-hangs': (patient: Patient) => patient.fault({ kind: 'hang' }),
  'kubelet-self-signed': (patient: Patient) => patient.fault({ kind: 'certificate', make: 'self-signed' }),
  'kubelet-of-another-ca': (patient: Patient) => patient.fault({ kind: 'certificate', make: 'unknown-ca' }),
  'kubelet-certificate-expired': (patient: Patient) => patient.fault({ kind: 'certificate', make: 'expired' }),
  'kubelet-of-another-name': (patient: Patient) => patient.fault({ kind: 'certificate', make: 'other-name' }),
  'kubelet-key-changed': (patient: Patient) => pinned(patient, 'sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='),
  'kubelet-key-not-pinned': (patient: Patient) => pinned(patient, undefined),
  'kubelet-without-webhook': (patient: Patient) => patient.fault({ kind: 'status', status: 401 }),
  'kubelet-without-resource-metrics': (patient: Patient) =>
    patient.fault({ kind: 'no-resource-metrics', summary: 'forbidden' }),
  'kubelet-answers-html': (patient: Patient) => patient.fault({ kind: 'html' }),
  'kubelet-without-containers': (patient: Patient) => patient.fault({ kind: 'missing-containers' }),
  'clock-ahead': (patient: Patient) => patient.fault({ kind: 'skew', byMs: 60_000 }),
  'csr-pending': (patient: Patient) => request(patient),
} as const;

function changeStatus(patient: Patient, how: () => object): void {
  patient.change('nodes', patient.node, ({ status }) => ({ status: { ...(status as object), ...how() } }));
}

/** The server knows kubelets by their keys, and this one, which signed itself, by `key` or not at all. */
function pinned(patient: Patient, key: string | undefined): Promise<void> {
  patient.changeContainer(() => ({ args: [...installedArgs, '--kubelet-tls=pin'] }));
  for (const verbs of [['create'], ['get', 'update']]) {
    patient.giveRight({
      who: metricsServerAccount,
      verbs,
      group: '',
      resources: ['secrets'],
      namespace: 'kube-system',
    });
  }
  patient.put('secrets', {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'metrics-server-kubelet-pins', namespace: 'kube-system' },
    data: key === undefined ? {} : { [patient.nodeUid]: Buffer.from(key).toString('base64') },
  });
  return patient.fault({ kind: 'certificate', make: 'self-signed' });
}

/** The node asks twice, as kubelets do that are not answered, and somebody else asks for what is not theirs. */
function request(patient: Patient): void {
  const node = `system:node:${patient.node}`;
  const groups = ['system:nodes', 'system:authenticated'];
  certificateRequest(patient, { name: 'csr-older', username: node, groups, ageMs: 20 * 60_000 });
  certificateRequest(patient, { name: 'csr-newer', username: node, groups, ageMs: 5 * 60_000 });
  certificateRequest(patient, {
    name: 'csr-of-a-stranger',
    username: 'eve',
    groups: ['system:authenticated'],
    ageMs: 0,
  });
}

interface Request {
  readonly name: string;
  readonly username: string;
  readonly groups: readonly string[];
  readonly ageMs: number;
}

function certificateRequest(patient: Patient, { name, username, groups, ageMs }: Request): void {
  patient.put('certificatesigningrequests.certificates.k8s.io', {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name, creationTimestamp: secondsText(patient.now - ageMs) },
    spec: {
      signerName: 'kubernetes.io/kubelet-serving',
      username,
      groups,
      usages: ['digital signature', 'server auth'],
      request: '',
    },
    status: {},
  });
}
