import type { NotFound } from '../apiserver/resource.ts';
import { goQuote } from '../model/go-quote.ts';
import type { Absence } from './absence/absence.ts';

/** Characters; part of it may be what a kubelet said. */
const longestReason = 1_000;

/** What is not found: `group` is absent where the reference leaves it out. */
export interface Wanted {
  readonly kind: string;
  readonly name: string;
  readonly group?: string;
}

/** `pods "x" not found`, with its details, as the reference says it; why it is so follows where it is known. */
export function notFound({ kind, name, group }: Wanted, why?: Pick<Absence, 'text'>): NotFound {
  const resource = group === undefined ? kind : `${kind}.${group}`;
  const reason = why === undefined ? '' : `: ${why.text.slice(0, longestReason)}`;
  return {
    kind: 'not-found',
    message: `${resource} ${goQuote(name)} not found${reason}`,
    details: { name, ...(group !== undefined && { group }), kind },
  };
}
