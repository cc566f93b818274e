import type { NodeWindow } from './node-window.ts';
import type { RowRange } from './row-order.ts';

/** A pod as one node knows it. */
export interface Sighting {
  readonly window: NodeWindow;
  readonly rows: RowRange;
}

/**
 * Which of several sightings of one pod to believe: of the nodes that spoke of it since `aliveSince`, where the newest
 * container started last; where a kubelet gives no start times, the node that spoke of it last. A StatefulSet's pod moves under one name, and
 * the node it left may speak of it, or stay silent, for a while.
 */
export function believed(sightings: readonly Sighting[], aliveSince: number): Sighting | undefined {
  const all = sightings.map((sighting) => ({
    sighting,
    start: sighting.window.newestStart(sighting.rows),
    spokenOfAt: sighting.window.spokenOfAt(sighting.rows),
  }));
  const alive = all.filter(({ spokenOfAt }) => spokenOfAt >= aliveSince);
  const candidates = alive.length > 0 ? alive : all;
  const startsKnown = candidates.every(({ start }) => !Number.isNaN(start));
  return candidates.sort((a, b) => (startsKnown ? b.start - a.start : 0) || b.spokenOfAt - a.spokenOfAt)[0]?.sighting;
}
