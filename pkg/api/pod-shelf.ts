import type { Shelf } from '../apiserver/encode/protobuf/shelf.ts';
import type { PodRecord } from '../model/cluster.ts';
import type { ContainerUsage, Usage } from '../model/sample.ts';
import { as, type EpochMs } from '../model/units.ts';
import type { PodMetrics } from './pods.ts';

/** Numbers of a page: some 1,200 pods of two containers. */
const pageSize = 8_192;

interface Page {
  readonly records: PodRecord[];
  /** Of containers, one pod after the other. */
  readonly names: string[];
  /**
   * Pod by pod: when it was sampled, over how long, how many containers it has (negative where some of them tell their
   * swap), and of each CPU, memory and, if need be, swap.
   */
  readonly numbers: Float64Array;
}

/**
 * The pods of one answer, in columns until they are sent: 80 bytes for one of two containers, where its objects take 600.
 * The store cannot be asked twice, for it would not say the same. Of a container's usage only what travels is kept: its
 * time and window become those of the pod.
 */
export class PodShelf implements Shelf<PodMetrics> {
  #pages: Page[] = [];
  #answeredAt = 0;
  /** In the last page. */
  #used = pageSize;

  put({ record, usage, answeredAt }: PodMetrics): void {
    const { containers, sampledAt, windowNs } = usage;
    const hasSwap = tellsSwap(containers);
    const { records, names, numbers } = this.#pageFor(3 + containers.length * 3);
    this.#answeredAt = answeredAt;
    records.push(record);
    let at = this.#used;
    numbers[at++] = sampledAt;
    numbers[at++] = windowNs;
    numbers[at++] = hasSwap ? -containers.length : containers.length;
    for (const { name, usage: used } of containers) {
      names.push(name);
      numbers[at++] = used.cpu;
      numbers[at++] = used.memory;
      if (hasSwap) numbers[at++] = used.swap ?? Number.NaN;
    }
    this.#used = at;
  }

  *taken(): Iterable<PodMetrics> {
    const pages = this.#pages;
    this.#pages = [];
    for (let page = pages.shift(); page !== undefined; page = pages.shift()) yield* podsOf(page, this.#answeredAt);
  }

  #pageFor(more: number): Page {
    const last = this.#pages.at(-1);
    if (last !== undefined && this.#used + more <= last.numbers.length) return last;
    const page = { records: [], names: [], numbers: new Float64Array(Math.max(pageSize, more)) };
    this.#pages.push(page);
    this.#used = 0;
    return page;
  }
}

function* podsOf({ records, names, numbers }: Page, answeredAt: number): Iterable<PodMetrics> {
  let at = 0;
  let container = 0;
  const next = (): number => numbers[at++] ?? Number.NaN;
  for (const record of records) {
    const { namespace, name } = record;
    const sampledAt = as<EpochMs>(next());
    const windowNs = next();
    const count = next();
    const containers: ContainerUsage[] = [];
    for (let left = Math.abs(count); left > 0; left--) {
      const usage = { sampledAt, windowNs, cpu: next(), memory: next() };
      containers.push({ name: names[container++] ?? '', usage: count < 0 ? withSwap(usage, next()) : usage });
    }
    yield { record, usage: { namespace, name, sampledAt, windowNs, containers }, answeredAt };
  }
}

function tellsSwap(containers: readonly ContainerUsage[]): boolean {
  for (const { usage } of containers) if (usage.swap !== undefined) return true;
  return false;
}

const withSwap = (usage: Usage, swap: number): Usage => (Number.isNaN(swap) ? usage : { ...usage, swap });
