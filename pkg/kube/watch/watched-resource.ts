import type { Clock } from '../../lifecycle/clock.ts';
import type { Problem } from '../connection/problem.ts';
import type { KubeTransport } from '../connection/transport.ts';

/** A kind of object to follow, and what is kept of each. */
export interface WatchedResource<Kept> {
  /** In the plural, for the log: `nodes`. */
  readonly what: string;
  readonly path: string;
  /** Selectors. */
  readonly query?: Readonly<Record<string, string>>;
  readonly listAccept?: string;
  readonly watchAccept?: string;
  /** Objects per page of a list; absent = 500. */
  readonly pageSize?: number;
  /** What to keep of an object; undefined where it is none. */
  decode(object: unknown): Kept | undefined;
}

/** What asking for a resource takes. */
export interface WatchSource {
  readonly transport: KubeTransport;
  readonly resource: Omit<WatchedResource<unknown>, 'decode'>;
  readonly clock: Clock;
}

/** What we know is too old to continue from: list again. */
export interface Stale {
  readonly kind: 'stale';
  readonly reason: string;
}

/** There was no answer, or not the one hoped for: try again later. */
export interface Failed {
  readonly kind: 'failed';
  readonly problem: Problem;
}
