import type { FlagSection } from './flag.ts';

/** Where and with which certificate the server listens. */
export const servingFlags = {
  'bind-address': {
    kind: 'address',
    default: '0.0.0.0',
    help: 'IP address to listen on; 0.0.0.0 and :: mean every interface.',
  },
  'secure-port': { kind: 'integer', default: 443, min: 1, max: 65535, help: 'HTTPS port.' },
  'cert-dir': {
    kind: 'text',
    default: 'apiserver.local.config/certificates',
    help: 'Where apiserver.crt and apiserver.key are kept when --tls-cert-file is not given; made there, self-signed, if missing.',
  },
  'tls-cert-file': {
    kind: 'text',
    default: '',
    help: 'PEM serving certificate, leaf first, followed by its intermediates. Read again when it changes.',
  },
  'tls-private-key-file': {
    kind: 'text',
    default: '',
    help: 'PEM key of --tls-cert-file. Read again when it changes.',
  },
} as const satisfies FlagSection;
