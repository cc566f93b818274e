import { as, type EpochMs } from '../../model/units.ts';

/** How an answer without points says when the last one was. */
export const noInstant = '0001-01-01T00:00:00Z';

const rfc3339 = /^\d{4}-\d\d-(\d\d)T\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

/** A moment as Go's encoder prints it: RFC 3339 in UTC, fractions of a second only where there are any. */
export function instantText(at: EpochMs): string {
  return new Date(at).toISOString().replace(/\.?0*Z$/, 'Z');
}

/** RFC 3339 as a client writes it; undefined for anything else, a 30th of February included. */
export function parseInstant(text: string): EpochMs | undefined {
  const [, day] = rfc3339.exec(text) ?? [];
  if (day === undefined) return undefined;
  const at = Date.parse(text);
  // Date takes the 30th of February for the 2nd of March.
  const isInCalendar = new Date(Date.parse(`${text.slice(0, 10)}T00:00:00Z`)).getUTCDate() === Number(day);
  return Number.isNaN(at) || !isInCalendar ? undefined : as<EpochMs>(at);
}
