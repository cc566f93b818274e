import type { ContainerLayout, NodeBatch } from '../model/batch.ts';
import type { ContainerUsage, PodUsage, Usage } from '../model/sample.ts';
import { AbsentRows, takeOver } from './absent-rows.ts';
import { advance } from './advance.ts';
import { Arrival } from './arrival.ts';
import { type Hindrance, hindranceOf } from './hindrance.ts';
import type { Limits } from './limits.ts';
import type { HistoryPoint } from './rings.ts';
import { isSameLayout, RowOrder, type RowRange } from './row-order.ts';
import type { Rule } from './rule.ts';
import { Slots } from './slots.ts';
import type { Subject } from './subject.ts';

/** Hears which rule fitted which row. */
export type RuleListener = (rule: Rule, row: number) => void;

const noContainers: ContainerLayout = { namespaces: [], pods: [], containers: [] };

/** What is remembered of one node and of the containers its kubelet spoke of last. Times are monotonic. */
export class NodeWindow {
  readonly name: string;
  #heardAt = Number.NEGATIVE_INFINITY;
  readonly #limits: Limits;
  #layout = noContainers;
  #order = new RowOrder(noContainers);
  /** A row per container, then one for the node itself. */
  #slots: Slots;
  readonly #absent: AbsentRows;

  constructor(name: string, limits: Limits) {
    this.name = name;
    this.#limits = limits;
    this.#slots = new Slots(1, limits);
    this.#absent = new AbsentRows(limits);
  }

  /** When a batch came last. */
  get heardAt(): number {
    return this.#heardAt;
  }

  get order(): RowOrder {
    return this.#order;
  }

  /** Whose row it is. */
  subject(row: number): Subject {
    if (row >= this.#order.rows) return { node: this.name };
    const [namespace, pod, name] = [this.#order.namespace(row), this.#order.pod(row), this.#order.container(row)];
    return { node: this.name, container: { namespace, pod, name } };
  }

  /** Bytes of the arrays. */
  get bytes(): number {
    return this.#slots.bytes + this.#order.bytes + this.#absent.bytes;
  }

  /** Whether this layout names the containers we have rows for. */
  fits(layout: ContainerLayout): boolean {
    if (layout === this.#layout) return true;
    if (!isSameLayout(layout, this.#layout)) return false;
    this.#layout = layout;
    return true;
  }

  /** Makes rows for another set of containers: who stays or comes back keeps what is known, who is gone is not served. */
  adopt(layout: ContainerLayout, now: number): void {
    const order = new RowOrder(layout);
    const slots = new Slots(order.rows + 1, this.#limits);
    const before = { order: this.#order, slots: this.#slots };
    this.#absent.returnTo({ order, slots }, now);
    takeOver({ order, slots }, before);
    slots.seek(order.rows).takeOver(this.#slots, this.#order.rows);
    this.#absent.keep(before, order, now);
    this.#layout = layout;
    this.#order = order;
    this.#slots = slots;
  }

  /** Takes in a batch whose layout fits. True when nothing waits for its first value any more. */
  store(batch: NodeBatch, now: number, heard: RuleListener): boolean {
    this.#heardAt = now;
    this.#absent.expire(now);
    const arrival = new Arrival(now);
    const { rows } = this.#order;
    let settled = true;
    for (let row = 0; row < rows; row++) {
      const slots = this.#slots.seek(row);
      const rule = advance(slots, arrival.ofSlot(batch, this.#order.slot(row)), this.#limits);
      heard(rule, row);
      settled &&= slots.hasUsage || rule === 'unreadable';
    }
    return this.#storeNode(batch, arrival, heard) && settled;
  }

  /** Whether a batch that does not fit says nothing of containers we know, instead of saying that they are gone. */
  isPartOf({ layout, cutOff = false }: NodeBatch, now: number): boolean {
    if (!cutOff && layout.containers.length > 0) return false;
    return now - this.spokenOfAt({ first: 0, end: this.#order.rows }) <= this.#limits.baselineMs;
  }

  /** Takes in what there is of an answer that broke off, or of a runtime that said nothing. The others keep their values. */
  storePart(batch: NodeBatch, now: number, heard: RuleListener): void {
    this.#heardAt = now;
    this.#absent.expire(now);
    const arrival = new Arrival(now);
    const named = new RowOrder(batch.layout);
    for (let other = 0; other < named.rows; other++) {
      const row = this.#order.rowOf(named, other);
      if (row >= 0) heard(advance(this.#slots.seek(row), arrival.ofSlot(batch, named.slot(other)), this.#limits), row);
    }
    this.#storeNode(batch, arrival, heard);
  }

  nodeUsage(now: number): Usage | undefined {
    return this.#slots.seek(this.#order.rows).usage(now);
  }

  nodeHistory(now: number): HistoryPoint[] {
    return this.#slots.seek(this.#order.rows).history(now);
  }

  /**
   * The pod of these rows, whole or not at all: whoever adds up its containers must not be given some of them. Only
   * containers that have ended do not count.
   */
  podUsage(rows: RowRange, now: number): PodUsage | undefined {
    const containers: ContainerUsage[] = [];
    let earliest: Usage | undefined;
    for (let row = rows.first; row < rows.end; row++) {
      const usage = this.#slots.seek(row).usage(now);
      if (usage === undefined && this.#hasEnded(row, rows)) continue;
      if (usage === undefined) return undefined;
      containers.push({ name: this.#order.container(row), usage });
      if (earliest === undefined || usage.sampledAt < earliest.sampledAt) earliest = usage;
    }
    if (earliest === undefined) return undefined;
    const { sampledAt, windowNs } = earliest;
    return {
      namespace: this.#order.namespace(rows.first),
      name: this.#order.pod(rows.first),
      sampledAt,
      windowNs,
      containers,
    };
  }

  /** Whether `podUsage` would give something; makes no objects. */
  servesPod(rows: RowRange, now: number): boolean {
    let served = false;
    for (let row = rows.first; row < rows.end; row++) {
      if (this.#slots.seek(row).isServed(now)) served = true;
      else if (!this.#hasEnded(row, rows)) return false;
    }
    return served;
  }

  containerHistory({ first, end }: RowRange, container: string, now: number): HistoryPoint[] {
    for (let row = first; row < end; row++) {
      if (this.#order.container(row) === container) return this.#slots.seek(row).history(now);
    }
    return [];
  }

  /** Epoch nanoseconds by the node's clock of the newest start among these rows; NaN when none is known. */
  newestStart({ first, end }: RowRange): number {
    let newest = Number.NaN;
    for (let row = first; row < end; row++) {
      const { startedAt } = this.#slots.seek(row);
      if (startedAt > newest || Number.isNaN(newest)) newest = startedAt;
    }
    return newest;
  }

  /** When the kubelet last spoke of one of these rows; long ago when there are none. */
  spokenOfAt({ first, end }: RowRange): number {
    let latest = Number.NEGATIVE_INFINITY;
    for (let row = first; row < end; row++) {
      const { confirmedAt } = this.#slots.seek(row);
      if (confirmedAt > latest) latest = confirmedAt;
    }
    return latest;
  }

  /** What keeps these rows from being published, and whose it is; undefined when nothing does. */
  hindrance(rows: RowRange, now: number): { readonly hindrance: Hindrance; readonly container: string } | undefined {
    if (this.servesPod(rows, now)) return undefined;
    let row = rows.first;
    // Where all have ended, the first one stands for them.
    for (let other = row; other < rows.end; other++) {
      if (this.#slots.seek(other).isServed(now) || this.#hasEnded(other, rows)) continue;
      row = other;
      break;
    }
    return { hindrance: hindranceOf(this.#slots.seek(row), this.#heardAt), container: this.#order.container(row) };
  }

  /** What keeps the node itself from being published; undefined when nothing does. */
  nodeHindrance(now: number): Hindrance | undefined {
    if (this.servesNode(now)) return undefined;
    return hindranceOf(this.#slots.seek(this.#order.rows), this.#heardAt);
  }

  servesNode(now: number): boolean {
    return this.#slots.seek(this.#order.rows).isServed(now);
  }

  /** How many containers have a value to serve, counted up to `enough`. */
  servedContainers(now: number, enough = Number.POSITIVE_INFINITY): number {
    let served = 0;
    for (let row = 0; row < this.#order.rows && served < enough; row++) {
      if (this.#slots.seek(row).isServed(now)) served++;
    }
    return served;
  }

  /**
   * Its kubelet repeats a sample of it that is three periods away from that of another container of the pod: so look
   * finished init containers with some runtimes. (Where nothing is renewed, it is the runtime that has stopped.)
   */
  #hasEnded(row: number, { first, end }: RowRange): boolean {
    const spokenOfAt = this.spokenOfAt({ first, end });
    if (!this.#slots.seek(row).isRepeated(spokenOfAt)) return false;
    const { sampledAt } = this.#slots;
    for (let other = first; other < end; other++) {
      if (Math.abs(this.#slots.seek(other).sampledAt - sampledAt) >= this.#limits.serveMs) return true;
    }
    return false;
  }

  /** A kubelet that says nothing of its node is not waited for. */
  #storeNode({ nodeSample }: NodeBatch, arrival: Arrival, heard: RuleListener): boolean {
    if (nodeSample === undefined) return true;
    const row = this.#order.rows;
    const slots = this.#slots.seek(row);
    const rule = advance(slots, arrival.ofNode(nodeSample), this.#limits);
    heard(rule, row);
    return slots.hasUsage || rule === 'unreadable';
  }
}
