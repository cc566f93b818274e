import { setImmediate } from 'node:timers/promises';
import type { EpochMs } from '../../model/units.ts';
import type { Decoded } from './decoded.ts';
import { type KnownLayout, nothingKnown } from './layout-walk.ts';
import { Reading } from './reading.ts';

/**
 * Reads the answers of one node's `/metrics/resource`, one after the other. Keeps the last layout, so that it can hand
 * out the same object while the containers are the same. Of a body nothing is kept: its memory may be used again.
 */
export class ResourceDecoder {
  #known: KnownLayout;

  constructor(known: KnownLayout = nothingKnown) {
    this.#known = known;
  }

  /** Never throws: a bad line costs that line. `receivedAt` is the sample time of lines that carry none. */
  decode(body: Buffer, receivedAt: EpochMs): Decoded {
    const reading = new Reading(body, this.#known);
    reading.linesUpTo(Number.POSITIVE_INFINITY);
    return this.#end(reading, receivedAt);
  }

  /** The same for a long body: so that nobody waits for its end, others have their turn every few milliseconds. */
  async decodeInTurns(body: Buffer, receivedAt: EpochMs): Promise<Decoded> {
    const reading = new Reading(body, this.#known);
    for (let end = turnLength; !reading.linesUpTo(end); end += turnLength) await setImmediate();
    return this.#end(reading, receivedAt);
  }

  #end(reading: Reading, receivedAt: EpochMs): Decoded {
    this.#known = reading.known();
    return reading.finish(this.#known, receivedAt);
  }
}

/** Bytes read at a time; the worst of them take a few milliseconds. */
const turnLength = 2 ** 16;
