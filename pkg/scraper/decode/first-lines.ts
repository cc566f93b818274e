import { isSameText } from './byte-text.ts';

/**
 * Where in one body the label set of each slot stood first, so that what comes later is compared with what came before as
 * bytes, and no name is made into a string to find its slot.
 */
export class FirstLines {
  readonly #view: DataView;
  /** Three indices per slot: where its label set begins and ends, and where the time of its CPU line begins; 0 = unknown. */
  #marks: Int32Array;
  #size = 0;
  /** Slots by the hash of their label set, one added to each, in a table of open addressing. Made when first needed. */
  #table = noTable;
  /** How many slots the table has. */
  #indexed = 0;
  /** There is a slot that cannot be found by its bytes. */
  #hasUnknown = false;

  constructor(view: DataView, capacity: number) {
    this.#view = view;
    this.#marks = new Int32Array(3 * capacity);
  }

  /** The label set of the next slot. */
  add(start: number, end: number): void {
    const slot = this.#size++;
    if (this.#marks.length < 3 * this.#size) this.#grow();
    this.#marks[3 * slot] = start;
    this.#marks[3 * slot + 1] = end;
  }

  /** The next slot has a label set that nothing can be compared with, because it is spelled in some other way. */
  addUnknown(): void {
    this.add(0, 0);
    this.#hasUnknown = true;
  }

  /** Index behind the label set that begins at `start`, if it is that of `slot`; otherwise -1. */
  endIfSame(slot: number, start: number): number {
    const first = this.#marks[3 * slot] ?? 0;
    const length = (this.#marks[3 * slot + 1] ?? 0) - first;
    return length > 0 && isSameText(this.#view, start, first, length) ? start + length : -1;
  }

  /**
   * Slot of the label set between two indices; `absent`, or `unknown` where bytes alone do not tell. `among` are the slots
   * it can be; all of them unless said.
   */
  find(start: number, end: number, among?: readonly number[]): number {
    if (this.#hasUnknown) return unknown;
    if (among !== undefined && among.length <= fewSlots) {
      for (const slot of among) if (this.endIfSame(slot, start) === end) return slot;
      return absent;
    }
    return this.#index() ? this.#lookUp(start, end) : unknown;
  }

  /** Where the time of a slot's CPU line begins, if it has thirteen digits; otherwise 0. */
  timeAt(slot: number): number {
    return this.#marks[3 * slot + 2] ?? 0;
  }

  /** It begins there. */
  keepTime(slot: number, at: number): void {
    this.#marks[3 * slot + 2] = at;
  }

  #grow(): void {
    const marks = new Int32Array(2 * this.#marks.length + 48);
    marks.set(this.#marks);
    this.#marks = marks;
  }

  /** Brings the table up to date. False where too many label sets fall upon the same place, as nobody's do by accident. */
  #index(): boolean {
    if (2 * this.#size > this.#table.length) {
      this.#table = new Int32Array(2 ** Math.ceil(Math.log2(4 * this.#size + 60)));
      this.#indexed = 0;
    }
    for (; this.#indexed < this.#size; this.#indexed++) {
      if (!this.#enter(this.#indexed)) return false;
    }
    return true;
  }

  #lookUp(start: number, end: number): number {
    const mask = this.#table.length - 1;
    let at = hashOf(this.#view, start, end) & mask;
    for (let probe = 0; probe < mostProbes; probe++, at = (at + 1) & mask) {
      const slot = (this.#table[at] ?? 0) - 1;
      if (slot < 0) return absent;
      if (this.endIfSame(slot, start) === end) return slot;
    }
    return unknown;
  }

  #enter(slot: number): boolean {
    const mask = this.#table.length - 1;
    let at = hashOf(this.#view, this.#marks[3 * slot] ?? 0, this.#marks[3 * slot + 1] ?? 0) & mask;
    for (let probe = 0; probe < mostProbes; probe++, at = (at + 1) & mask) {
      if (this.#table[at] !== 0) continue;
      this.#table[at] = slot + 1;
      return true;
    }
    this.#hasUnknown = true;
    return false;
  }
}

/** No slot has this label set. */
export const absent = -1;
/** Whether a slot has this label set can only be said by its names. */
export const unknown = -2;

/** So many are sooner compared one by one than looked up. */
const fewSlots = 8;
/** Nobody may make us search long by choosing names. */
const mostProbes = 32;
const noTable = new Int32Array(0);

function hashOf(view: DataView, start: number, end: number): number {
  let hash = end - start;
  for (let at = start; at < end - 4; at += 4) hash = mixed(hash, view.getInt32(at, true));
  hash = mixed(hash, view.getInt32(end - 4, true));
  return hash ^ (hash >>> 15);
}

const mixed = (hash: number, word: number): number => Math.imul(((hash << 5) | (hash >>> 27)) ^ word, 0x9e37_79b1);
