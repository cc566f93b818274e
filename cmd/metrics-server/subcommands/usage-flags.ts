import { sortKeys } from '../../../pkg/usage/usage-row.ts';
import type { FlagSection } from '../flags/flag.ts';
import type { SubcommandDescription } from './subcommand-flags.ts';

/** What every subcommand has that reads the Model API. */
export const readerFlags = {
  kubeconfig: {
    kind: 'text',
    default: '',
    help: 'Kubeconfig to ask with. Empty: the identity of the pod we run in; outside of one, $KUBECONFIG or ~/.kube/config.',
  },
  timeout: {
    kind: 'duration',
    default: '10s',
    minMs: 100,
    help: 'How long each request to the kube-apiserver may take.',
  },
} as const satisfies FlagSection;

/** The flags of usage. */
export const usageFlags = {
  ...readerFlags,
  namespace: { kind: 'text', default: '', alias: 'n', help: 'Only pods of this namespace. Empty: of all.' },
  sort: {
    kind: 'choice',
    choices: sortKeys,
    default: 'name',
    help: 'Order of the rows; amounts begin with the largest.',
  },
  requests: { kind: 'switch', default: false, help: 'Show requests and limits as well, and how much of them is used.' },
  since: {
    kind: 'duration',
    default: '1h',
    minMs: 60_000,
    help: 'How far back the curves and peaks go. The server remembers --history-duration, 24h unless told otherwise.',
  },
  output: {
    kind: 'choice',
    choices: ['table', 'json'],
    default: 'table',
    alias: 'o',
    help: 'A table for people, or everything for programs.',
  },
} as const satisfies FlagSection;

/** Usage, as its help describes it. */
export const usageDescription: SubcommandDescription<typeof usageFlags> = {
  name: 'usage',
  usage: '[nodes|pods|namespaces|cluster] [flags]',
  about:
    'Shows what nodes, pods or namespaces use, with a curve of the last hour and the most there was, from the history that ' +
    'a server with --catalogue keeps. Nodes, unless told otherwise.',
  flags: usageFlags,
  examples: [
    ['metrics-server usage', 'every node, with its share of what it has for pods'],
    ['metrics-server usage pods -n shop --sort=memory-peak --requests', 'who needs more memory than it asks for'],
    ['metrics-server usage namespaces --since=24h', 'a day, by namespace'],
    ["metrics-server usage pods -o json | jq '.items[].cpu.peak'", 'for programs'],
  ],
  epilogue:
    'CPU in millicores, memory (the working set) in mebibytes. A dash is something nobody knows, a blank in a curve a time ' +
    'of which nothing is remembered.\n\nExit codes: 0 shown, 2 could not ask (or flags that make no sense).',
};

/** The flags of explain. */
export const explainFlags = {
  ...readerFlags,
  namespace: { kind: 'text', default: 'default', alias: 'n', help: 'Namespace of the pod.' },
} as const satisfies FlagSection;

/** Explain, as its help describes it. */
export const explainDescription: SubcommandDescription<typeof explainFlags> = {
  name: 'explain',
  usage: 'pod NAME [flags]',
  about:
    'Says where the figures of a pod come from: measured by which node, when, over which time, and what its memory is made ' +
    'of: working set, usage, anonymous memory and page cache.',
  flags: explainFlags,
  examples: [['metrics-server explain pod web-1 -n shop', 'why kubectl top, free and docker stats do not agree']],
  epilogue: 'Exit codes: 0 explained, 2 could not ask (or there is no such pod).',
};
