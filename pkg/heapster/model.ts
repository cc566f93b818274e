import { as, type EpochMs } from '../model/units.ts';
import { type Entity, keyOf } from './entity.ts';
import type { CurrentFrame, SubjectHistory } from './history/subject-history.ts';
import type { Labeler } from './labels.ts';
import type { LongPoint, MetricSet, ModelSource, Point, SeriesQuery } from './model-source.ts';
import type { Row } from './rows/layout.ts';
import { longPointsIn, metricNamesIn, pointsIn } from './store/history-reader.ts';
import type { MetricStore } from './store/metric-store.ts';
import type { NodeSeries } from './store/node-series.ts';
import type { Placement } from './store/placements.ts';
import { entityOf, rowOf } from './store/row-entity.ts';
import { currentValues } from './store/set-reader.ts';
import type { Timeline } from './timeline.ts';

/** What a model reads from. */
export interface ModelOptions {
  readonly store: MetricStore;
  readonly timeline: Timeline;
  readonly labeler: Labeler;
}

/** The store as its readers see it: by names and moments. */
export class Model implements ModelSource {
  readonly #store: MetricStore;
  readonly #timeline: Timeline;
  readonly #labeler: Labeler;

  constructor({ store, timeline, labeler }: ModelOptions) {
    this.#store = store;
    this.#timeline = timeline;
    this.#labeler = labeler;
  }

  latestAt(): EpochMs | undefined {
    const beat = this.#store.endedBeat;
    return beat === undefined ? undefined : this.#timeline.momentOf(beat);
  }

  nodes(): readonly string[] {
    return this.#present()
      .map(({ node }) => node)
      .sort();
  }

  systemContainers(node: string): readonly string[] {
    const series = this.#store.nodes.get(node);
    return series && this.#isPresent(series) ? this.#namesIn(series.history, 'sys_container', undefined) : [];
  }

  namespaces(): readonly string[] {
    return this.#namesIn(this.#store.sums, 'ns', undefined);
  }

  pods(namespace: string): readonly string[] {
    return [...this.#store.placements.in(namespace)]
      .filter((placement) => this.#isThere(placement))
      .map(({ pod }) => pod)
      .sort();
  }

  containers(namespace: string, pod: string): readonly string[] {
    const placement = this.#store.placements.get(namespace, pod);
    if (placement === undefined || !this.#isThere(placement)) return [];
    const { history } = placement.series;
    const row = rowOf(history.layout, { type: 'pod', namespace, pod });
    return row === undefined ? [] : this.#namesIn(history, 'pod_container', row);
  }

  endedPods(namespace: string): readonly string[] {
    return [...this.#store.placements.in(namespace)]
      .filter((placement) => !this.#isThere(placement))
      .map(({ pod }) => pod)
      .sort();
  }

  podOfUid(uid: string): { readonly namespace: string; readonly pod: string } | undefined {
    const found = this.#store.podOfUid(uid);
    return found && { namespace: found.namespace, pod: found.pod };
  }

  current(entity: Entity): MetricSet | undefined {
    const series = this.#seriesNow(entity);
    const history = series?.history ?? (isSummed(entity) ? this.#store.sums : undefined);
    const row = history && rowOf(history.layout, entity);
    return history && row && history.isCurrent(row) ? this.#set(entity, { history, row, series }) : undefined;
  }

  *sets(): Generator<MetricSet> {
    yield* this.#setsIn(this.#store.sums, undefined);
    for (const series of this.#present()) yield* this.#setsIn(series.history, series);
  }

  metricNames(entity: Entity): readonly string[] {
    const names = new Set<string>();
    for (const history of this.#historiesOf(entity)) for (const name of metricNamesIn(history, entity)) names.add(name);
    return [...names].sort();
  }

  series(query: SeriesQuery): readonly Point[] {
    const points = new Points<Point>(query);
    for (const history of this.#historiesOf(query.entity))
      for (const { beat, value } of pointsIn(history, query)) points.take({ at: this.#timeline.momentOf(beat), value });
    return points.taken;
  }

  longSeries(query: SeriesQuery): readonly LongPoint[] {
    const points = new Points<LongPoint>(query);
    for (const history of this.#historiesOf(query.entity))
      for (const { beat, mean, peak } of longPointsIn(history, query))
        points.take({ at: this.#timeline.momentOf(beat), mean, peak });
    return points.taken;
  }

  /** All at once: whoever draws them may rest on the way, and the next frame may have its rows elsewhere. */
  #setsIn(history: SubjectHistory, series: NodeSeries | undefined): readonly MetricSet[] {
    const frame = history.current();
    const sets: MetricSet[] = [];
    for (const row of history.layout.rows()) {
      const entity = entityOf(row, series?.node ?? '');
      if (entity !== undefined && history.isCurrent(row)) sets.push(this.#set(entity, { history, row, series }, frame));
    }
    return sets;
  }

  #set(entity: Entity, { history, row, series }: Place, frame?: CurrentFrame): MetricSet {
    const uid = entity.type === 'pod' || entity.type === 'pod_container' ? this.#uidOf(entity) : undefined;
    const known = { ...(series && { node: series.node }), ...(uid !== undefined && { uid }) };
    return {
      entity,
      at: this.#momentOf(history),
      labels: this.#labeler.labelsOf(entity, known),
      ...currentValues(history, row, frame),
    };
  }

  /** The moment of the newest frame. */
  #momentOf({ beat }: SubjectHistory): EpochMs {
    return beat === undefined ? as<EpochMs>(Number.NaN) : this.#timeline.momentOf(beat);
  }

  #uidOf({ namespace, pod }: { readonly namespace: string; readonly pod: string }): string | undefined {
    return this.#store.placements.get(namespace, pod)?.uid;
  }

  #present(): readonly NodeSeries[] {
    return [...this.#store.nodes.values()].filter((series) => this.#isPresent(series));
  }

  /** Told of in the newest round, or already in the one under way. */
  #isPresent({ history }: NodeSeries): boolean {
    return (history.beat ?? Number.NEGATIVE_INFINITY) >= (this.#store.endedBeat ?? Number.NEGATIVE_INFINITY);
  }

  #isThere({ series, seenAt }: Placement): boolean {
    return this.#store.nodes.get(series.node) === series && this.#isPresent(series) && seenAt === series.history.beat;
  }

  #namesIn(history: SubjectHistory, kind: Row['kind'], parent: Row | undefined): readonly string[] {
    return history.layout
      .under(parent)
      .filter((row) => row.kind === kind && history.isCurrent(row))
      .map(({ name }) => name)
      .sort();
  }

  /** The node whose newest frame tells of an entity, if one does. */
  #seriesNow(entity: Entity): NodeSeries | undefined {
    switch (entity.type) {
      case 'cluster':
      case 'ns':
        return undefined;
      case 'node':
      case 'sys_container': {
        const series = this.#store.nodes.get(entity.node);
        return series && this.#isPresent(series) ? series : undefined;
      }
      case 'pod':
      case 'pod_container': {
        const placement = this.#store.placements.get(entity.namespace, entity.pod);
        return placement && this.#isThere(placement) ? placement.series : undefined;
      }
      default:
        return entity satisfies never;
    }
  }

  /** Everything that remembers an entity, the older before the newer. */
  #historiesOf(entity: Entity): readonly SubjectHistory[] {
    if (isSummed(entity)) return [this.#store.sums];
    if (entity.type === 'node' || entity.type === 'sys_container')
      return this.#store.seriesOf(entity.node).map(({ history }) => history);
    const placement = this.#store.placements.get(entity.namespace, entity.pod);
    return placement === undefined ? [] : [...placement.past, placement.series].map(({ history }) => history);
  }
}

/** Points between two moments, each later than the one before: a pod that moved may have been told of twice at a time. */
class Points<P extends { readonly at: EpochMs }> {
  readonly taken: P[] = [];
  readonly #start: number;
  readonly #end: number;

  constructor({ start, end }: SeriesQuery) {
    this.#start = start ?? Number.NEGATIVE_INFINITY;
    this.#end = end ?? Number.POSITIVE_INFINITY;
  }

  take(point: P): void {
    const isLater = point.at > (this.taken.at(-1)?.at ?? Number.NEGATIVE_INFINITY);
    if (isLater && point.at >= this.#start && point.at <= this.#end) this.taken.push(point);
  }
}

/** Where an entity's newest values are; `series` is absent for sums. */
interface Place {
  readonly history: SubjectHistory;
  readonly row: Row;
  readonly series: NodeSeries | undefined;
}

const isSummed = (entity: Entity): entity is Extract<Entity, { type: 'cluster' | 'ns' }> =>
  entity.type === 'cluster' || entity.type === 'ns';

/** Heapster's keys of everything in the newest round, sorted. */
export const allKeys = (source: ModelSource): readonly string[] =>
  [...source.sets()].map(({ entity }) => keyOf(entity)).sort();
