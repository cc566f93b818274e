import type { Family, LabelValues, Series } from './instruments.ts';

/** What a reading is called and where it comes from. */
export interface ReadingOptions {
  readonly name: string;
  readonly help: string;
  /** `counter` where somebody else counts, `gauge` for everything that also falls. */
  readonly type: 'counter' | 'gauge';
  /** The same at every reading. */
  readonly labels?: LabelValues;
  /** Called each time somebody looks; undefined = there is nothing to see. */
  readonly read: () => number | undefined;
}

/** One number that somebody else keeps, read when somebody looks. */
export class Reading implements Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly #labels: LabelValues;
  readonly #read: () => number | undefined;

  constructor({ name, help, type, labels = {}, read }: ReadingOptions) {
    this.name = name;
    this.help = help;
    this.type = type;
    this.#labels = Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
    this.#read = read;
  }

  *series(): Iterable<Series> {
    const value = this.#read();
    if (value !== undefined) yield { suffix: '', labels: this.#labels, value };
  }
}
