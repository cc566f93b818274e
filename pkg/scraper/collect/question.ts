import type { KubeletTarget } from '../kubelet/address.ts';
import type { Source } from '../outcome.ts';

/** What is asked of every kubelet, and how its answer is read. */
export interface Question<Answer> extends Partial<Pick<KubeletTarget, 'accept'>> {
  /** For the log and the metrics. */
  readonly name: 'summary' | 'cadvisor';
  /** Whose rights it takes to ask. */
  readonly source: Source;
  readonly path: string;
  /** Keeps nothing of the body. The answer is good until the next one is read. */
  decode(body: Buffer): ReadAnswer<Answer>;
}

/** What an answer turned out to be. */
export type ReadAnswer<Answer> =
  | { readonly kind: 'answer'; readonly answer: Answer; readonly containers: number; readonly skipped: number }
  | { readonly kind: 'bad-body'; readonly message: string };

/** What one kubelet answered in one round. */
export interface Told<Answer, Beat> {
  readonly node: string;
  /** UID of the Node object. */
  readonly uid: string;
  readonly beat: Beat;
  readonly askedAt: Beat;
  readonly answer: Answer;
}
