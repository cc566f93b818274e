import { type AbsenceKind, isOrdinary } from './absence.ts';
import type { Findings } from './survey.ts';

/** Sentences about what is not as it should be, for whoever asks after our health; none when all is well. They name nobody. */
export function degradedNotes({ nodes, pods, missingNodes, missingPods }: Findings): readonly string[] {
  return [
    note(countByKind([missingNodes]), nodes, 'nodes have no metrics'),
    note(countByKind(missingPods.values()), pods, 'running pods have no metrics'),
  ].filter((sentence) => sentence !== '');
}

/** How many are missing, reason by reason. */
export function countByKind(
  groups: Iterable<readonly { readonly kind: AbsenceKind }[]>,
): ReadonlyMap<AbsenceKind, number> {
  const counts = new Map<AbsenceKind, number>();
  for (const group of groups) for (const { kind } of group) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

function note(counts: ReadonlyMap<AbsenceKind, number>, all: number, what: string): string {
  const worrying = [...counts].filter(([kind]) => !isOrdinary({ kind })).sort(([, a], [, b]) => b - a);
  if (worrying.length === 0) return '';
  const sum = worrying.reduce((total, [, count]) => total + count, 0);
  return `${sum} of ${all} ${what} (${worrying.map(([kind, count]) => `${kind}: ${count}`).join(', ')})`;
}
