/**
 * So many nodes share a place at most, on the average. One right after the other they cost a third of the CPU that asking
 * them apart does (0.25 ms against 0.9 each): caches are warm, and the process was woken once for all of them. Chance makes
 * some groups larger, but hardly ever twice as large: that is how many requests may go out at a time, and answers be worked
 * in without anybody's waiting long.
 */
const mostTogether = 32;

/** Only then is it worth moving nodes together again: a cluster whose size goes up and down keeps its places. */
const fewestTogether = mostTogether / 4;

/** A small cluster still has its nodes asked at different times, and moves them by a quarter of a period at most. */
const fewestPlaces = 4;

/** How many places the period should have for `nodes`: a power of two, and `before` for as long as that will do. */
export function placesFor(nodes: number, before: number = fewestPlaces): number {
  let places = before;
  while (nodes > places * mostTogether) places *= 2;
  while (places > fewestPlaces && nodes < places * fewestTogether) places /= 2;
  return places;
}

/**
 * The moments in a period at which nodes are asked, evenly over it. There are ever more of them as the cluster grows: each
 * time half of the nodes stay where they are, and the others are asked once a little earlier than before.
 *
 *   4 places   ┃       a b c       ┃        d e        ┃        …
 *   8 places   ┃   a     ┃   b c   ┃    d    ┃    e    ┃        …     each goes with the ┃ behind it
 */
export class Places {
  readonly #seed: number;
  readonly #periodMs: number;
  /** Where the places begin: elsewhere in each process, as the nodes' order is. */
  readonly #phase: number;
  #count = placesFor(0);

  constructor(seed: number, periodMs: number) {
    this.#seed = seed;
    this.#periodMs = periodMs;
    this.#phase = shareOf('', seed);
  }

  /** How many there are. */
  get count(): number {
    return this.#count;
  }

  /** Makes as many as so many nodes need. */
  fit(nodes: number): void {
    this.#count = placesFor(nodes, this.#count);
  }

  /** Where in the period a node is asked, for as long as the number of places stays the same: milliseconds from its start. */
  offsetOf(node: string): number {
    const place = Math.ceil(shareOf(node, this.#seed) * this.#count) / this.#count;
    return ((place + this.#phase) % 1) * this.#periodMs;
  }
}

/**
 * Of a name, in [0, 1): always the same in a process, even over all names, and with another `seed` elsewhere, so that two
 * replicas do not ask the same kubelet at the same moment.
 */
export function shareOf(name: string, seed: number): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  // FNV-1a alone leaves names that differ in their last digit close together; these two rounds spread them.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
