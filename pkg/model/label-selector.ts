import type { Labels } from './cluster.ts';

/** A parsed label selector. */
export interface LabelSelector {
  matches(labels: Labels): boolean;
  /** The canonical text, as kubectl prints it again. */
  toString(): string;
}
