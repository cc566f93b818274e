import type { Absence, AbsenceKind } from './absence.ts';

/** Something a list leaves out, or so it was lately. */
export interface Candidate<Record> {
  readonly record: Record;
  readonly kind: AbsenceKind;
}

/** How to look at what a list leaves out. */
export interface Omission<Record> {
  /** `pod`: what one of them is called. */
  readonly what: string;
  /** Whether the list would hold it if it had metrics. */
  readonly isSelected: (record: Record) => boolean;
  /** Whether it is there and still has none. */
  readonly isMissing: (record: Record) => boolean;
  readonly nameOf: (record: Record) => string;
  readonly absenceOf: (record: Record) => Absence;
}

/** Candidates compared with one query, and those looked at more closely: a list must not wait for its warnings. */
const mostCompared = 5_000;
const mostLookedAt = 500;

interface Group<Record> {
  readonly first: Record;
  count: number;
}

/**
 * At most two sentences about what a list leaves out: the most frequent reason, and the others. Each says how many, which
 * first, and why that one. None when nothing is left out.
 */
export function listWarnings<Record>(
  candidates: Iterable<Candidate<Record>>,
  omission: Omission<Record>,
): readonly string[] {
  const { groups, whole } = groupsOf(candidates, omission);
  const [largest, ...others] = [...groups.values()].sort((a, b) => b.count - a.count);
  if (largest === undefined) return [];
  const sentences = [sentence(largest, whole ? '' : 'at least ', omission)];
  const [next] = others;
  if (next === undefined) return sentences;
  const count = others.reduce((sum, group) => sum + group.count, 0);
  return [...sentences, sentence({ first: next.first, count }, 'another ', omission)];
}

function sentence<Record>(
  { first, count }: Group<Record>,
  prefix: string,
  { what, nameOf, absenceOf }: Omission<Record>,
): string {
  const { text } = absenceOf(first);
  if (count === 1) return `${what} ${nameOf(first)} has no metrics: ${text}`;
  return `${prefix}${count} ${what}s have no metrics, the first is ${nameOf(first)}: ${text}`;
}

function groupsOf<Record>(candidates: Iterable<Candidate<Record>>, { isSelected, isMissing }: Omission<Record>) {
  const groups = new Map<AbsenceKind, Group<Record>>();
  let compared = 0;
  let looks = 0;
  for (const { record, kind } of candidates) {
    if (compared++ === mostCompared || looks === mostLookedAt) return { groups, whole: false };
    if (!isSelected(record)) continue;
    looks++;
    if (!isMissing(record)) continue;
    const group = groups.get(kind);
    if (group === undefined) groups.set(kind, { first: record, count: 1 });
    else group.count++;
  }
  return { groups, whole: true };
}
