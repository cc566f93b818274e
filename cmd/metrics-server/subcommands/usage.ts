import { systemClock } from '../../../pkg/lifecycle/clock.ts';
import { formatDuration } from '../../../pkg/model/duration.ts';
import { gatherUsage } from '../../../pkg/usage/gather-usage.ts';
import { untoldNodes } from '../../../pkg/usage/untold-nodes.ts';
import { usageJson } from '../../../pkg/usage/usage-json.ts';
import { sorted, type UsageKind, usageKinds } from '../../../pkg/usage/usage-row.ts';
import { usageTable } from '../../../pkg/usage/usage-table.ts';
import type { ValuesOf } from '../flags/flag.ts';
import { ProgressLine } from './progress-line.ts';
import { type Reader, type Reading, runReader } from './reader.ts';
import type { SubcommandMeans } from './subcommand.ts';
import { usageDescription, type usageFlags } from './usage-flags.ts';

/** Shows what nodes, pods, namespaces or the cluster use; returns the exit code. */
export function usage(args: readonly string[], means: SubcommandMeans): Promise<number> {
  const expected = `must be one of ${usageKinds.join(', ')}`;
  return runReader({ description: usageDescription, wordsOf: kindOf, expected, problemOf, read: table }, args, means);
}

const problemOf = ({ namespace }: ValuesOf<typeof usageFlags>, of: UsageKind): string | undefined =>
  namespace !== '' && of !== 'pods'
    ? `--namespace chooses pods, and ${of} are not in one: usage pods -n ${namespace}`
    : undefined;

function kindOf([word = 'nodes', ...others]: readonly string[]): UsageKind | undefined {
  return others.length === 0 ? usageKinds.find((kind) => kind === word || kind === `${word}s`) : undefined;
}

async function table(
  { model, connection, timeoutMs }: Reader,
  { options, words: of }: { readonly options: ValuesOf<typeof usageFlags>; readonly words: UsageKind },
  { stderr, signal }: SubcommandMeans,
): Promise<Reading> {
  const { namespace, since: sinceMs, sort, requests, output } = options;
  const now = systemClock.now();
  using progress = new ProgressLine(stderr);
  const onProgress = (done: number, all: number): void => progress.show(`Reading usage: ${done} of ${all}`);
  const only = namespace === '' ? {} : { namespace };
  const gathered = await gatherUsage(model, { of, sinceMs, now, onProgress, ...only }, signal);
  if (gathered.kind === 'failed') return gathered;
  const rows = sorted(gathered.value, sort);
  const sinceText = shortDuration(sinceMs);
  if (output === 'json') return { kind: 'text', text: usageJson(rows, of, sinceText) };
  if (rows.length === 0) {
    const what = namespace === '' ? `any ${of}` : `pods in namespace ${namespace}`;
    return { kind: 'failed', message: `nothing is known of ${what}; what is new is known after a minute or two` };
  }
  const text = usageTable(rows, { of, requests, sinceMs, sinceText, now });
  const means = { transport: connection, clock: systemClock, timeoutMs };
  const names = rows.map(({ name }) => name);
  const note = of === 'nodes' ? await untoldNodes(means, names, signal) : undefined;
  return { kind: 'text', text, ...(note !== undefined && { note }) };
}

/** `1h` of `1h0m0s`. */
const shortDuration = (ms: number): string =>
  formatDuration(ms * 1e6)
    .replace(/(?<=m)0s$/, '')
    .replace(/(?<=h)0m$/, '');
