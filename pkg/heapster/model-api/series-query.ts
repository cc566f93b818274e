import type { Labels } from '../../model/cluster.ts';
import type { EpochMs } from '../../model/units.ts';
import type { SeriesQuery } from '../model-source.ts';
import { parseInstant } from './instant.ts';

/** What a client asked of a series beyond whose it is, or what of it cannot be understood. */
export type SeriesWish =
  | { readonly kind: 'wish'; readonly wish: Omit<SeriesQuery, 'entity' | 'metric'> }
  | { readonly kind: 'invalid'; readonly message: string };

/** Names that clients used before metrics had their present ones. */
const oldNames: Readonly<Record<string, string>> = {
  'cpu-usage': 'cpu/usage_rate',
  'cpu-limit': 'cpu/limit',
  'memory-limit': 'memory/limit',
  'memory-usage': 'memory/usage',
  'memory-working': 'memory/working_set',
};

/** The metric that a path names. */
export function metricOf(name: string): string {
  const trimmed = name.endsWith('/') ? name.slice(0, -1) : name;
  return Object.hasOwn(oldNames, trimmed) ? (oldNames[trimmed] ?? trimmed) : trimmed;
}

/** Reads `start`, `end` (RFC 3339, both included) and `labels` (`key:value,…`). An empty parameter is as good as none. */
export function seriesWish(query: URLSearchParams): SeriesWish {
  const start = readInstant(query, 'start');
  const end = readInstant(query, 'end');
  const labels = readLabels(query.get('labels') ?? '');
  for (const part of [start, end, labels]) if (part.kind === 'invalid') return part;
  return { kind: 'wish', wish: { ...valueOf(start), ...valueOf(end), ...valueOf(labels) } };
}

type Part<T> = { readonly kind: 'read'; readonly value: T } | { readonly kind: 'invalid'; readonly message: string };

const valueOf = <T>(part: Part<T>): T | undefined => (part.kind === 'read' ? part.value : undefined);

function readInstant<Name extends 'start' | 'end'>(
  query: URLSearchParams,
  name: Name,
): Part<{ readonly [_ in Name]?: EpochMs }> {
  const text = query.get(name) ?? '';
  if (text === '') return { kind: 'read', value: {} };
  const at = parseInstant(text);
  if (at !== undefined) return { kind: 'read', value: { [name]: at } as { readonly [_ in Name]: EpochMs } };
  // A plus in a query is a space: offsets east of Greenwich suffer.
  return {
    kind: 'invalid',
    message: `${name} must be a time such as 2026-01-05T10:00:00Z (RFC 3339), got ${JSON.stringify(text)}`,
  };
}

function readLabels(text: string): Part<{ readonly labels?: Labels }> {
  if (text === '') return { kind: 'read', value: {} };
  const labels: Record<string, string> = {};
  for (const pair of text.split(',')) {
    const colon = pair.indexOf(':');
    if (colon < 1)
      return { kind: 'invalid', message: `labels must be key:value,key:value, got ${JSON.stringify(pair)}` };
    labels[pair.slice(0, colon)] = pair.slice(colon + 1);
  }
  return { kind: 'read', value: { labels } };
}
