import { floatText } from './float-text.ts';

/** Label values of one series, by label name. */
export type LabelValues = Readonly<Record<string, string>>;

interface FamilyOptions {
  readonly name: string;
  /** One line for people, printed as HELP. */
  readonly help: string;
  readonly labels?: readonly string[];
}

/** One labelled series of a family, as it is exposed. */
export interface Series {
  readonly suffix: string;
  /** By name. The same object for all lines of one series. */
  readonly labels: LabelValues;
  /** The bound of a bucket, as it is printed; absent where there is none. */
  readonly le?: string;
  readonly value: number;
}

/** What a registry holds and exposition reads. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  series(): Iterable<Series>;
}

const none: LabelValues = {};

interface Entry<Value> {
  /** All labels of the family, by name: absent ones are empty, as they are to Prometheus. */
  readonly labels: LabelValues;
  value: Value;
}

/** Values by label set. The labels of a family are few and bounded by its owner, who removes what is gone. */
class SeriesMap<Value> {
  readonly #labelNames: readonly string[];
  readonly #create: () => Value;
  readonly #byKey = new Map<string, Entry<Value>>();

  constructor(labelNames: readonly string[], create: () => Value) {
    this.#labelNames = [...labelNames].sort();
    this.#create = create;
    if (labelNames.length === 0) this.entry(none);
  }

  entry(labels: LabelValues): Entry<Value> {
    const key = this.#key(labels);
    let entry = this.#byKey.get(key);
    if (entry === undefined) {
      const all = Object.fromEntries(this.#labelNames.map((name) => [name, labels[name] ?? '']));
      entry = { labels: all, value: this.#create() };
      this.#byKey.set(key, entry);
    }
    return entry;
  }

  remove(labels: LabelValues): void {
    this.#byKey.delete(this.#key(labels));
  }

  values(): Iterable<Readonly<Entry<Value>>> {
    return this.#byKey.values();
  }

  #key(labels: LabelValues): string {
    return this.#labelNames.map((name) => labels[name] ?? '').join('\u0000');
  }
}

/** One series of a counter, found once so that counting costs next to nothing; not for series that are ever removed. */
export interface CounterSeries {
  add(amount?: number): void;
}

/** One series of a histogram, found once so that observing costs next to nothing; not for series that are ever removed. */
export interface HistogramSeries {
  observe(value: number): void;
}

/** A number that only grows, one per label set. */
export class Counter implements Family {
  readonly type = 'counter';
  readonly name: string;
  readonly help: string;
  readonly #series: SeriesMap<number>;

  constructor({ name, help, labels = [] }: FamilyOptions) {
    this.name = name;
    this.help = help;
    this.#series = new SeriesMap(labels, () => 0);
  }

  add(labels: LabelValues = none, amount = 1): void {
    this.#series.entry(labels).value += amount;
  }

  /** The series of these labels, from now on exposed, at first with 0. */
  with(labels: LabelValues): CounterSeries {
    const entry = this.#series.entry(labels);
    return {
      add(amount = 1) {
        entry.value += amount;
      },
    };
  }

  /** Forgets a series, because what it counted is gone. */
  remove(labels: LabelValues): void {
    this.#series.remove(labels);
  }

  *series(): Iterable<Series> {
    for (const { labels, value } of this.#series.values()) yield { suffix: '', labels, value };
  }
}

/** A number that goes up and down, one per label set; set by its owner or read when somebody looks. */
export class Gauge implements Family {
  readonly type = 'gauge';
  readonly name: string;
  readonly help: string;
  readonly #series: SeriesMap<number>;
  readonly #read: ((gauge: Gauge) => void) | undefined;

  /** `read` is called before each exposition and may `set` what it finds. */
  constructor({ name, help, labels = [], read }: FamilyOptions & { readonly read?: (gauge: Gauge) => void }) {
    this.name = name;
    this.help = help;
    this.#series = new SeriesMap(labels, () => 0);
    this.#read = read;
  }

  set(value: number, labels: LabelValues = none): void {
    this.#series.entry(labels).value = value;
  }

  /** Forgets a series, because what it measured is gone. */
  remove(labels: LabelValues): void {
    this.#series.remove(labels);
  }

  *series(): Iterable<Series> {
    this.#read?.(this);
    for (const { labels, value } of this.#series.values()) yield { suffix: '', labels, value };
  }
}

/** Prometheus' default bucket bounds, in seconds. */
export const defaultBuckets: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

interface Distribution {
  readonly counts: Float64Array;
  sum: number;
  count: number;
}

/** How observations spread over buckets, one distribution per label set. */
export class Histogram implements Family {
  readonly type = 'histogram';
  readonly name: string;
  readonly help: string;
  readonly #buckets: readonly number[];
  readonly #boundTexts: readonly string[];
  readonly #series: SeriesMap<Distribution>;

  constructor({ name, help, labels = [], buckets }: FamilyOptions & { readonly buckets: readonly number[] }) {
    this.name = name;
    this.help = help;
    this.#buckets = buckets;
    this.#boundTexts = buckets.map(floatText);
    this.#series = new SeriesMap(labels, () => ({ counts: new Float64Array(buckets.length), sum: 0, count: 0 }));
  }

  observe(value: number, labels: LabelValues = none): void {
    this.#observe(this.#series.entry(labels).value, value);
  }

  /** The series of these labels, from now on exposed, at first empty. */
  with(labels: LabelValues): HistogramSeries {
    const distribution = this.#series.entry(labels).value;
    return { observe: (value) => this.#observe(distribution, value) };
  }

  #observe(distribution: Distribution, value: number): void {
    distribution.count++;
    distribution.sum += value;
    const { counts } = distribution;
    // A loop, because lists observe each of their objects.
    for (let bucket = 0; bucket < counts.length; bucket++) {
      if (value <= (this.#buckets[bucket] ?? 0)) {
        counts[bucket] = (counts[bucket] ?? 0) + 1;
        return;
      }
    }
  }

  /** Forgets a series, because what it observed is gone. */
  remove(labels: LabelValues): void {
    this.#series.remove(labels);
  }

  *series(): Iterable<Series> {
    for (const { labels, value } of this.#series.values()) {
      let cumulative = 0;
      for (let index = 0; index < this.#buckets.length; index++) {
        cumulative += value.counts[index] ?? 0;
        yield { suffix: '_bucket', labels, le: this.#boundTexts[index] ?? '', value: cumulative };
      }
      yield { suffix: '_bucket', labels, le: '+Inf', value: value.count };
      yield { suffix: '_sum', labels, value: value.sum };
      yield { suffix: '_count', labels, value: value.count };
    }
  }
}
