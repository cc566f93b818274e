import type { Flag, FlagSection } from './flag.ts';
import { parseHsts, parseOrigins } from './origins.ts';

const nothingEmulated = 'no component here emulates other versions or has feature gates';

/** A number of requests or seconds. */
const count = { kind: 'integer', min: 0, max: 2147483647 } as const satisfies Partial<Flag>;

/** What every API server is told. */
export const genericFlags = {
  'advertise-address': {
    kind: 'address',
    default: '',
    help: 'IP address under which discovery says that the server is found, where --external-hostname does not say it.',
  },
  'cors-allowed-origins': {
    kind: 'other',
    shown: 'array',
    default: '',
    parse: parseOrigins,
    help: 'Regular expressions of origins whose pages may use the API from a browser, pinned at both ends of the host, e.g. ^https://dash\\.example$. Empty: none.',
  },
  'emulated-version': {
    kind: 'list',
    default: [],
    refused: nothingEmulated,
    help: 'Versions that components behave as.',
  },
  'emulation-forward-compatible': {
    kind: 'switch',
    default: false,
    inert: nothingEmulated,
    help: 'Allow newer APIs under an emulated version.',
  },
  'external-hostname': {
    kind: 'text',
    default: '',
    help: 'Host name under which discovery says that the server is found.',
  },
  'feature-gates': {
    kind: 'list',
    default: [],
    refused: nothingEmulated,
    help: 'Features to switch on or off.',
  },
  'goaway-chance': {
    kind: 'decimal',
    default: 0,
    min: 0,
    max: 0.02,
    help: 'Share of HTTP/2 requests after which the client is asked to connect anew, perhaps to another replica.',
  },
  'livez-grace-period': {
    kind: 'duration',
    default: '0s',
    minMs: 0,
    help: 'How long after its start the server counts as alive (/livez, /healthz) although it has not listed nodes and pods yet. 0s: for ever, since being restarted would only lengthen an outage of the kube-apiserver.',
  },
  'max-mutating-requests-inflight': {
    ...count,
    default: 200,
    help: 'How many writing requests may be under way at once; more are answered 429. 0: no limit.',
  },
  'max-requests-inflight': {
    ...count,
    default: 400,
    help: 'How many reading requests may be under way at once; more are answered 429. 0: no limit.',
  },
  'min-compatibility-version': {
    kind: 'list',
    default: [],
    refused: nothingEmulated,
    help: 'Oldest versions that components stay compatible with.',
  },
  'min-request-timeout': {
    ...count,
    default: 1800,
    inert: 'it bounds watches, and metrics cannot be watched',
    help: 'Least timeout of a watch, in seconds.',
  },
  'request-timeout': {
    kind: 'duration',
    default: '1m0s',
    minMs: 1,
    help: 'How long a request may take, and how long requests under way may finish when the server stops.',
  },
  'runtime-config-emulation-forward-compatible': {
    kind: 'switch',
    default: false,
    inert: nothingEmulated,
    help: 'Allow newer APIs that --runtime-config names under an emulated version.',
  },
  'shutdown-delay-duration': {
    kind: 'duration',
    default: '0s',
    minMs: 0,
    help: 'How long the server goes on serving after it was told to stop, while /readyz already fails.',
  },
  'shutdown-send-retry-after': {
    kind: 'switch',
    default: false,
    help: 'While requests under way finish, go on listening and answer new ones 429 with Retry-After.',
  },
  'shutdown-watch-termination-grace-period': {
    kind: 'duration',
    default: '0s',
    minMs: 0,
    inert: 'metrics cannot be watched',
    help: 'How long watches may finish when the server stops.',
  },
  'storage-initialization-timeout': {
    kind: 'duration',
    default: '1m0s',
    minMs: 0,
    inert: 'there is no database to wait for',
    help: 'How long to wait for storage before /readyz counts as failed.',
  },
  'strict-transport-security-directives': {
    kind: 'other',
    shown: 'array',
    default: '',
    parse: parseHsts,
    help: 'Parts of the header Strict-Transport-Security: max-age=<seconds>, includeSubDomains, preload. Empty: no header.',
  },
} as const satisfies FlagSection;
