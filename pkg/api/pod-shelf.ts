import type { Shelf } from '../apiserver/encode/protobuf/shelf.ts';
import type { PodRecord } from '../model/cluster.ts';
import { emptyUsage, podReading, resizeReading } from '../model/pod-reading.ts';
import type { ContainerUsage } from '../model/sample.ts';
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

/** One usage after the other in the same object, as the store gives them. */
function* podsOf({ records, names, numbers }: Page, answeredAt: number): Iterable<PodMetrics> {
  let at = 0;
  let container = 0;
  const usage = podReading();
  const next = (): number => numbers[at++] ?? Number.NaN;
  for (const record of records) {
    usage.namespace = record.namespace;
    usage.name = record.name;
    usage.sampledAt = as<EpochMs>(next());
    usage.windowNs = next();
    const count = next();
    resizeReading(usage, Math.abs(count));
    for (const reading of usage.containers) {
      reading.name = names[container++] ?? '';
      if (count < 0 || reading.usage.swap !== undefined) reading.usage = emptyUsage();
      reading.usage.sampledAt = usage.sampledAt;
      reading.usage.windowNs = usage.windowNs;
      reading.usage.cpu = next();
      reading.usage.memory = next();
      const swap = count < 0 ? next() : Number.NaN;
      if (!Number.isNaN(swap)) reading.usage.swap = swap;
    }
    yield { record, usage, answeredAt };
  }
}

function tellsSwap(containers: readonly ContainerUsage[]): boolean {
  for (const { usage } of containers) if (usage.swap !== undefined) return true;
  return false;
}
