import type { Registry } from '../telemetry/exposition.ts';
import { Counter, Gauge } from '../telemetry/instruments.ts';
import type { HistoryBytes } from './history/budget.ts';

/** What the instruments ask when somebody looks. */
interface Measured {
  measure(): HistoryBytes;
  /** How far back each history reaches, in seconds. */
  reach(): Readonly<Record<'short' | 'long', number>>;
}

/** Puts the catalogue's gauges into a registry, and returns the counter of bytes dropped for lack of room. */
export function registerInstruments(registry: Registry, history: Measured): Counter {
  registry.register(
    new Gauge({
      name: 'tacho_history_bytes',
      help: 'Bytes of the metric catalogue in memory: what is there now, minutes at full resolution, hours at a coarser one.',
      labels: ['part'],
      read: (gauge) => {
        for (const [part, bytes] of Object.entries(history.measure())) gauge.set(bytes, { part });
      },
    }),
  );
  registry.register(
    new Gauge({
      name: 'tacho_history_reach_seconds',
      help: 'How far back the history of the metric catalogue reaches.',
      labels: ['part'],
      read: (gauge) => {
        for (const [part, seconds] of Object.entries(history.reach())) gauge.set(seconds, { part });
      },
    }),
  );
  return registry.register(
    new Counter({
      name: 'tacho_history_dropped_bytes_total',
      help: 'Bytes of history dropped before their time because --history-budget was used up.',
    }),
  );
}
