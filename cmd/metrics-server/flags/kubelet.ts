import type { FlagSection } from './flag.ts';
import { parseObjectName } from './object-names.ts';

/** How kubelets are reached and trusted. */
export const kubeletFlags = {
  'kubelet-insecure-tls': {
    kind: 'switch',
    default: false,
    help: 'Do not verify the certificates of kubelets. Whoever answers at a node address then receives our token: for test clusters only.',
  },
  'kubelet-tls': {
    kind: 'choice',
    choices: ['', 'verify', 'pin', 'insecure'],
    default: '',
    help: 'Who is taken for a kubelet. verify: whose certificate our CA vouches for and names the node, its Hostname or the address. pin: also who shows the key of the first contact, which is trusted unseen and kept in a Secret. insecure: whoever answers. Empty: verify, or insecure with --kubelet-insecure-tls.',
  },
  'kubelet-pins-secret': {
    kind: 'other',
    shown: 'string',
    default: 'metrics-server-kubelet-pins',
    parse: parseObjectName,
    help: 'Secret of --kubelet-tls=pin, as name or namespace/name; made if missing. Without a namespace: ours.',
  },
  'kubelet-use-node-status-port': {
    kind: 'switch',
    default: false,
    help: 'Use the port in the status of each Node, where it has one, over --kubelet-port.',
  },
  'kubelet-port': {
    kind: 'integer',
    default: 10250,
    min: 1,
    max: 65535,
    help: 'Port of the kubelets.',
  },
  'kubelet-preferred-address-types': {
    kind: 'list',
    default: ['Hostname', 'InternalDNS', 'InternalIP', 'ExternalDNS', 'ExternalIP'],
    help: 'Which addresses of a node to use: those of the first of these types that it has, and where nothing answers there, those of the next.',
  },
  'kubelet-certificate-authority': {
    kind: 'text',
    default: '',
    help: 'PEM file with the CAs that sign kubelet serving certificates. Empty: the CA of the cluster.',
  },
  'kubelet-client-key': { kind: 'text', default: '', help: 'PEM key of the client certificate shown to kubelets.' },
  'kubelet-client-certificate': { kind: 'text', default: '', help: 'PEM client certificate shown to kubelets.' },
  'kubelet-request-timeout': {
    kind: 'duration',
    default: '10s',
    minMs: 1,
    help: 'How long one kubelet may take to answer. It never holds up the others.',
  },
  'kubelet-slow-request-timeout': {
    kind: 'duration',
    default: '1m0s',
    minMs: 1,
    help: 'How long one kubelet may take that proves to be slow: a request that runs out of time gives the next one twice as much, from --kubelet-request-timeout up to this.',
  },
  'kubelet-compression': {
    kind: 'choice',
    choices: ['gzip', 'none'],
    default: 'gzip',
    help: 'How kubelets are asked to pack their answers. gzip takes a tenth of the network, and some memory less. none takes a third less CPU per answer, here and on the nodes: for clusters whose traffic costs nothing.',
  },
  'kubelet-via-node-proxy': {
    kind: 'switch',
    default: false,
    help: 'Ask kubelets that cannot be reached through the kube-apiserver, 20 a second at most. Needs get on nodes/proxy, which is not read-only: who has it can run commands in every pod of the node. See manifests/components/node-proxy.',
  },
  'node-selector': {
    kind: 'label-selector',
    default: '',
    alias: 'l',
    help: "Only nodes with these labels are scraped and listed, e.g. 'key1=value1,key2 notin (a,b),!key3'.",
  },
  'deprecated-kubelet-completely-insecure': {
    kind: 'switch',
    default: false,
    help: 'DEPRECATED: plain HTTP to kubelets, without TLS and without credentials.',
  },
} as const satisfies FlagSection;
