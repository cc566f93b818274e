/** A run that grows beyond this is cut in two: making room in one, or a copy of one, is a matter of microseconds. */
const longest = 512;
/** Neighbours that hold no more than this together become one. */
const shortest = longest / 2;

interface Named {
  readonly name: string;
}

/** Neighbours in the order of their names, never none. */
interface Run<T> {
  readonly things: T[];
  /** Part of an order that was handed out: copied before it is changed. */
  isShared: boolean;
}

/**
 * Things in the order of their names, code unit by code unit, in runs of bounded length. No change, and no asking for the
 * order, takes longer than a moment, however many things there are and however much has changed: sorting 75,000 pods at
 * once would hold everybody up for a third of a second.
 */
export class SortedRuns<T extends Named> {
  readonly #runs: Run<T>[] = [];
  /** The order as it is, once somebody asked for it. */
  #handedOut: Iterable<T> | undefined;

  /** Puts a thing in its place, or in that of the one of the same name. */
  put(thing: T): void {
    const index = this.#runFor(thing.name);
    const run = this.#runs[index];
    if (run === undefined) return this.#begin(0, [thing]);
    const at = placeOf(thing.name, run.things);
    if (run.things[at]?.name === thing.name) this.#own(run, index)[at] = thing;
    else if (at === run.things.length && at >= longest) this.#begin(index + 1, [thing]);
    else this.#insert(thing, at, this.#own(run, index), index);
  }

  /** Takes out what has this name, if there is any. */
  remove(name: string): void {
    const index = this.#runFor(name);
    const run = this.#runs[index];
    if (run === undefined) return;
    const at = placeOf(name, run.things);
    if (run.things[at]?.name !== name) return;
    const things = this.#own(run, index);
    things.splice(at, 1);
    if (things.length === 0) this.#runs.splice(index, 1);
    else if (things.length <= shortest) this.#join(things, index);
  }

  /** The order as it is now, which never changes once it is handed out. */
  now(): Iterable<T> {
    this.#handedOut ??= this.#frozen();
    return this.#handedOut;
  }

  #frozen(): Iterable<T> {
    for (const run of this.#runs) run.isShared = true;
    const runs = this.#runs.map(({ things }) => things);
    return { [Symbol.iterator]: () => walk(runs) };
  }

  /** The last run that does not begin behind `name`; the first where all do. */
  #runFor(name: string): number {
    let low = 0;
    let high = this.#runs.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#runs[middle]?.things[0]?.name ?? '') <= name) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #begin(index: number, things: T[]): void {
    this.#handedOut = undefined;
    this.#runs.splice(index, 0, { things, isShared: false });
  }

  #insert(thing: T, at: number, things: T[], index: number): void {
    things.splice(at, 0, thing);
    if (things.length > longest) this.#begin(index + 1, things.splice(longest / 2));
  }

  /** What a run holds, to be changed. */
  #own(run: Run<T>, index: number): T[] {
    this.#handedOut = undefined;
    if (!run.isShared) return run.things;
    const things = [...run.things];
    this.#runs[index] = { things, isShared: false };
    return things;
  }

  /** With the next run, where both together are short: there are never many more runs than things need. */
  #join(things: T[], index: number): void {
    const next = this.#runs[index + 1]?.things ?? [];
    if (next.length === 0 || things.length + next.length > shortest) return;
    things.push(...next);
    this.#runs.splice(index + 1, 1);
  }
}

function* walk<T>(runs: readonly (readonly T[])[]): Generator<T, void, undefined> {
  for (const run of runs) for (const thing of run) yield thing;
}

/** The first place that does not come before `name`. */
function placeOf(name: string, sorted: readonly Named[]): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle]?.name ?? '') < name) low = middle + 1;
    else high = middle;
  }
  return low;
}
