import type { Labels } from '../../model/cluster.ts';
import type { EpochMs } from '../../model/units.ts';
import { type Entity, keyOf } from '../entity.ts';
import type { LongPoint, MetricSet, ModelSource, Point, SeriesQuery } from '../model-source.ts';

/** A model for tests of whoever reads one: it knows the sets it was told, round by round, and nothing else. */
export class ToldModel implements ModelSource {
  readonly #rounds: (readonly MetricSet[])[] = [];
  readonly #ended = new Map<string, readonly string[]>();

  /** The newest round. All its sets bear the same moment. */
  tell(sets: readonly MetricSet[]): void {
    this.#rounds.push(sets);
  }

  /** These pods have ended of late. */
  tellEnded(namespace: string, pods: readonly string[]): void {
    this.#ended.set(namespace, pods);
  }

  latestAt(): EpochMs | undefined {
    return this.#newest()[0]?.at;
  }

  nodes(): readonly string[] {
    return this.#names((entity) => (entity.type === 'node' ? entity.node : undefined));
  }

  systemContainers(node: string): readonly string[] {
    return this.#names((entity) =>
      entity.type === 'sys_container' && entity.node === node ? entity.container : undefined,
    );
  }

  namespaces(): readonly string[] {
    return this.#names((entity) => (entity.type === 'ns' ? entity.namespace : undefined));
  }

  pods(namespace: string): readonly string[] {
    return this.#names((entity) => (entity.type === 'pod' && entity.namespace === namespace ? entity.pod : undefined));
  }

  containers(namespace: string, pod: string): readonly string[] {
    return this.#names((entity) =>
      entity.type === 'pod_container' && entity.namespace === namespace && entity.pod === pod
        ? entity.container
        : undefined,
    );
  }

  endedPods(namespace: string): readonly string[] {
    return this.#ended.get(namespace) ?? [];
  }

  podOfUid(uid: string): { readonly namespace: string; readonly pod: string } | undefined {
    for (const { entity, labels } of this.#rounds.flat())
      if (entity.type === 'pod' && labels['pod_id'] === uid) return { namespace: entity.namespace, pod: entity.pod };
    return undefined;
  }

  current(entity: Entity): MetricSet | undefined {
    return this.#newest().find((set) => keyOf(set.entity) === keyOf(entity));
  }

  sets(): Iterable<MetricSet> {
    return this.#newest();
  }

  metricNames(entity: Entity): readonly string[] {
    return [...new Set(this.#of(entity).flatMap(({ values }) => [...values.keys()]))].sort();
  }

  series({ entity, metric, labels, start = -Infinity, end = Infinity }: AnyQuery): readonly Point[] {
    return this.#of(entity).flatMap((set) => {
      const value = labels === undefined ? set.values.get(metric) : labeledValue(set, metric, labels);
      return value === undefined || set.at < start || set.at > end ? [] : [{ at: set.at, value }];
    });
  }

  longSeries(query: SeriesQuery): readonly LongPoint[] {
    return this.series(query).map(({ at, value }) => ({ at, mean: value, peak: value }));
  }

  #newest(): readonly MetricSet[] {
    return this.#rounds.at(-1) ?? [];
  }

  #of(entity: Entity): readonly MetricSet[] {
    return this.#rounds.flat().filter((set) => keyOf(set.entity) === keyOf(entity));
  }

  #names(nameOf: (entity: Entity) => string | undefined): readonly string[] {
    return this.#newest()
      .flatMap(({ entity }) => nameOf(entity) ?? [])
      .sort();
  }
}

type AnyQuery = Omit<SeriesQuery, 'start' | 'end'> & { readonly start?: number; readonly end?: number };

function labeledValue(set: MetricSet, metric: string, labels: Labels): number | undefined {
  const isWanted = (own: Labels): boolean =>
    Object.keys(own).length === Object.keys(labels).length &&
    Object.entries(labels).every(([name, value]) => own[name] === value);
  return set.labeled.find((one) => one.metric === metric && isWanted(one.labels))?.value;
}
