import { type PodReading, resizeReading } from '../../model/pod-reading.ts';
import { type Hindrance, hindranceOf } from '../rules/hindrance.ts';
import type { NodeRows } from './node-rows.ts';
import type { PodIndex } from './pod-index.ts';

/** So many containers have nearly all pods, and pods are many: arrays of no more are made to measure. */
const few = 16;

/** Between which samples those of a pod's containers lie, and when its kubelet last spoke of one of them. */
interface Span {
  readonly earliest: number;
  readonly latest: number;
  readonly spokenOfAt: number;
}

/** A pod as one node knows it: the rows of its containers. There is at least one, unless it is about to be forgotten. */
export class PodRows {
  readonly node: NodeRows;
  /** The index that finds these rows, and no others, under the pod's names; it alone writes this. */
  soleIn: PodIndex | undefined;
  /** By the names of their containers, in which order they are published. */
  #rows: number[];

  constructor(node: NodeRows, row: number) {
    this.node = node;
    this.soleIn = undefined;
    this.#rows = [row];
  }

  get isEmpty(): boolean {
    return this.#rows.length === 0;
  }

  /** The row of a container. */
  rowOf(name: string): number | undefined {
    const row = this.#rows[this.#placeOf(name)];
    return row !== undefined && this.node.nameOf(row) === name ? row : undefined;
  }

  /** Takes in the row of another container. */
  add(row: number): void {
    const place = this.#placeOf(this.node.nameOf(row));
    if (this.#rows.length < few) this.#rows = this.#rows.toSpliced(place, 0, row);
    else this.#rows.splice(place, 0, row);
  }

  remove(row: number): void {
    this.#rows.splice(this.#rows.indexOf(row), 1);
  }

  /** A row got another number. */
  renumber(from: number, to: number): void {
    this.#rows[this.#rows.indexOf(from)] = to;
  }

  /**
   * The pod, whole or not at all: whoever adds up its containers must not be given some of them. Only containers that
   * have ended do not count. True when there is something, and `into` holds it.
   */
  read(now: number, into: PodReading): boolean {
    const { node } = this;
    const served = node.window.servesAll(now) ? this.#rows : this.#served(now);
    if (served === undefined || served.length === 0) return false;
    resizeReading(into, served.length);
    let earliest = Number.POSITIVE_INFINITY;
    for (const [place, container] of into.containers.entries()) {
      const row = served[place] ?? 0;
      container.name = node.nameOf(row);
      const { sampledAt, windowNs } = node.slots.seek(row).fill(container);
      if (sampledAt >= earliest) continue;
      earliest = sampledAt;
      into.sampledAt = sampledAt;
      into.windowNs = windowNs;
    }
    return true;
  }

  /** Whether `read` would give something. */
  isServed(now: number): boolean {
    return this.node.window.servesAll(now) || this.#served(now) !== undefined;
  }

  /** Epoch nanoseconds by the node's clock of the newest start of a container; NaN when none is known. */
  get newestStart(): number {
    let newest = Number.NaN;
    for (const row of this.#rows) {
      const { startedAt } = this.node.slots.seek(row);
      if (startedAt > newest || Number.isNaN(newest)) newest = startedAt;
    }
    return newest;
  }

  /** When the kubelet last spoke of one of the containers, monotonic. */
  get spokenOfAt(): number {
    let latest = Number.NEGATIVE_INFINITY;
    for (const row of this.#rows) {
      const { confirmedAt } = this.node.slots.seek(row);
      if (confirmedAt > latest) latest = confirmedAt;
    }
    return latest;
  }

  /** What keeps the pod from being published, and the container that has it; undefined when nothing does. */
  hindrance(now: number): { readonly hindrance: Hindrance; readonly container: string } | undefined {
    if (this.isServed(now)) return undefined;
    const { slots } = this.node;
    const span = this.#span;
    const hindering = this.#rows.find((row) => !slots.seek(row).isServed(now) && !this.#hasEnded(row, span));
    // Where all have ended, the first one stands for them.
    const row = hindering ?? this.#rows[0] ?? 0;
    const hindrance = hindranceOf(slots.seek(row), this.node.window.heardAt);
    return { hindrance, container: this.node.nameOf(row) };
  }

  /** The rows that count, if the pod is served. */
  #served(now: number): readonly number[] | undefined {
    const { slots } = this.node;
    for (const row of this.#rows) if (!slots.seek(row).isServed(now)) return this.#servedBesideEnded(now);
    return this.#rows;
  }

  #servedBesideEnded(now: number): readonly number[] | undefined {
    const { slots } = this.node;
    const span = this.#span;
    const lasting = this.#rows.filter((row) => slots.seek(row).isServed(now) || !this.#hasEnded(row, span));
    return lasting.length > 0 && lasting.every((row) => slots.seek(row).isServed(now)) ? lasting : undefined;
  }

  /**
   * Its kubelet repeats a sample of it that is three periods away from that of another container of the pod: so look
   * finished init containers with some runtimes. (Where nothing is renewed, it is the runtime that has stopped.)
   */
  #hasEnded(row: number, { earliest, latest, spokenOfAt }: Span): boolean {
    const slot = this.node.slots.seek(row);
    if (!slot.isRepeated(spokenOfAt)) return false;
    return Math.max(latest - slot.sampledAt, slot.sampledAt - earliest) >= this.node.window.limits.serveMs;
  }

  /** Found once for all containers: whoever names thousands of them must not cost the square of that. */
  get #span(): Span {
    let [earliest, latest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const row of this.#rows) {
      const { sampledAt } = this.node.slots.seek(row);
      if (sampledAt < earliest) earliest = sampledAt;
      if (sampledAt > latest) latest = sampledAt;
    }
    return { earliest, latest, spokenOfAt: this.spokenOfAt };
  }

  /** Where in order a container stands, or would. */
  #placeOf(name: string): number {
    let first = 0;
    let beyond = this.#rows.length;
    while (first < beyond) {
      const middle = (first + beyond) >>> 1;
      if (this.node.nameOf(this.#rows[middle] ?? 0) < name) first = middle + 1;
      else beyond = middle;
    }
    return first;
  }
}
