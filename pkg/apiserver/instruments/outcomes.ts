import type { Registry } from '../../telemetry/exposition.ts';
import { Counter, type CounterSeries, Histogram, type HistogramSeries } from '../../telemetry/instruments.ts';

interface FamilyText {
  readonly name: string;
  readonly help: string;
}

/** A counter and a histogram of the same decisions. */
export interface OutcomeFamilies {
  readonly total: FamilyText;
  readonly duration: FamilyText;
}

/** Powers of two from a millisecond on. */
const decisionBounds = Array.from({ length: 15 }, (_, power) => 2 ** power / 1000);

/** How many decisions were made and how long each took, by their result, of which there are few. */
export class Outcomes {
  readonly #total: Counter;
  readonly #duration: Histogram;
  readonly #series = new Map<string, { readonly count: CounterSeries; readonly seconds: HistogramSeries }>();

  constructor(registry: Registry, { total, duration }: OutcomeFamilies) {
    const labels = ['result'];
    this.#total = registry.register(new Counter({ ...total, labels }));
    this.#duration = registry.register(new Histogram({ ...duration, labels, buckets: decisionBounds }));
  }

  ended(result: string, seconds: number): void {
    let series = this.#series.get(result);
    if (series === undefined) {
      series = { count: this.#total.with({ result }), seconds: this.#duration.with({ result }) };
      this.#series.set(result, series);
    }
    series.count.add();
    series.seconds.observe(seconds);
  }
}
