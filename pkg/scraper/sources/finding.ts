import type { NodeBatch } from '../../model/batch.ts';
import type { NodeRecord } from '../../model/cluster.ts';
import type { BadLines } from '../decode/decoded.ts';
import type { Attempt, Outcome, Source } from '../outcome.ts';
import type { ClockReading } from '../skew.ts';

/** What asking one source once came to. */
export interface Finding {
  /** `scraped` exactly when there is usage. */
  readonly outcome: Outcome;
  readonly usage?: Omit<NodeBatch, 'node'>;
  /** What of the answer could not be read. */
  readonly badLines?: readonly BadLines[];
  /** Host and port that were asked last. */
  readonly address?: string;
  /** Absent = resource metrics. */
  readonly source?: Source;
  /** What else was tried, in vain. */
  readonly alsoTried?: Attempt | undefined;
  /** What the answer says of the node's clock. */
  readonly clock?: ClockReading;
}

/** How long one asking may take. */
export interface AskLimits {
  /** Ends it in any case. */
  readonly signal: AbortSignal;
  /** After how long `signal` aborts for lack of an answer: what is said of a node that did not give one. */
  readonly limitMs: number;
  /** For finding and connecting to the kubelet; no slow kubelet needs longer for that. */
  readonly connectMs: number;
  /** Called when a machine takes our connection: from then on asking is work, where it was waiting before. */
  readonly reached?: () => void;
}

/** One place where a node's usage can be read. */
export interface UsageSource {
  /** Never rejects but for a fault of ours; ends soon after the signal aborts. */
  ask(node: NodeRecord, limits: AskLimits): Promise<Finding>;
}

/** A finding without usage. */
export const nothing = (outcome: Outcome, more: Pick<Finding, 'address'> = {}): Finding => ({ outcome, ...more });
