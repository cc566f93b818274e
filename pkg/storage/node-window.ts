import type { NodeBatch } from '../model/batch.ts';
import type { Usage } from '../model/sample.ts';
import { NodeRows, ownRow } from './rows/node-rows.ts';
import type { PodIndex } from './rows/pod-index.ts';
import { noRow } from './rows/row-claims.ts';
import { advance } from './rules/advance.ts';
import { Arrival } from './rules/arrival.ts';
import { type Hindrance, hindranceOf } from './rules/hindrance.ts';
import type { Limits } from './rules/limits.ts';
import type { Rule } from './rules/rule.ts';
import { ownSlot } from './subject.ts';

/** Hears which rule fitted which slot of a batch; `ownSlot` is the node itself. */
export type RuleListener = (rule: Rule, slot: number) => void;

/** What is remembered of one node and of the containers its kubelet spoke of last. Times are monotonic. */
export class NodeWindow {
  readonly name: string;
  readonly limits: Limits;
  readonly rows: NodeRows;
  #heardAt = Number.NEGATIVE_INFINITY;
  /** When an answer last counted as all there is. */
  #wholeAt = Number.NEGATIVE_INFINITY;
  /** How many containers were served when last counted, how many there were, and until when this holds. */
  #served = 0;
  #counted = 0;
  #countHolds = Number.POSITIVE_INFINITY;

  constructor(name: string, limits: Limits, index: PodIndex) {
    this.name = name;
    this.limits = limits;
    this.rows = new NodeRows({ window: this, limits, index });
  }

  /** When a batch came last. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** Takes in a batch, with whatever containers it names. True when nothing waits for its first value any more. */
  store(batch: NodeBatch, now: number, heard: RuleListener): boolean {
    this.#hear(now);
    this.#wholeAt = now;
    this.rows.adopt(batch.layout, now);
    const arrival = new Arrival(now);
    const { rows } = this;
    const { slots, size } = rows;
    let settled = true;
    for (let slot = 0; slot < size; slot++) {
      const row = rows.at(slot);
      if (row === noRow) continue;
      const rule = advance(slots.seek(row), arrival.ofSlot(batch, slot), this.limits);
      heard(rule, slot);
      settled &&= slots.hasUsage || rule === 'unreadable';
    }
    this.#count(now);
    return this.#storeNode(batch, arrival, heard) && settled;
  }

  /**
   * Whether a batch that names others says nothing of containers we know, instead of saying that they are gone. Where all
   * answers are such, one of them has to be taken as it is now and then: newcomers would never be known otherwise.
   */
  isPart({ layout, cutOff = false }: NodeBatch, now: number): boolean {
    if ((!cutOff && layout.containers.length > 0) || this.rows.fits(layout)) return false;
    return this.rows.size > 0 && now - this.#wholeAt <= this.limits.baselineMs;
  }

  /** Takes in what there is of an answer that broke off, or of a runtime that said nothing. The others keep their values. */
  storePart(batch: NodeBatch, now: number, heard: RuleListener): void {
    this.#hear(now);
    const arrival = new Arrival(now);
    const done = new Set([noRow]);
    for (const slot of batch.layout.containers.keys()) {
      const row = this.rows.find(batch.layout, slot);
      if (done.has(row)) continue;
      done.add(row);
      heard(advance(this.rows.slots.seek(row), arrival.ofSlot(batch, slot), this.limits), slot);
    }
    this.#count(now);
    this.#storeNode(batch, arrival, heard);
  }

  nodeUsage(now: number): Usage | undefined {
    return this.#own.usage(now);
  }

  servesNode(now: number): boolean {
    return this.#own.isServed(now);
  }

  /** What keeps the node itself from being published; undefined when nothing does. */
  nodeHindrance(now: number): Hindrance | undefined {
    return this.servesNode(now) ? undefined : hindranceOf(this.#own, this.#heardAt);
  }

  /** How many containers have a value to serve. */
  servedContainers(now: number): number {
    if (now > this.#countHolds) this.#count(now);
    return this.#served;
  }

  /** Whether all containers have, at a glance. */
  servesAll(now: number): boolean {
    return this.#served === this.#counted && now <= this.#countHolds;
  }

  get #own() {
    return this.rows.slots.seek(ownRow);
  }

  #hear(now: number): void {
    this.#heardAt = now;
    this.rows.expire(now);
  }

  /** Until another batch comes the count can only fall, and not before one of those counted goes. */
  #count(now: number): void {
    const { rows } = this;
    const { slots, size } = rows;
    this.#served = 0;
    this.#counted = 0;
    this.#countHolds = Number.POSITIVE_INFINITY;
    for (let slot = 0; slot < size; slot++) {
      const row = rows.at(slot);
      if (row === noRow) continue;
      this.#counted++;
      const { servedUntil } = slots.seek(row);
      if (!(now <= servedUntil)) continue;
      this.#served++;
      if (servedUntil < this.#countHolds) this.#countHolds = servedUntil;
    }
  }

  /** A kubelet that says nothing of its node is not waited for. */
  #storeNode({ nodeSample }: NodeBatch, arrival: Arrival, heard: RuleListener): boolean {
    if (nodeSample === undefined) return true;
    const rule = advance(this.#own, arrival.ofNode(nodeSample), this.limits);
    heard(rule, ownSlot);
    return this.rows.slots.hasUsage || rule === 'unreadable';
  }
}
