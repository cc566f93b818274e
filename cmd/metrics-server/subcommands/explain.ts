import { systemClock } from '../../../pkg/lifecycle/clock.ts';
import { explainPod } from '../../../pkg/usage/explain-pod.ts';
import { podAccount } from '../../../pkg/usage/pod-account.ts';
import type { ValuesOf } from '../flags/flag.ts';
import { type Reader, type Reading, runReader } from './reader.ts';
import type { SubcommandMeans } from './subcommand.ts';
import { explainDescription, type explainFlags } from './usage-flags.ts';

/** Says where the figures of a pod come from; returns the exit code. */
export function explain(args: readonly string[], means: SubcommandMeans): Promise<number> {
  const expected = 'must be pod NAME';
  return runReader({ description: explainDescription, wordsOf: podOf, expected, read: account }, args, means);
}

function podOf([kind, name, ...others]: readonly string[]): string | undefined {
  return others.length === 0 && (kind === 'pod' || kind === 'pods') ? name : undefined;
}

async function account(
  { connection, model, timeoutMs }: Reader,
  { options, words: name }: { readonly options: ValuesOf<typeof explainFlags>; readonly words: string },
  { signal }: SubcommandMeans,
): Promise<Reading> {
  const means = { transport: connection, model, clock: systemClock, timeoutMs };
  const told = await podAccount(means, { namespace: options.namespace, name }, signal);
  if (told.kind === 'failed') return told;
  return { kind: 'text', text: explainPod(told.value, systemClock.now()) };
}
