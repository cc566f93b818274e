/** How the pretend kube-apiserver treats a kind of review. */
export type ReviewConduct = 'answer' | 'fail' | 'hang';

/** The ways the pretend kube-apiserver can misbehave until told otherwise; changed while it runs. */
export interface ApiServerFaults {
  /** Every answer comes so much later. */
  delayMs: number;
  tokenReviews: ReviewConduct;
  accessReviews: ReviewConduct;
}

/** A kube-apiserver in good health. */
export function noFaults(): ApiServerFaults {
  return { delayMs: 0, tokenReviews: 'answer', accessReviews: 'answer' };
}
