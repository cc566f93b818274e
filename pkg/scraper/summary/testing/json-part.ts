import { as, type EpochMs } from '../../../model/units.ts';

/** An object of a JSON answer that nobody has looked at yet. */
export type JsonPart = Readonly<Record<string, unknown>>;

/** The object in a field; undefined where there is none, or something else. */
export const partOf = (value: unknown): JsonPart | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonPart) : undefined;

/** The objects of a list, at most `most` of them; what is no list is an empty one. */
export function partsOf(value: unknown, most: number): readonly JsonPart[] {
  if (!Array.isArray(value)) return [];
  const parts: JsonPart[] = [];
  for (const entry of value as readonly unknown[]) {
    const part = partOf(entry);
    if (part !== undefined && parts.push(part) === most) break;
  }
  return parts;
}

/** A figure; NaN where there is none. Nothing here can be negative, so what is negative was not measured. */
export const figureOf = (value: unknown): number => (typeof value === 'number' && value >= 0 ? value : Number.NaN);

/** A name fit to be kept; undefined where there is none, or one longer than Kubernetes allows. */
export const nameOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' && value.length <= 253 ? value : undefined;

/** Reads moments. One answer repeats few of them many times, so the last ones read are remembered. */
export class Moments {
  readonly #known = new Map<string, EpochMs>();

  /** Epoch milliseconds; NaN where there is no moment, and for Go's zero time. */
  read(value: unknown): EpochMs {
    if (typeof value !== 'string') return as<EpochMs>(Number.NaN);
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const moment = as<EpochMs>(momentOf(value));
    if (this.#known.size < 1_000) this.#known.set(value, moment);
    return moment;
  }
}

function momentOf(text: string): number {
  const moment = text.length <= 40 ? Date.parse(text) : Number.NaN;
  return moment > 0 ? moment : Number.NaN;
}
