import type { NodeBatch } from '../../model/batch.ts';

/** Why a line was of no use. */
export type BadLineKind =
  | 'not-a-series'
  | 'labels'
  | 'value'
  | 'timestamp'
  | 'duplicate'
  | 'too-long'
  | 'too-many-containers'
  /** The last line has no end, so nobody knows how its number would have gone on. */
  | 'cut-off';

/** How many lines of one answer were of no use for one reason. Says nothing of what stood there. */
export interface BadLines {
  readonly kind: BadLineKind;
  readonly count: number;
}

/** What one answer of a kubelet says, and what of it could not be read. */
export interface Decoded extends Omit<NodeBatch, 'node'> {
  readonly badLines: readonly BadLines[];
}
