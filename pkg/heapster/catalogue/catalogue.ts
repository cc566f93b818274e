import type { EntityType } from '../entity.ts';
import { acceleratorMetrics, diskMetrics, filesystemMetrics } from './labeled.ts';
import type { Metric } from './metric.ts';
import { newMetrics, unlabeledMetrics } from './unlabeled.ts';

/**
 * Every metric with a fixed name: Heapster's 52 first, in the order of its own documentation, then what is new. Two
 * families are open-ended and not listed: `<resource>/request` of extended resources, and `custom/<name>`.
 */
export const catalogue: readonly Metric[] = [
  ...unlabeledMetrics,
  ...filesystemMetrics,
  ...diskMetrics,
  ...acceleratorMetrics,
  ...newMetrics,
];

const byName: ReadonlyMap<string, Metric> = new Map(catalogue.map((metric) => [metric.name, metric]));

/** A metric by its name; undefined for one that is not in the catalogue. */
export const metricNamed = (name: string): Metric | undefined => byName.get(name);

/** The metrics with one value per subject that subjects of this type may have, in the order of the catalogue. */
export const metricsAt = (type: EntityType): readonly Metric[] =>
  catalogue.filter(({ levels, labels }) => labels === undefined && levels.includes(type));

/** What a day is remembered of, in mean and peak of five minutes each. */
export const longMetrics: readonly string[] = [
  'cpu/usage_rate',
  'memory/usage',
  'memory/working_set',
  'network/rx_rate',
  'network/tx_rate',
  'filesystem/usage',
];
