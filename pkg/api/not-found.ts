import type { NotFound } from '../apiserver/resource.ts';
import { goQuote } from '../model/go-quote.ts';

/** `pods "x" not found`, with its details. `group` is absent where the reference leaves it out. */
export function notFound(kind: string, name: string, group?: string): NotFound {
  const resource = group === undefined ? kind : `${kind}.${group}`;
  return {
    kind: 'not-found',
    message: `${resource} ${goQuote(name)} not found`,
    details: { name, ...(group !== undefined && { group }), kind },
  };
}
