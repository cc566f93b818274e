import type { FlagSection } from './flag.ts';

/** What the log says and how. */
export const loggingFlags = {
  v: { kind: 'integer', default: 0, min: 0, max: 2147483647, help: 'How much detail the log has: 0 to 10.' },
  'logging-format': {
    kind: 'choice',
    choices: ['text', 'json'],
    default: 'text',
    help: 'Lines as klog writes them, or one JSON object a line. Either goes to stderr.',
  },
} as const satisfies FlagSection;
