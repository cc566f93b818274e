import type { Housekeeping } from '../shape/cluster-shape.ts';

/**
 * When cAdvisor looks at one container: at its birth, then again and again at gaps within the bounds.
 *
 *   birth ●────────────●─────────────────●──────────●───── …
 *         slot 0       slot 1            slot 2     each slot sits within a quarter of (max - min) around k * (min + max) / 2
 *
 * Nothing is remembered and no timer runs: a slot's moment follows from the seed and its number alone, so that the last
 * sample before any moment is found at once, however old the container is and however many there are.
 */
export interface Rhythm extends Housekeeping {
  /** Epoch milliseconds of the first sample. */
  readonly bornAt: number;
  /** 32 bits that tell this container's jitter from every other's. */
  readonly seed: number;
}

/** The moment (whole epoch milliseconds) of the last sample at or before `now`; undefined before the birth. */
export function lastSampleAt(rhythm: Rhythm, now: number): number | undefined {
  for (let slot = firstCandidate(rhythm, now); slot >= 0; slot--) {
    const at = slotAt(rhythm, slot);
    if (at <= now) return at;
  }
  return undefined;
}

/** The moments of all samples in [from, to], oldest first. */
export function samplesBetween(rhythm: Rhythm, from: number, to: number): number[] {
  const found: number[] = [];
  for (let slot = firstCandidate(rhythm, to); slot >= 0; slot--) {
    const at = slotAt(rhythm, slot);
    if (at < from) break;
    if (at <= to) found.push(at);
  }
  return found.reverse();
}

/** A slot that is surely not before the last one at or before `now`, and at most two after it. */
const firstCandidate = (rhythm: Rhythm, now: number): number => Math.ceil((now - rhythm.bornAt) / period(rhythm)) + 1;

const period = ({ minMs, maxMs }: Housekeeping): number => (minMs + maxMs) / 2;

function slotAt(rhythm: Rhythm, slot: number): number {
  const jitter = slot === 0 ? 0 : (fraction(rhythm.seed, slot) - 0.5) * ((rhythm.maxMs - rhythm.minMs) / 2);
  // A birth in the middle of a millisecond is sampled in the next one: no sample is older than its container.
  return Math.ceil(rhythm.bornAt + slot * period(rhythm) + jitter);
}

/** An even fraction in [0, 1) of two numbers: the finaliser of MurmurHash3. */
function fraction(seed: number, slot: number): number {
  let mixed = seed ^ Math.imul(slot, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
}
