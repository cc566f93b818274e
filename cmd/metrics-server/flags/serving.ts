import { keyAlgorithms } from '../../../pkg/apiserver/certificates/sign-certificate.ts';
import type { FlagSection } from './flag.ts';
import { parseObjectName } from './object-names.ts';
import { parseSniCertKeys } from './sni-cert-keys.ts';
import { parseCipherSuites, parseCurves, parseTlsVersion } from './tls-names.ts';

/** Where, with which certificates and how the server listens. */
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
  'tls-sni-cert-key': {
    kind: 'other',
    shown: 'array',
    default: '',
    parse: parseSniCertKeys,
    help: 'Certificate and key for clients that ask for certain names: crt,key or crt,key:name,name (*.example.com for all below; addresses reach only clients that send them as names). Without names, those of the certificate. Repeat it for further pairs.',
  },
  'tls-min-version': {
    kind: 'other',
    shown: 'string',
    default: '',
    parse: parseTlsVersion,
    help: 'Oldest TLS version accepted: VersionTLS10, VersionTLS11, VersionTLS12, VersionTLS13. Empty: VersionTLS12.',
  },
  'tls-cipher-suites': {
    kind: 'other',
    shown: 'array',
    default: '',
    parse: parseCipherSuites,
    help: "Cipher suites up to TLS 1.2 by Go's names, e.g. TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256. Those of TLS 1.3 are always on. Empty: safe ones.",
  },
  'tls-curve-preferences': {
    kind: 'other',
    shown: 'array',
    default: '',
    parse: parseCurves,
    help: 'Key exchange groups by number: 23 P-256, 24 P-384, 25 P-521, 29 X25519, 4587 SecP256r1MLKEM768, 4588 X25519MLKEM768, 4589 SecP384r1MLKEM1024. Empty: safe ones.',
  },
  'disable-http2-serving': { kind: 'switch', default: false, help: 'Speak HTTP/1.1 only.' },
  'http2-max-streams-per-connection': {
    kind: 'integer',
    default: 0,
    min: 0,
    max: 2147483647,
    help: 'How many requests may be under way at once on one HTTP/2 connection. 0: 100.',
  },
  'permit-address-sharing': {
    kind: 'switch',
    default: false,
    inert: 'it is always on: Node.js sets SO_REUSEADDR on every socket it listens on',
    help: 'Listen although old connections to the address still linger.',
  },
  'permit-port-sharing': {
    kind: 'switch',
    default: false,
    help: 'Let several processes listen on the same address and port (SO_REUSEPORT).',
  },
  'serving-ca': {
    kind: 'choice',
    choices: ['', 'self-managed'],
    default: '',
    help: 'Who vouches for the serving certificate. self-managed: a CA of our own in a Secret that replicas share, kept in caBundle of our APIServices, so that the kube-apiserver verifies us. Empty: --tls-cert-file, or nobody.',
  },
  'serving-ca-secret': {
    kind: 'other',
    shown: 'string',
    default: 'metrics-server-serving-ca',
    parse: parseObjectName,
    help: 'Secret of --serving-ca=self-managed, as name or namespace/name; made if missing. Without a namespace: ours.',
  },
  'serving-service': {
    kind: 'other',
    shown: 'string',
    default: 'metrics-server',
    parse: parseObjectName,
    help: 'Service that our APIServices lead to, as name or namespace/name: the certificate of --serving-ca=self-managed is for its DNS names. Without a namespace: ours.',
  },
  'serving-key-algorithm': {
    kind: 'choice',
    choices: keyAlgorithms,
    default: 'ecdsa-p256',
    help: 'Keys that --serving-ca=self-managed makes.',
  },
} as const satisfies FlagSection;
