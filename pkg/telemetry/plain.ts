/** A value of a log line is cut after so many characters: a body or a bundle in the log helps nobody. */
const longest = 4_096;
/** Causes behind causes are told this deep: an error may be its own cause. */
const deepest = 8;

/** What `read` gives, as `JSON.stringify` can print it, whatever it is: the log must not break what it tells about. */
export function plain(read: () => unknown): unknown {
  try {
    const value = read();
    if (value === undefined) return undefined;
    const json = JSON.stringify(value instanceof Error ? messageOf(value) : value, printable);
    const known: unknown = json === undefined ? String(value) : JSON.parse(json);
    const text = typeof known === 'string' ? known : json;
    return text.length <= longest ? known : `${text.slice(0, longest)}… (${text.length} characters)`;
  } catch (cause) {
    return `cannot be printed: ${cause instanceof Error ? cause.message : 'it throws'}`;
  }
}

/** Errors and big integers inside of values, which JSON knows nothing of. */
function printable(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return value instanceof Error ? messageOf(value) : value;
}

/** The message of an error and of those behind it, each said once. */
function messageOf(error: Error, depth = 0): string {
  const own = error.message === '' && !(error instanceof AggregateError) ? error.name : error.message;
  if (depth === deepest) return own;
  const behind = error instanceof AggregateError ? error.errors : [error.cause];
  const inner = behind
    .filter((cause) => cause !== undefined)
    .map((cause: unknown) => (cause instanceof Error ? messageOf(cause, depth + 1) : String(cause)))
    .join('; ');
  if (own === '' || own.includes(inner)) return own || inner;
  return `${own}: ${inner}`;
}
