import { openConnection } from '../../../pkg/kube/connection/connection.ts';
import { undiciClient } from '../../../pkg/kube/connection/http/undici-client.ts';
import type { KubeConnection } from '../../../pkg/kube/connection/transport.ts';
import { systemClock } from '../../../pkg/lifecycle/clock.ts';
import { silentLogger } from '../../../pkg/telemetry/logger.ts';
import { ModelClient } from '../../../pkg/usage/model-client.ts';
import type { FlagSection, ValuesOf } from '../flags/flag.ts';
import { version } from '../version.ts';
import { ownIdentity } from './own-identity.ts';
import type { SubcommandMeans } from './subcommand.ts';
import { parseSubcommand, type SubcommandDescription } from './subcommand-flags.ts';

/** Could not ask, or was told something that makes no sense. */
const failed = 2;

/** Whom a subcommand asks. */
export interface Reader {
  readonly connection: KubeConnection;
  readonly model: ModelClient;
  readonly timeoutMs: number;
}

/** What came of it: a text to print, and perhaps a sentence beside it; or one sentence about why there is none. */
export type Reading =
  | { readonly kind: 'text'; readonly text: string; readonly note?: string }
  | { readonly kind: 'failed'; readonly message: string };

/** A subcommand that reads: how it describes itself, what it takes of words, and what it does. */
export interface ReadingSubcommand<Flags extends FlagSection, Words> {
  readonly description: SubcommandDescription<Flags>;
  /** What the words that are no flags mean; undefined for those that mean nothing, see `expected`. */
  readonly wordsOf: (words: readonly string[]) => Words | undefined;
  readonly expected: string;
  /** What is wrong with flags and words together. Absent = nothing ever. */
  readonly problemOf?: (options: ValuesOf<Flags>, words: Words) => string | undefined;
  readonly read: (
    reader: Reader,
    asked: { readonly options: ValuesOf<Flags>; readonly words: Words },
    means: SubcommandMeans,
  ) => Promise<Reading>;
}

/** Reads flags and words, opens a connection, prints what was read; returns the exit code. */
export async function runReader<const Flags extends FlagSection & Record<'kubeconfig' | 'timeout', unknown>, Words>(
  subcommand: ReadingSubcommand<Flags, Words>,
  args: readonly string[],
  means: SubcommandMeans,
): Promise<number> {
  const { description, wordsOf, expected, read } = subcommand;
  const parsed = await parseSubcommand(description, args);
  if (parsed.kind === 'help') {
    means.stdout.write(`${parsed.text}\n`);
    return 0;
  }
  if (parsed.kind === 'problems') return complain(parsed.problems, description.name, means);
  const words = wordsOf(parsed.words);
  if (words === undefined) return complain([`${expected}, got "${parsed.words.join(' ')}"`], description.name, means);
  const problem = subcommand.problemOf?.(parsed.options, words);
  if (problem !== undefined) return complain([problem], description.name, means);
  const { kubeconfig, timeout } = parsed.options as { readonly kubeconfig: string; readonly timeout: number };
  const reading = await withReader({ kubeconfig, timeoutMs: timeout }, means, (reader) =>
    read(reader, { options: parsed.options, words }, means),
  );
  if (reading.kind === 'failed') {
    means.stderr.write(`error: ${reading.message}\n`);
    return failed;
  }
  means.stdout.write(reading.text);
  if (reading.note !== undefined) means.stderr.write(`note: ${reading.note}\n`);
  return 0;
}

function complain(problems: readonly string[], name: string, { stderr }: SubcommandMeans): number {
  for (const problem of problems) stderr.write(`error: ${problem}\n`);
  stderr.write(`See metrics-server ${name} --help.\n`);
  return failed;
}

async function withReader(
  { kubeconfig, timeoutMs }: { readonly kubeconfig: string; readonly timeoutMs: number },
  { environment }: SubcommandMeans,
  use: (reader: Reader) => Promise<Reading>,
): Promise<Reading> {
  const identity = ownIdentity(kubeconfig, environment);
  const opened = await openConnection({
    ...(identity.kind === 'kubeconfig' && { kubeconfig: identity.path }),
    environment,
    clock: systemClock,
    log: silentLogger,
    version,
    makeClient: undiciClient,
  });
  if (opened.kind === 'failed') return opened;
  await using connection = opened.connection;
  return await use({
    connection,
    model: new ModelClient({ transport: connection, clock: systemClock, timeoutMs }),
    timeoutMs,
  });
}
