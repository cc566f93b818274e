import { parseByteSize } from './byte-size.ts';
import type { FlagSection } from './flag.ts';
import { parseSource } from './source.ts';
import { parseStoredLabels } from './stored-labels.ts';

/** The metric catalogue that Heapster had, and its history. */
export const catalogueFlags = {
  catalogue: {
    kind: 'switch',
    default: false,
    help: "Keep every metric that kubelets' /stats/summary has, their sums, and a history of them.",
  },
  'catalogue-resolution': {
    kind: 'duration',
    default: '1m0s',
    minMs: 10_000,
    help: 'How often each kubelet is asked for the catalogue. At least 10s.',
  },
  'catalogue-cadvisor': {
    kind: 'switch',
    default: false,
    help: "Ask kubelets for /metrics/cadvisor as well: memory/cache and disk/io_*. A large answer, ten times the summary's.",
  },
  'catalogue-cadvisor-resolution': {
    kind: 'duration',
    default: '1m0s',
    minMs: 10_000,
    help: 'How often each kubelet is asked for /metrics/cadvisor. At least 10s.',
  },
  'history-budget': {
    kind: 'other',
    shown: 'string',
    default: '256Mi',
    parse: parseByteSize,
    help: 'Memory for the history of the catalogue. What does not fit goes, the oldest first.',
  },
  'history-duration': {
    kind: 'duration',
    default: '24h0m0s',
    minMs: 3_600_000,
    help: 'How long CPU, memory, network and file systems are remembered, in steps of 5 minutes. At least 1h.',
  },
  'legacy-port': {
    kind: 'integer',
    default: 0,
    min: 0,
    max: 65535,
    help: "Serve Heapster's API over plain HTTP on this port as well, to whoever reaches it, without asking who they are. 0: do not.",
  },
  'legacy-bind-address': {
    kind: 'address',
    default: '127.0.0.1',
    help: 'IP address of --legacy-port. Anything but loopback shows the figures of the whole cluster to its network.',
  },
  source: {
    kind: 'other',
    shown: 'string',
    default: '',
    parse: parseSource,
    help: "Heapster's source, kubernetes.summary_api:<url>?<options>: switches --catalogue on and sets the flags that its options mean.",
  },
  'label-separator': {
    kind: 'text',
    default: ',',
    help: 'Between the pairs of the label "labels" of the catalogue.',
    formerNames: ['label-seperator'],
  },
  'ignore-label': {
    kind: 'list',
    default: [],
    help: 'Labels of objects that are left out of the label "labels" of the catalogue.',
  },
  'store-label': {
    kind: 'other',
    shown: 'array',
    default: '',
    parse: parseStoredLabels,
    help: 'Labels of objects that become labels of the catalogue besides: <label>, or <new name>=<label>.',
  },
  'pod-namespace-label': {
    kind: 'switch',
    default: false,
    help: 'Give pods and containers of the catalogue the label "pod_namespace" as well, as Heapster before 1.3.1.',
  },
  'host-id-annotation': {
    kind: 'text',
    default: '',
    help: 'Annotation of nodes that holds what the catalogue calls host_id.',
  },
} as const satisfies FlagSection;
