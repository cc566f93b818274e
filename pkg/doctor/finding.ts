import type { FindingCode } from './finding-codes.ts';

/** How bad it is: metrics are missing or will be; or something works today that it would be wise to change. */
export type Severity = 'error' | 'warning';

/** What puts an end to something, in words, and where it can be said exactly, in commands or lines of a manifest. */
export interface Cure {
  /** One sentence or two. */
  readonly advice: string;
  /** To be run one after the other, as they stand. */
  readonly commands?: readonly string[];
  /** YAML, line by line. */
  readonly manifest?: readonly string[];
}

/** Something that is wrong, and what would help. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** Which object, as `kubectl` would be told: `APIService v1beta1.metrics.k8s.io`. */
  readonly about: string;
  /** What was seen. */
  readonly what: string;
  /** What it comes from, or what comes of it. */
  readonly why: string;
  readonly cure: Cure;
}

/** What looking at one thing came to. */
export type Verdict =
  | { readonly kind: 'finding'; readonly finding: Finding }
  /** One sentence that says what is as it should be. */
  | { readonly kind: 'fine'; readonly text: string }
  /** Nobody knows: no finding, and no good news either. */
  | { readonly kind: 'unseen'; readonly what: string; readonly why: string };

/** A verdict that something is wrong. */
export const found = (finding: Finding): Verdict => ({ kind: 'finding', finding });

/** A verdict that something is well. */
export const fine = (text: string): Verdict => ({ kind: 'fine', text });

/** A verdict that nobody knows. */
export const unseen = (what: string, why: string): Verdict => ({ kind: 'unseen', what, why });
