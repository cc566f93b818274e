import type { NodeWindow } from './node-window.ts';
import type { RowRange } from './row-order.ts';

/** A pod as one node knows it. */
export interface Sighting {
  readonly window: NodeWindow;
  readonly rows: RowRange;
}

/**
 * Which of several sightings of one pod to believe: of the nodes heard since `aliveSince`, where the newest container
 * started last; where a kubelet gives no start times, the node heard last. A StatefulSet's pod moves under one name, and
 * the node it left may speak of it, or stay silent, for a while.
 */
export function believed(sightings: readonly Sighting[], aliveSince: number): Sighting | undefined {
  const alive = sightings.filter(({ window }) => window.heardAt >= aliveSince);
  const candidates = (alive.length > 0 ? alive : sightings).map((sighting) => ({
    sighting,
    start: sighting.window.newestStart(sighting.rows),
    heardAt: sighting.window.heardAt,
  }));
  const startsKnown = candidates.every(({ start }) => !Number.isNaN(start));
  return candidates.sort((a, b) => (startsKnown ? b.start - a.start : 0) || b.heardAt - a.heardAt)[0]?.sighting;
}
