import type { Milliseconds, MonotonicMs } from '../model/units.ts';
import type { Attempt, Outcome, Source } from './outcome.ts';

/** How the scraper stands to one node. */
export type ScrapeReport =
  | FollowedReport
  /** --node-selector does not want it. */
  | { readonly kind: 'excluded' }
  /** A taint says that the machine is gone, or about to be. */
  | { readonly kind: 'dropped'; readonly taint: string };

/** What is known of asking one node. */
export interface FollowedReport {
  readonly kind: 'followed';
  /** How the last asking ended; undefined before the first has. */
  readonly outcome: Outcome | undefined;
  /** Askings in a row that gave no usage. */
  readonly failures: number;
  /** When the last asking ended. */
  readonly endedAt: MonotonicMs | undefined;
  /** When an asking last gave usage; undefined when none ever did. */
  readonly lastScrapedAt: MonotonicMs | undefined;
  /** When it is asked next; undefined while it is being asked. */
  readonly nextAskAt: MonotonicMs | undefined;
  /** It is not Ready and did not answer, so it is asked less often than once per period. */
  readonly backingOff: boolean;
  /** Where `outcome` comes from. */
  readonly source: Source;
  /** What was tried in place of resource metrics that are of no use, and did not help either. */
  readonly alsoTried: Attempt | undefined;
  /** Host and port last asked, IPv6 in brackets; undefined before the first asking, or where the node has no address. */
  readonly address: string | undefined;
  /** How far the node's clock is ahead of ours, negative = behind; undefined until measured. */
  readonly skewMs: Milliseconds | undefined;
}
