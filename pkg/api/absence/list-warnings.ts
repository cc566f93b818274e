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
  /** Whether the list would hold it if it had metrics, and it still has none. */
  readonly isMissing: (record: Record) => boolean;
  readonly nameOf: (record: Record) => string;
  readonly absenceOf: (record: Record) => Absence;
}

/** Candidates looked at for one answer: a list must not wait for its warnings. */
const mostLookedAt = 2_000;

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
  const { what, nameOf, absenceOf } = omission;
  const sentence = ({ first, count }: Group<Record>, noun: string): string => {
    const many = `${whole ? '' : 'at least '}${count} ${noun}`;
    return `${many} ${count === 1 ? 'has' : 'have'} no metrics${firstOf(nameOf(first), count)}: ${absenceOf(first).text}`;
  };
  const sentences = [sentence(largest, largest.count === 1 ? what : `${what}s`)];
  const [next] = others;
  if (next === undefined) return sentences;
  const count = others.reduce((sum, group) => sum + group.count, 0);
  return [...sentences, sentence({ first: next.first, count }, count === 1 ? `other ${what}` : `other ${what}s`)];
}

const firstOf = (name: string, count: number): string => (count === 1 ? `, ${name}` : `, the first is ${name}`);

function groupsOf<Record>(candidates: Iterable<Candidate<Record>>, { isMissing }: Omission<Record>) {
  const groups = new Map<AbsenceKind, Group<Record>>();
  let looks = 0;
  for (const { record, kind } of candidates) {
    if (looks++ === mostLookedAt) return { groups, whole: false };
    if (!isMissing(record)) continue;
    const group = groups.get(kind);
    if (group === undefined) groups.set(kind, { first: record, count: 1 });
    else group.count++;
  }
  return { groups, whole: true };
}
