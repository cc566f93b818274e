import type { Entity } from '../entity.ts';
import type { ModelSource, SeriesQuery } from '../model-source.ts';
import type { HistoryValue } from './aggregation.ts';

/** Everything that is remembered of a series, oldest first: coarse at first, then as fine as it came. */
export function historyOf(source: ModelSource, query: SeriesQuery): readonly HistoryValue[] {
  const fine = source.series(query).map(({ at, value }): HistoryValue => ({ at, mean: value, peak: value }));
  const begins = fine[0]?.at ?? Number.POSITIVE_INFINITY;
  const coarse = source.longSeries(query).filter(({ at }) => at < begins);
  return [...coarse, ...fine];
}

/** The pod with a UID as an entity; one that nobody knows has no history. */
export function podEntityOf(source: ModelSource, uid: string, container?: string): Entity {
  const { namespace, pod } = source.podOfUid(uid) ?? { namespace: '', pod: '' };
  return container === undefined
    ? { type: 'pod', namespace, pod }
    : { type: 'pod_container', namespace, pod, container };
}
