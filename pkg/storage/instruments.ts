import type { Registry } from '../telemetry/exposition.ts';
import { Counter, Gauge } from '../telemetry/instruments.ts';
import type { Rule } from './rules/rule.ts';

/** What the instruments ask of storage when somebody looks. */
interface Measured {
  points(): { readonly nodes: number; readonly containers: number };
  readonly bytes: number;
}

/** Puts storage's gauges into a registry, and returns the counter of samples by rule. */
export function registerInstruments(registry: Registry, storage: Measured): Counter {
  registry.register(
    new Gauge({
      name: 'metrics_server_storage_points',
      help: '[ALPHA] Nodes and containers whose usage can be told right now.',
      labels: ['type'],
      read: (gauge) => {
        const { nodes, containers } = storage.points();
        gauge.set(containers, { type: 'container' });
        gauge.set(nodes, { type: 'node' });
      },
    }),
  );
  registry.register(
    new Gauge({
      name: 'tacho_storage_bytes',
      help: 'Bytes of samples in memory, names excluded.',
      read: (gauge) => gauge.set(storage.bytes),
    }),
  );
  return registry.register(
    new Counter({
      name: 'tacho_storage_samples_total',
      help: 'Samples stored, by the rule that decided what they mean.',
      labels: ['rule'],
    }),
  );
}

/** Counts the rules of one batch cheaply, to be added to the counter in one go. */
export class RuleTally {
  readonly #counts = new Map<Rule, number>();
  /** Most samples of a batch follow one rule: equal neighbours are counted as a run. */
  #runOf: Rule = 'measured';
  #run = 0;

  count(rule: Rule): void {
    if (rule !== this.#runOf) this.#endRun(rule);
    this.#run++;
  }

  of(rule: Rule): number {
    return (this.#counts.get(rule) ?? 0) + (rule === this.#runOf ? this.#run : 0);
  }

  /** Adds what was counted to `counter`, if there is one, and starts again from zero. */
  empty(counter: Counter | undefined): void {
    this.#endRun(this.#runOf);
    for (const [rule, count] of this.#counts) counter?.add({ rule }, count);
    this.#counts.clear();
  }

  #endRun(next: Rule): void {
    if (this.#run > 0) this.#counts.set(this.#runOf, this.of(this.#runOf));
    this.#runOf = next;
    this.#run = 0;
  }
}
