import type { Outcome } from '../outcome.ts';

/** Between which bounds a node's own deadline moves. */
export interface PatienceBounds {
  /** What a node gets that gives no reason for more. */
  readonly shortestMs: number;
  /** What the slowest node gets. */
  readonly longestMs: number;
}

/**
 * How long the next asking of a node may take, after one that was allowed `limitMs`. A node that ran out of time gets twice
 * as much; one that answers gets twice what it took, so that it is back at the shortest when it is quick again.
 */
export function nextLimitMs(
  limitMs: number,
  asking: { readonly outcome: Outcome; readonly tookMs: number },
  { shortestMs, longestMs }: PatienceBounds,
): number {
  const within = (ms: number): number => Math.max(shortestMs, Math.min(ms, longestMs));
  switch (asking.outcome.kind) {
    case 'timed-out':
      return within(2 * limitMs);
    case 'unreachable':
    case 'tls':
    case 'no-address':
    case 'broken':
      // Nobody was there who could be slow.
      return within(shortestMs);
    case 'scraped':
    case 'nothing-measured':
    case 'status':
    case 'too-large':
    case 'bad-body':
      return within(2 * asking.tookMs);
    default:
      return asking.outcome satisfies never;
  }
}
