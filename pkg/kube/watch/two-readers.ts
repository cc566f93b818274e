import type { WatchTarget } from './watch-target.ts';

/** Who keeps something of each object that a watch finds. */
export interface WatchReader<Kept> {
  /** What to keep of an object; undefined = nothing, or it makes no sense. */
  decode(object: unknown): Kept | undefined;
  readonly target: WatchTarget<Kept>;
}

/** Keeps nothing of anything. */
export const readsNothing: WatchReader<never> = {
  decode: () => undefined,
  target: {
    listing: () => ({ add: () => undefined, complete: () => undefined }),
    put: () => undefined,
    remove: () => undefined,
  },
};

/** What two readers keep of one object; one of them at least keeps something. */
export interface KeptByTwo<First, Second> {
  readonly first: First | undefined;
  readonly second: Second | undefined;
}

/** One reader out of two, so that what both want to know travels, and is parsed, once. */
export function twoReaders<First, Second>(
  first: WatchReader<First>,
  second: WatchReader<Second>,
): WatchReader<KeptByTwo<First, Second>> {
  return {
    decode(object) {
      const kept = { first: first.decode(object), second: second.decode(object) };
      return kept.first === undefined && kept.second === undefined ? undefined : kept;
    },
    target: {
      listing() {
        const both = { first: first.target.listing(), second: second.target.listing() };
        return {
          add(one) {
            if (one.first !== undefined) both.first.add(one.first);
            if (one.second !== undefined) both.second.add(one.second);
          },
          complete() {
            both.first.complete();
            both.second.complete();
          },
        };
      },
      put(one) {
        if (one.first !== undefined) first.target.put(one.first);
        if (one.second !== undefined) second.target.put(one.second);
      },
      remove(one) {
        if (one.first !== undefined) first.target.remove(one.first);
        if (one.second !== undefined) second.target.remove(one.second);
      },
    },
  };
}
