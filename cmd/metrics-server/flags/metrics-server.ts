import { parseApiVersions } from './api-versions.ts';
import type { FlagSection } from './flag.ts';

/** The server's own flags. */
export const metricsServerFlags = {
  kubeconfig: {
    kind: 'text',
    default: '',
    help: 'Kubeconfig used to reach the kube-apiserver and, as the base of its credentials, kubelets. Empty: the identity of the pod.',
  },
  'metric-resolution': {
    kind: 'duration',
    default: '1m0s',
    minMs: 10_000,
    help: 'How often each kubelet is asked. At least 10s; --kubelet-request-timeout may take at most nine tenths of it.',
  },
  'api-versions': {
    kind: 'other',
    shown: 'array',
    default: 'v1beta1',
    parse: parseApiVersions,
    help: 'Versions of metrics.k8s.io that are served: v1beta1, or v1beta1,v1.',
  },
  'api-warnings': {
    kind: 'switch',
    default: true,
    help: 'Lists that leave something out say so, and why, in at most two Warning headers, which kubectl prints.',
  },
  events: {
    kind: 'switch',
    default: true,
    help: 'Nodes that lose their metrics, and that get them back, are told of in Events, a few per minute at most.',
  },
  version: { kind: 'switch', default: false, help: 'Print the version and exit.' },
  help: { kind: 'switch', default: false, alias: 'h', help: 'Print this help and exit.' },
} as const satisfies FlagSection;
