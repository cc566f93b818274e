import { WoundClock } from '../../lifecycle/wound-clock.ts';
import type { PodFacts } from '../../model/pod-facts.ts';
import { as, type MonotonicMs } from '../../model/units.ts';
import { Registry } from '../../telemetry/exposition.ts';
import { type Logger, silentLogger } from '../../telemetry/logger.ts';
import type { Heapster } from '../heapster.ts';
import { defaultLabelOptions, type LabelOptions } from '../labels.ts';
import { type MadeNode, madeSummary } from './made-summary.ts';
import { usualHeapster } from './usual-heapster.ts';

/** How a made catalogue differs from the usual one. */
export interface MadeHeapsterOptions {
  readonly budgetBytes?: number;
  readonly pods?: readonly PodFacts[];
  readonly labels?: Partial<LabelOptions>;
  readonly log?: Logger;
}

/** A catalogue that is told of rounds of a minute, in wound time. */
export class MadeHeapster {
  readonly clock = new WoundClock(Date.UTC(2026, 10, 21, 12));
  readonly registry = new Registry();
  readonly heapster: Heapster;
  #beat: MonotonicMs = as<MonotonicMs>(0);

  constructor({ budgetBytes = 2 ** 28, pods = [], labels = {}, log = silentLogger }: MadeHeapsterOptions = {}) {
    this.heapster = usualHeapster({
      facts: {
        podsOn: (node) => pods.filter((pod) => pod.node === node),
        pod: (namespace, name) => pods.find((pod) => pod.namespace === namespace && pod.name === name),
        namespaceUid: (namespace) => `uid-${namespace}`,
      },
      labels: { ...defaultLabelOptions, ...labels },
      budgetBytes,
      clock: this.clock,
      log,
      registry: this.registry,
    });
  }

  get model(): Heapster['model'] {
    return this.heapster.model;
  }

  /** The wall clock. */
  get now(): number {
    return this.clock.now();
  }

  /** One round: what each node tells at the wall clock's time, unless it says otherwise; then a minute passes. */
  async round(
    ...nodes: readonly (Omit<MadeNode, 'at'> & { readonly at?: number; readonly uid?: string })[]
  ): Promise<void> {
    this.#beat = this.clock.monotonic();
    for (const { uid = 'u', at = this.now, ...node } of nodes) {
      const answer = madeSummary({ ...node, at });
      const { name = 'n1' } = node;
      this.heapster.take({ node: name, uid, beat: this.#beat, askedAt: this.clock.monotonic(), answer });
    }
    this.heapster.endRound(this.#beat);
    await this.clock.wind(60_000);
  }
}
