import { goQuote } from '../model/go-quote.ts';
import { wantsWatch } from './request-info.ts';
import type { StatusCause } from './status.ts';

/** What does not fit together among the options of a list or watch, in the reference's words and order. */
export function contradictions(query: URLSearchParams): readonly StatusCause[] {
  return wantsWatch(query) ? inWatch(query) : inList(query);
}

const match = 'resourceVersionMatch';

function inList(query: URLSearchParams): readonly StatusCause[] {
  const wanted = query.get(match) ?? '';
  const version = query.get('resourceVersion') ?? '';
  const causes: StatusCause[] = [];
  if (wanted !== '') {
    if (version === '') causes.push(forbidden(match, `${match} is forbidden unless resourceVersion is provided`));
    if (isContinued(query)) causes.push(forbidden(match, `${match} is forbidden when continue is provided`));
    if (!['Exact', 'NotOlderThan'].includes(wanted)) causes.push(notSupported(wanted, ['Exact', 'NotOlderThan', '']));
    if (wanted === 'Exact' && version === '0') {
      causes.push(forbidden(match, `${match} "exact" is forbidden for resourceVersion "0"`));
    }
  }
  if (query.has('sendInitialEvents')) {
    causes.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  }
  return causes;
}

function inWatch(query: URLSearchParams): readonly StatusCause[] {
  const wanted = query.get(match) ?? '';
  const isInitial = query.has('sendInitialEvents');
  const causes: StatusCause[] = [];
  if (isInitial && wanted !== 'NotOlderThan') {
    causes.push(forbidden(match, `sendInitialEvents requires setting ${match} to NotOlderThan`));
  }
  if (wanted !== '') {
    if (!isInitial)
      causes.push(forbidden(match, `${match} is forbidden for watch unless sendInitialEvents is provided`));
    if (wanted !== 'NotOlderThan') causes.push(notSupported(wanted, ['NotOlderThan']));
    if (isContinued(query)) causes.push(forbidden(match, `${match} is forbidden when continue is provided`));
  }
  return causes;
}

const isContinued = (query: URLSearchParams): boolean => (query.get('continue') ?? '') !== '';

const forbidden = (field: string, why: string): StatusCause => ({
  reason: 'FieldValueForbidden',
  message: `Forbidden: ${why}`,
  field,
});

const notSupported = (value: string, supported: readonly string[]): StatusCause => ({
  reason: 'FieldValueNotSupported',
  message: `Unsupported value: ${goQuote(value)}: supported values: ${supported.map(goQuote).join(', ')}`,
  field: match,
});
