import { type ContainerReading, emptyUsage } from '../../model/pod-reading.ts';
import type { Usage } from '../../model/sample.ts';
import { as, type EpochMs } from '../../model/units.ts';
import type { Limits } from '../rules/limits.ts';
import { type Incoming, isBytes, type Known } from '../rules/rule.ts';

/** Numbers a row has: first what `Known` names, then the last good usage. */
const sampledAt = 0;
const startedAt = 1;
const cpu = 2;
const receivedAt = 3;
const confirmedAt = 4;
const usageSampledAt = 5;
const usageWindowNs = 6;
const usageCpu = 7;
const usageMemory = 8;
const usageSwap = 9;
const servedUntil = 10;
const width = 11;

/**
 * What is remembered of each container of a node, a row of plain numbers each: its newest sample and its last good usage.
 * `seek` chooses the row that everything else speaks of, so that no object is made per sample.
 *
 * Invariant: the usage ends with the newest sample (it is published), or with one that came before it.
 */
export class Slots implements Known {
  readonly #limits: Limits;
  #numbers: Float64Array;
  #row = 0;

  constructor(rows: number, limits: Limits) {
    this.#limits = limits;
    this.#numbers = new Float64Array(rows * width).fill(Number.NaN);
  }

  get rows(): number {
    return this.#numbers.length / width;
  }

  /** Makes room for so many rows, or lets go of those behind them. */
  resize(rows: number): void {
    const numbers = new Float64Array(rows * width);
    numbers.set(this.#numbers.subarray(0, numbers.length));
    numbers.fill(Number.NaN, this.#numbers.length);
    this.#numbers = numbers;
  }

  seek(row: number): this {
    this.#row = row;
    return this;
  }

  /** Forgets all that the chosen row holds. */
  clear(): void {
    this.#numbers.fill(Number.NaN, this.#row * width, (this.#row + 1) * width);
  }

  /** The chosen row becomes a copy of another one. */
  copy(from: number): void {
    this.#numbers.copyWithin(this.#row * width, from * width, (from + 1) * width);
  }

  get sampledAt(): number {
    return this.#read(sampledAt);
  }

  get startedAt(): number {
    return this.#read(startedAt);
  }

  get cpu(): number {
    return this.#read(cpu);
  }

  get receivedAt(): number {
    return this.#read(receivedAt);
  }

  get confirmedAt(): number {
    return this.#read(confirmedAt);
  }

  get published(): boolean {
    return this.#read(usageSampledAt) === this.#read(sampledAt);
  }

  /** The kubelet spoke of the newest sample when it was `heardAt`, and not for the first time. */
  isRepeated(heardAt: number): boolean {
    return this.#read(confirmedAt) === heardAt && this.#read(receivedAt) < heardAt;
  }

  /** Some usage was computed, be it current or not. */
  get hasUsage(): boolean {
    return !Number.isNaN(this.#read(usageSampledAt));
  }

  /** There is a usage that may still be served. `now` is monotonic, as everywhere here. */
  isServed(now: number): boolean {
    return now <= this.#read(servedUntil);
  }

  /** When the usage ceases to be served; NaN where there is none. */
  get servedUntil(): number {
    return this.#read(servedUntil);
  }

  /** Bytes of all rows. */
  get bytes(): number {
    return this.#numbers.byteLength;
  }

  /** The sample becomes the newest, and the baseline of the next. */
  remember(next: Incoming): void {
    this.#write(sampledAt, next.sampledAt);
    this.#write(startedAt, next.startedAt);
    this.#write(cpu, next.cpu);
    this.#write(receivedAt, next.receivedAt);
    this.#write(confirmedAt, next.receivedAt);
  }

  /** What was used until this sample: nanocores over nanoseconds. */
  publish(next: Incoming, rate: number, windowNs: number): void {
    this.#write(usageSampledAt, next.sampledAt);
    this.#write(usageWindowNs, windowNs);
    this.#write(usageCpu, rate);
    this.#write(usageMemory, next.memory);
    this.#write(usageSwap, next.swap);
    this.#write(servedUntil, next.receivedAt + this.#limits.serveMs);
  }

  /** The kubelet still speaks of the newest sample: a current usage is good for longer, up to a limit. */
  confirm(now: number): void {
    this.#write(confirmedAt, now);
    if (!this.published) return;
    this.#write(servedUntil, Math.min(now + this.#limits.serveMs, this.#read(receivedAt) + this.#limits.vouchMs));
  }

  /** The usage to serve now. */
  usage(now: number): Usage | undefined {
    return this.isServed(now) ? this.lastUsage : undefined;
  }

  /** The newest usage, into an object that is there already: for who knows that it is served, and reads many. */
  fill(container: ContainerReading): Usage {
    // Nearly nobody swaps: objects of two shapes are not worth keeping.
    if (isBytes(this.#read(usageSwap))) container.usage = { ...this.lastUsage };
    else if (container.usage.swap !== undefined) container.usage = emptyUsage();
    const { usage } = container;
    usage.sampledAt = as<EpochMs>(this.#read(usageSampledAt));
    usage.windowNs = this.#read(usageWindowNs);
    usage.cpu = this.#read(usageCpu);
    usage.memory = this.#read(usageMemory);
    return usage;
  }

  /** The newest usage, for who knows that it is served. */
  get lastUsage(): Usage {
    const sampledAt = as<EpochMs>(this.#read(usageSampledAt));
    const windowNs = this.#read(usageWindowNs);
    const cpu = this.#read(usageCpu);
    const memory = this.#read(usageMemory);
    const swap = this.#read(usageSwap);
    return isBytes(swap) ? { sampledAt, windowNs, cpu, memory, swap } : { sampledAt, windowNs, cpu, memory };
  }

  #read(column: number): number {
    return this.#numbers[this.#row * width + column] ?? Number.NaN;
  }

  #write(column: number, value: number): void {
    this.#numbers[this.#row * width + column] = value;
  }
}
