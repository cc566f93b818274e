import type { FlagSection } from './flag.ts';

/** What callers may: delegated to the kube-apiserver. */
export const authorizationFlags = {
  'authorization-kubeconfig': {
    kind: 'text',
    default: '',
    help: 'Kubeconfig with the right to create SubjectAccessReviews. Empty: the identity of the pod.',
  },
  'authorization-always-allow-paths': {
    kind: 'list',
    default: ['/healthz', '/readyz', '/livez'],
    help: 'Paths anybody may get, exact or as a prefix ending in *. Setting it replaces the list.',
  },
  'authorization-webhook-cache-authorized-ttl': {
    kind: 'duration',
    default: '10s',
    minMs: 0,
    help: 'How long a permission is remembered.',
  },
  'authorization-webhook-cache-unauthorized-ttl': {
    kind: 'duration',
    default: '10s',
    minMs: 0,
    help: 'How long a refusal is remembered.',
  },
} as const satisfies FlagSection;
