import type { Logger } from '../../telemetry/logger.ts';

/** Tells the log when reviews stop being answered and when they are answered again: once each, not once per caller. */
export class ReviewOutage {
  readonly #review: string;
  readonly #log: Logger;
  #isAway = false;

  /** `review`: `TokenReview` or `SubjectAccessReview`. */
  constructor(review: string, log: Logger) {
    this.#review = review;
    this.#log = log;
  }

  /** A review could not be had. */
  began(reason: string): void {
    if (this.#isAway) return;
    this.#isAway = true;
    const message = 'The kube-apiserver does not answer reviews; callers who need one are refused until it does';
    this.#log.warn(message, { review: this.#review, reason });
  }

  /** A review was answered. */
  ended(): void {
    if (!this.#isAway) return;
    this.#isAway = false;
    this.#log.info('The kube-apiserver answers reviews again', { review: this.#review });
  }
}
