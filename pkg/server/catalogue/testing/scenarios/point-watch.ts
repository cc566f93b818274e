import assert from 'node:assert/strict';
import { longMetrics, metricNamed, metricsAt } from '../../../../heapster/catalogue/catalogue.ts';
import { type Entity, keyOf } from '../../../../heapster/entity.ts';
import type { ModelSource } from '../../../../heapster/model-source.ts';
import type { NodeSize } from './scenario.ts';

/** A counter and the clock beside it are read one after the other: so much more than there can be is no absurdity. */
const tolerance = 1.25;

/** Ten gigabits per second: no node of a scenario has a better interface. */
const fastestBytesPerSecond = 1.25e9;

/** Looks after every point of every series there ever was: none is negative, absurd, out of order or there twice. */
export class PointWatch {
  readonly #model: ModelSource;
  readonly #nodes: ReadonlyMap<string, NodeSize>;
  readonly #met = new Map<string, Entity>();
  looked = 0;

  constructor(model: ModelSource, nodes: ReadonlyMap<string, NodeSize>) {
    this.#model = model;
    this.#nodes = nodes;
  }

  /** Once per round; `now` is what the wall clock says. */
  look(now: number): void {
    for (const { entity, labeled, values } of this.#model.sets()) {
      this.#met.set(keyOf(entity), entity);
      const told = [...values.entries(), ...labeled.map(({ metric, value }) => [metric, value] as const)];
      for (const [metric, value] of told) this.#check(value, { entity, metric });
    }
    for (const entity of this.#met.values()) {
      for (const { name: metric } of metricsAt(entity.type)) {
        this.#short({ entity, metric }, now);
        if (longMetrics.includes(metric)) this.#long({ entity, metric }, now);
      }
    }
  }

  #short(where: Where, now: number): void {
    const points = this.#model.series(where);
    for (const { value } of points) this.#check(value, where);
    this.#inOrder(
      points.map(({ at }) => at),
      { ...where, now, apartMs: 59_000 },
    );
  }

  #long(where: Where, now: number): void {
    const points = this.#model.longSeries(where);
    for (const { mean, peak } of points) {
      this.#check(mean, where);
      this.#check(peak, where);
      // Either is within half a percent.
      assert.ok(mean <= peak * 1.011 + 1, `${textOf(where)}: a mean of ${mean} above its peak ${peak}`);
    }
    this.#inOrder(
      points.map(({ at }) => at),
      { ...where, now: now + 300_000, apartMs: 1 },
    );
  }

  #check(value: number, where: Where): void {
    this.looked++;
    assert.ok(Number.isFinite(value) && value >= 0, `${textOf(where)} is ${value}`);
    const most = this.#mostOf(where);
    assert.ok(value <= most * tolerance, `${textOf(where)} is ${value}, more than the ${most} there can be`);
  }

  #inOrder(moments: readonly number[], { now, apartMs, ...where }: Where & { now: number; apartMs: number }): void {
    for (const [at, moment] of moments.entries()) {
      const before = moments[at - 1] ?? -Infinity;
      assert.ok(moment - before >= apartMs, `${textOf(where)}: a point at ${moment} after one at ${before}`);
    }
    const newest = moments.at(-1) ?? 0;
    assert.ok(newest <= now + 2_000, `${textOf(where)}: a point at ${newest}, which lies after ${now}`);
  }

  /** What there can be at most; of sums, what all nodes have together. */
  #mostOf({ entity, metric }: Where): number {
    const of = mostByNode(metric);
    const own = entity.type === 'node' ? this.#nodes.get(entity.node) : undefined;
    const sizes = own === undefined ? [...this.#nodes.values()] : [own];
    const isSum = (entity.type === 'cluster' || entity.type === 'ns') && metricNamed(metric)?.unit !== 'ratio';
    return isSum ? sizes.reduce((sum, size) => sum + of(size), 0) : Math.max(...sizes.map(of));
  }
}

/** How much of a metric a node can have. */
function mostByNode(metric: string): (size: NodeSize) => number {
  const unit = metricNamed(metric)?.unit;
  if (unit === 'ratio') return () => 1;
  if (unit === 'millicores') return ({ cores }) => cores * 1000;
  if (metric.startsWith('network/') && metric.endsWith('_rate')) return () => fastestBytesPerSecond;
  return metric.startsWith('memory/') && unit === 'bytes' ? ({ memoryBytes }) => memoryBytes : () => Infinity;
}

interface Where {
  readonly entity: Entity;
  readonly metric: string;
}

const textOf = ({ entity, metric }: Where): string => `${metric} of ${keyOf(entity)}`;
