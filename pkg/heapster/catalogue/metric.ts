import type { EntityType } from '../entity.ts';

/** One metric of the catalogue, as data: parsing, storing, the schema and the documentation derive from it. */
export interface Metric {
  /** Heapster's name where it had one: `cpu/usage_rate`. */
  readonly name: string;
  /** How the value develops. A cumulative one counts from the start of its subject. */
  readonly kind: 'cumulative' | 'gauge';
  /** Whole numbers, or fractions. */
  readonly value: 'int64' | 'double';
  /** As Heapster's schema spells it; empty = a plain count. */
  readonly unit: Unit;
  /** What it is known of. */
  readonly levels: readonly EntityType[];
  /** Digits behind the point that are kept: values are whole multiples of 10^-decimals. */
  readonly decimals: number;
  /** One sentence for people. */
  readonly description: string;
  /** Labels that tell its values apart; absent = one value per subject. */
  readonly labels?: readonly string[];
  /** The metric whose increase per second this is. */
  readonly rateOf?: string;
  /** It comes from `/metrics/cadvisor` only. */
  readonly source?: 'cadvisor';
  /** Not in Heapster's own catalogue. */
  readonly isNew?: true;
}

/** Units of the catalogue; the last two are not Heapster's. */
export type Unit = 'bytes' | 'ms' | 'ns' | 'millicores' | 'ratio' | '' | 'us' | 'percent';

const levelNames: Readonly<Record<string, EntityType>> = {
  N: 'node',
  S: 'sys_container',
  P: 'pod',
  C: 'pod_container',
  NS: 'ns',
  CL: 'cluster',
};

/** Levels from their short names: `N S P C NS CL`. */
export const levelsOf = (text: string): readonly EntityType[] =>
  text.split(' ').flatMap((name) => levelNames[name] ?? []);

/** A count or an amount that goes up and down. */
export const gauge = (name: string, unit: Unit, levels: string, description: string): Metric => ({
  name,
  kind: 'gauge',
  value: 'int64',
  unit,
  levels: levelsOf(levels),
  decimals: 0,
  description,
});

/** A counter since the start of its subject. */
export const counter = (name: string, unit: Unit, levels: string, description: string): Metric => ({
  ...gauge(name, unit, levels, description),
  kind: 'cumulative',
});

/** A share of something; a millionth is the finest told apart. */
export const ratio = (name: string, levels: string, description: string): Metric => ({
  ...gauge(name, 'ratio', levels, description),
  value: 'double',
  decimals: 6,
});

/** The increase per second of a counter. */
export const rate = (name: string, unit: Unit, levels: string, rateOf: string): Metric => ({
  ...gauge(name, unit, levels, `Increase of ${rateOf} per second.`),
  value: 'double',
  decimals: 3,
  rateOf,
});
