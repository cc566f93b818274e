import type { ResourceAmounts } from '../../model/pod-facts.ts';
import { parseQuantity } from '../../model/quantity.ts';

/** Amounts repeat: a cluster has few different requests. Bounded, because whoever may create pods may invent more. */
const known = new Map<string, bigint | undefined>();
const mostKnown = 4_096;

/** Names of resources that we keep by name of their own, and how finely. */
const fields = { cpu: 'cpu', memory: 'memory', 'ephemeral-storage': 'ephemeralStorage' } as const;

/** More extended resources than any device plugin offers. */
const mostOthers = 16;

/**
 * Reads the resources of a spec or a status: CPU in millicores, everything else in whole units, rounded up as in
 * Kubernetes. What cannot be read is left out. Huge pages are neither memory nor countable things: they are left out, too.
 */
export function amountsOf(resources: unknown): ResourceAmounts {
  const own: { -readonly [Field in 'cpu' | 'memory' | 'ephemeralStorage']?: number } = {};
  const others: Record<string, number> = {};
  for (const [name, value] of Object.entries((resources ?? {}) as Readonly<Record<string, unknown>>)) {
    const nanos = nanosOf(value);
    if (nanos === undefined) continue;
    if (name === 'cpu') own.cpu = rounded(nanos, 1_000_000n);
    else if (name === 'memory' || name === 'ephemeral-storage') own[fields[name]] = rounded(nanos, 1_000_000_000n);
    else if (name.includes('/') && Object.keys(others).length < mostOthers)
      others[name] = rounded(nanos, 1_000_000_000n);
  }
  return Object.keys(others).length === 0 ? own : { ...own, others };
}

function nanosOf(value: unknown): bigint | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const text = String(value);
  if (known.has(text)) return known.get(text);
  const parsed = parseQuantity(text);
  const nanos = parsed.kind === 'quantity' && parsed.quantity.nanos >= 0n ? parsed.quantity.nanos : undefined;
  if (known.size >= mostKnown) known.clear();
  known.set(text, nanos);
  return nanos;
}

const rounded = (nanos: bigint, unit: bigint): number => Number((nanos + unit - 1n) / unit);

/** Both together; what only one of them names counts alone. */
export const addAmounts = (a: ResourceAmounts, b: ResourceAmounts): ResourceAmounts => combined(a, b, (x, y) => x + y);

/** The larger of each. */
export const largestAmounts = (a: ResourceAmounts, b: ResourceAmounts): ResourceAmounts => combined(a, b, Math.max);

function combined(a: ResourceAmounts, b: ResourceAmounts, combine: (x: number, y: number) => number): ResourceAmounts {
  const both: Record<string, number> = { ...flat(a) };
  for (const [name, amount] of Object.entries(flat(b))) {
    const other = both[name];
    both[name] = other === undefined ? amount : combine(other, amount);
  }
  const { cpu, memory, ephemeralStorage, ...others } = both;
  return {
    ...(cpu !== undefined && { cpu }),
    ...(memory !== undefined && { memory }),
    ...(ephemeralStorage !== undefined && { ephemeralStorage }),
    ...(Object.keys(others).length > 0 && { others }),
  };
}

/** Extended resources have a slash in their names, the others have none. */
const flat = ({ others, ...own }: ResourceAmounts): Readonly<Record<string, number>> => ({ ...own, ...others });
