import { Following } from './following.ts';

/** What a value is read as. `unknown` = nobody waits for it; `end` stands behind the last field of an object. */
export type FieldKind =
  | 'figure'
  | 'number'
  | 'moment'
  | 'instant'
  | 'name'
  | 'part'
  | 'pressure'
  | 'list'
  | 'unknown'
  | 'end';

/** One field of an object: what it is read as, and where that goes. */
export class Field {
  readonly kind: FieldKind;
  /** Of a figure its place, of a part what is added to the places in it, of a name or a list which one it is. */
  readonly place: number;
  /** Of a part, and of the entries of a list. */
  readonly shape: Shape | undefined;
  /** What was found behind its value. */
  readonly after = new Following();
  /** Of a pressure: how one looks that is zero throughout, as most are. */
  readonly idle = new Following();

  constructor(kind: FieldKind, place = 0, shape?: Shape) {
    this.kind = kind;
    this.place = place;
    this.shape = shape;
  }
}

/** What `next` returns at the end of an object. */
export const end = new Field('end');

/** An object as it occurs in one place of an answer: its fields by their names, in whichever order they come. */
export class Shape {
  /** What was found behind its brace. */
  readonly first = new Following();
  readonly #fields: KeyTable;
  readonly #unknown = new Field('unknown');

  constructor(fields: Readonly<Record<string, Field>>) {
    this.#fields = new KeyTable(Object.entries(fields));
  }

  /** The field whose name is between two places. */
  field(bytes: Uint8Array, from: number, to: number): Field {
    return this.#fields.find(bytes, from, to) ?? this.#unknown;
  }

  /** The field of an escaped name, which is none of ours. */
  get unknown(): Field {
    return this.#unknown;
  }
}

/** Fields by the bytes of their names. */
class KeyTable {
  readonly #names: readonly Buffer[];
  readonly #fields: readonly Field[];
  /** By `slotOf` the name, counted from 1; mostly empty. */
  readonly #slots = new Uint8Array(64);

  constructor(entries: readonly (readonly [string, Field])[]) {
    this.#names = entries.map(([name]) => Buffer.from(name));
    this.#fields = entries.map(([, field]) => field);
    for (const [place, name] of this.#names.entries()) {
      let slot = slotOf(name, 0, name.length);
      while (this.#slots[slot] !== 0) slot = (slot + 1) & 63;
      this.#slots[slot] = place + 1;
    }
  }

  find(bytes: Uint8Array, from: number, to: number): Field | undefined {
    for (let slot = slotOf(bytes, from, to); this.#slots[slot] !== 0; slot = (slot + 1) & 63) {
      const place = (this.#slots[slot] ?? 0) - 1;
      const name = this.#names[place];
      if (name !== undefined && isAt(name, bytes, from, to)) return this.#fields[place];
    }
    return undefined;
  }
}

/** Length, first, last and middle letter tell the names apart well enough. */
const slotOf = (bytes: Uint8Array, from: number, to: number): number =>
  ((to - from) * 37 + (bytes[from] ?? 0) * 3 + (bytes[to - 1] ?? 0) * 11 + (bytes[(from + to) >> 1] ?? 0) * 5) & 63;

function isAt(name: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  if (name.length !== to - from) return false;
  for (let at = 0; at < name.length; at++) if (name[at] !== bytes[from + at]) return false;
  return true;
}
