const longest = 500;

/**
 * What a failure says, on one line, without what was being read: parsers quote their input, and ours holds tokens. For
 * the same reason an error made of this carries no `cause`.
 */
export function complaintOf(failure: unknown): string {
  if (failure instanceof SyntaxError) return 'it is no JSON';
  if (!(failure instanceof Error)) return String(failure);
  const { reason, mark } = failure as { reason?: unknown; mark?: { line?: unknown } };
  if (typeof reason === 'string' && typeof mark?.line === 'number') return `${reason} at line ${mark.line + 1}`;
  const line = failure.message.trim().replaceAll(/\s+/g, ' ');
  return line.length <= longest ? line : `${line.slice(0, longest)}…`;
}
