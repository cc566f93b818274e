/** The durations that decide what a sample is good for. All in milliseconds. */
export interface Limits {
  /** One scrape period: `--metric-resolution`. */
  readonly periodMs: number;
  /** How long a value is served when nothing newer can be computed. */
  readonly serveMs: number;
  /** How long a kubelet may vouch for one and the same sample. */
  readonly vouchMs: number;
  /** A sample older than this is no baseline any more. */
  readonly baselineMs: number;
  /** Over less than this, counters give noise, not a rate. */
  readonly shortestMs: number;
  /** Below this age a container's start is a good baseline. */
  readonly freshBelowMs: number;
  /** Samples this much further apart than their arrivals mean that the node's clock was set. */
  readonly clockJumpMs: number;
  /** When the newest sample has not been confirmed for so long, samples from before it are believed. */
  readonly pastMs: number;
}

/** cAdvisor looks at an idle container every 30 s at the latest; twice that, and a kubelet is not slow but stuck. */
const slowestRenewalMs = 60_000;

/** All limits, from the scrape period and how long a sample is a baseline at least. */
export function limitsOf(periodMs: number, windowMs: number): Limits {
  const serveMs = 3 * periodMs;
  return {
    periodMs,
    serveMs,
    vouchMs: Math.max(slowestRenewalMs, serveMs),
    baselineMs: Math.max(windowMs, 4 * periodMs),
    shortestMs: 2_000,
    freshBelowMs: Math.max(periodMs, 60_000),
    clockJumpMs: Math.max(60_000, 2 * periodMs),
    pastMs: periodMs / 2,
  };
}
