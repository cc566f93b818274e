import { as, type EpochMs } from '../../model/units.ts';

/** How many bytes a moment to the second takes, quotes and all: `"2026-11-21T03:25:32Z"`. */
export const momentLength = 22;

const zero = 0x30;
const colon = 0x3a;

/** Days are told apart by so many places; those that share one take turns. */
const places = 256;

/** Reads moments to the second. Days repeat, so that only the first moment of a day is really read. */
export class Moments {
  /** Of each place the bytes of its day, three words. */
  readonly #days = new Int32Array(3 * places);
  /** Where the day begins, in epoch milliseconds. */
  readonly #midnights = new Float64Array(places).fill(Number.NaN);

  /** The moment that stands at `at`, where `momentLength` bytes are left at least; NaN for a text of another form. */
  read(view: DataView, at: number): EpochMs {
    const isSo =
      view.getUint8(at) === 0x22 &&
      view.getUint8(at + 14) === colon &&
      view.getUint8(at + 17) === colon &&
      view.getUint16(at + 20, true) === 0x225a;
    if (!isSo) return as<EpochMs>(Number.NaN);
    const hours = pair(view, at + 12);
    const minutes = pair(view, at + 15);
    const seconds = pair(view, at + 18);
    if (hours >= 24 || minutes >= 60 || seconds >= 60) return as<EpochMs>(Number.NaN);
    return as<EpochMs>(this.#midnight(view, at + 1) + (hours * 3600 + minutes * 60 + seconds) * 1000);
  }

  /** The beginning of the day `2026-11-21T`; NaN where there is no such day. */
  #midnight(view: DataView, at: number): number {
    const first = view.getInt32(at, true);
    const middle = view.getInt32(at + 4, true);
    const last = view.getInt32(at + 7, true);
    const place = placeOf(middle, last);
    const days = this.#days;
    const isKnown = days[3 * place] === first && days[3 * place + 1] === middle && days[3 * place + 2] === last;
    if (isKnown) return this.#midnights[place] ?? Number.NaN;
    days.set([first, middle, last], 3 * place);
    const midnight = dayAt(view, at);
    this.#midnights[place] = midnight;
    return midnight;
  }
}

/** By the digits of month and day, in `-11-` and `-21T`. */
const placeOf = (month: number, day: number): number =>
  (32 * ((month >>> 16) & 7) + 10 * ((day >>> 8) & 15) + ((day >>> 16) & 15)) & (places - 1);

/** A number of two digits; one too large for a time where there are others. */
function pair(view: DataView, at: number): number {
  const tens = view.getUint8(at) - zero;
  const ones = view.getUint8(at + 1) - zero;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? 10 * tens + ones : 99;
}

function dayAt(view: DataView, at: number): number {
  const text = String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + at, 11));
  return Date.parse(`${text}00:00:00Z`);
}
