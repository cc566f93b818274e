import type { FlagSection } from './flag.ts';

/** Who callers are: delegated to the kube-apiserver. */
export const authenticationFlags = {
  'authentication-kubeconfig': {
    kind: 'text',
    default: '',
    help: 'Kubeconfig with the right to create TokenReviews and to read ConfigMap kube-system/extension-apiserver-authentication. Empty: the identity of the pod.',
  },
  'authentication-token-webhook-cache-ttl': {
    kind: 'duration',
    default: '10s',
    minMs: 0,
    help: 'How long the answer to a TokenReview is remembered.',
  },
  'authentication-skip-lookup': {
    kind: 'switch',
    default: false,
    help: 'Do not read the ConfigMap; only the --client-ca-file and --requestheader flags count.',
  },
  'authentication-tolerate-lookup-failure': {
    kind: 'switch',
    default: false,
    help: 'Start even when the ConfigMap may not be read. Requests through the kube-apiserver are then taken for anonymous.',
  },
  'client-ca-file': {
    kind: 'text',
    default: '',
    help: 'PEM bundle: a caller with a client certificate of these CAs is the user of its common name. Empty: taken live from the ConfigMap.',
  },
  'requestheader-client-ca-file': {
    kind: 'text',
    default: '',
    help: "PEM bundle of the kube-apiserver's front proxy, whose headers name the caller. Empty: taken live from the ConfigMap, with the names and headers below.",
  },
  'requestheader-allowed-names': {
    kind: 'list',
    default: [],
    help: 'Common names a front proxy may have; empty: any certificate of the bundle.',
  },
  'requestheader-username-headers': { kind: 'list', default: ['x-remote-user'], help: 'Headers that name the user.' },
  'requestheader-group-headers': { kind: 'list', default: ['x-remote-group'], help: 'Headers that name groups.' },
  'requestheader-extra-headers-prefix': {
    kind: 'list',
    default: ['x-remote-extra-'],
    help: 'Prefixes of headers with further attributes.',
  },
  'requestheader-uid-headers': { kind: 'list', default: [], help: "Headers with the user's UID." },
} as const satisfies FlagSection;
