import type { Answer } from '../../apiserver/exchange.ts';
import type { ModelSource } from '../model-source.ts';
import { refusal } from './plain-answers.ts';

/** As in Heapster; with long periods a few of them. */
const oldestMs = 180_000;

/** What health depends on. */
export interface LegacyHealthParts {
  readonly source: Pick<ModelSource, 'latestAt' | 'nodes'>;
  readonly resolutionMs: number;
  readonly clock: { now(): number };
}

/** `/healthz` as Heapster's clients ask for it: well while the newest round is young and told of somebody. */
export function legacyHealth({ source, resolutionMs, clock }: LegacyHealthParts): Answer {
  const at = source.latestAt();
  if (at === undefined) return refusal(500, 'no round over the nodes has ended yet');
  const oldMs = clock.now() - at;
  if (oldMs > Math.max(oldestMs, 3 * resolutionMs))
    return refusal(500, `the newest round over the nodes is ${Math.round(oldMs / 1000)}s old`);
  if (source.nodes().length === 0) return refusal(500, 'the newest round told of no node');
  return { status: 200, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body: 'ok' };
}
