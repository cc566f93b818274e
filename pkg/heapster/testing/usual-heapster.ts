import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { Registry } from '../../telemetry/exposition.ts';
import { silentLogger } from '../../telemetry/logger.ts';
import type { ClusterFacts } from '../cluster-facts.ts';
import { Heapster, type HeapsterOptions } from '../heapster.ts';
import { defaultLabelOptions } from '../labels.ts';

/** What a catalogue in a test has otherwise than the flags would have it; facts that are left out are unknown. */
export interface Differing extends Partial<Omit<HeapsterOptions, 'facts'>> {
  readonly facts?: Partial<ClusterFacts>;
}

/** A catalogue as the flags make it when nothing is said, which knows nothing of the cluster. */
export function usualHeapster({ facts, ...rest }: Differing = {}): Heapster {
  return new Heapster({
    facts: { podsOn: () => [], pod: () => undefined, node: () => undefined, namespaceUid: () => undefined, ...facts },
    labels: defaultLabelOptions,
    spans: { periodMs: 60_000, shortMs: 900_000, longStepMs: 300_000, longMs: 86_400_000 },
    budgetBytes: 2 ** 28,
    clock: new WoundClock(),
    log: silentLogger,
    registry: new Registry(),
    ...rest,
  });
}
