import type { PodRows } from './pod-rows.ts';

/**
 * Which of several nodes' sightings of one pod to believe: of the nodes that spoke of it since `aliveSince`, where the newest
 * container started last; where a kubelet gives no start times, the node that spoke of it last. A StatefulSet's pod moves under one name, and
 * the node it left may speak of it, or stay silent, for a while.
 */
export function believed(sightings: readonly PodRows[], aliveSince: number): PodRows | undefined {
  const all = sightings.map((sighting) => ({
    sighting,
    start: sighting.newestStart,
    spokenOfAt: sighting.spokenOfAt,
  }));
  const alive = all.filter(({ spokenOfAt }) => spokenOfAt >= aliveSince);
  const candidates = alive.length > 0 ? alive : all;
  const startsKnown = candidates.every(({ start }) => !Number.isNaN(start));
  return candidates.sort((a, b) => (startsKnown ? b.start - a.start : 0) || b.spokenOfAt - a.spokenOfAt)[0]?.sighting;
}
