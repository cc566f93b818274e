import type { FlagSection } from './flag.ts';
import { parseVerbosityRules } from './verbosity-rules.ts';

const alpha = 'it is an alpha option of metrics-server, which nothing can enable';

/** What calls itself by a name in the log. */
const parts = [
  'apiserver',
  'audit',
  'authentication',
  'authorization',
  'kube',
  'main',
  'nodes',
  'pods',
  'scraper',
  'server',
  'serving',
  'storage',
];

/** What the log says and how. */
export const loggingFlags = {
  v: { kind: 'integer', default: 0, min: 0, max: 2147483647, help: 'How much detail the log has: 0 to 10.' },
  vmodule: {
    kind: 'other',
    shown: 'string',
    default: '',
    parse: parseVerbosityRules,
    help: `Another -v for parts of the server, pattern=N, comma-separated, such as scraper=4,auth*=6; the first that fits counts. Each line of the log names its part before the bracket: ${parts.join(', ')}. Text format only.`,
  },
  'logging-format': {
    kind: 'choice',
    choices: ['text', 'json'],
    default: 'text',
    help: 'Lines as klog writes them, or one JSON object a line. Either goes to stderr.',
  },
  'log-flush-frequency': {
    kind: 'duration',
    default: '5s',
    minMs: 1,
    inert: 'every line is written at once',
    help: 'How often the log is written out.',
  },
  'log-json-info-buffer-size': {
    kind: 'text',
    default: '0',
    refused: alpha,
    help: 'Bytes of the log that may wait to be written.',
  },
  'log-json-split-stream': {
    kind: 'switch',
    default: false,
    refused: alpha,
    help: 'Errors to stderr and the rest to stdout.',
  },
  'log-text-info-buffer-size': {
    kind: 'text',
    default: '0',
    refused: alpha,
    help: 'Bytes of the log that may wait to be written.',
  },
  'log-text-split-stream': {
    kind: 'switch',
    default: false,
    refused: alpha,
    help: 'Errors to stderr and the rest to stdout.',
  },
} as const satisfies FlagSection;
