import type { FlagSection } from './flag.ts';

const whole = { kind: 'integer', min: 0, max: 2147483647 } as const;
const rate = { kind: 'decimal', min: 0, max: Number.MAX_VALUE } as const;

const logBackend = {
  version: {
    kind: 'choice',
    choices: ['audit.k8s.io/v1'],
    default: 'audit.k8s.io/v1',
    help: 'API version of the events.',
  },
  mode: {
    kind: 'choice',
    choices: ['batch', 'blocking', 'blocking-strict'],
    default: 'blocking',
    help: 'Whether answers wait until their event is written; under blocking-strict an event that cannot be written fails the request.',
  },
  'batch-buffer-size': { ...whole, default: 10_000, help: 'How many events may wait; more are lost. Mode batch.' },
  'batch-max-size': { ...whole, default: 1, help: 'How many events are written at once at most. Mode batch.' },
  'batch-max-wait': { kind: 'duration', default: '0s', minMs: 0, help: 'How long an event may wait. Mode batch.' },
  'batch-throttle-enable': { kind: 'switch', default: false, help: 'Limit how often batches are sent. Mode batch.' },
  'batch-throttle-qps': { ...rate, default: 0, help: 'Batches a second when throttled. Mode batch.' },
  'batch-throttle-burst': { ...whole, default: 0, help: 'Batches at once when throttled. Mode batch.' },
  'truncate-enabled': { kind: 'switch', default: false, help: 'Shorten events and split batches that are too large.' },
  'truncate-max-batch-size': { ...whole, default: 10_485_760, help: 'Bytes a batch may have when truncating.' },
  'truncate-max-event-size': {
    ...whole,
    default: 102_400,
    help: 'Bytes an event may have when truncating: first its bodies go, then the event.',
  },
} as const satisfies FlagSection;

const webhookBackend = {
  ...logBackend,
  mode: { ...logBackend.mode, default: 'batch' },
  'batch-max-size': { ...logBackend['batch-max-size'], default: 400 },
  'batch-max-wait': { ...logBackend['batch-max-wait'], default: '30s' },
  'batch-throttle-enable': { ...logBackend['batch-throttle-enable'], default: true },
  'batch-throttle-qps': { ...logBackend['batch-throttle-qps'], default: 10 },
  'batch-throttle-burst': { ...logBackend['batch-throttle-burst'], default: 15 },
} as const satisfies FlagSection;

/** What is recorded of requests, and where. */
export const auditFlags = {
  'audit-policy-file': {
    kind: 'text',
    default: '',
    help: 'YAML or JSON file with the audit policy. Empty: nothing is recorded, whatever the flags below say.',
  },
  'audit-log-path': { kind: 'text', default: '', help: 'File that events are written to; - is stdout. Empty: none.' },
  'audit-log-format': {
    kind: 'choice',
    choices: ['json', 'legacy'],
    default: 'json',
    help: 'One JSON object a line, or one line of text.',
  },
  'audit-log-maxage': { ...whole, default: 366, help: 'Days that old files are kept. 0: for ever.' },
  'audit-log-maxbackup': { ...whole, default: 100, help: 'How many old files are kept. 0: all.' },
  'audit-log-maxsize': { ...whole, default: 100, help: 'Megabytes after which a new file is begun. 0: never.' },
  'audit-log-compress': { kind: 'switch', default: false, help: 'Compress old files with gzip.' },
  ...prefixed('audit-log', logBackend),
  'audit-webhook-config-file': {
    kind: 'text',
    default: '',
    help: 'Kubeconfig of the server that events are sent to. Empty: none.',
  },
  'audit-webhook-initial-backoff': {
    kind: 'duration',
    default: '10s',
    minMs: 0,
    formerNames: ['audit-webhook-batch-initial-backoff'],
    help: 'How long to wait before a failed request is tried again.',
  },
  ...prefixed('audit-webhook', webhookBackend),
} as const satisfies FlagSection;

type Prefixed<Prefix extends string, Section extends FlagSection> = {
  readonly [Name in keyof Section & string as `${Prefix}-${Name}`]: Section[Name];
};

function prefixed<Prefix extends string, Section extends FlagSection>(
  prefix: Prefix,
  section: Section,
): Prefixed<Prefix, Section> {
  const entries = Object.entries(section).map(([name, flag]) => [`${prefix}-${name}`, flag]);
  return Object.fromEntries(entries) as Prefixed<Prefix, Section>;
}
