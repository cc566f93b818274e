/** Fields of a JSON object that somebody else wrote: each has to prove what it is. */
export type Fields = Readonly<Record<string, unknown>>;

/** The fields of an object; none where it is something else. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** The fields of what lies at a path. */
export function fieldsAt(value: unknown, ...path: readonly string[]): Fields {
  return fieldsOf(valueAt(value, path));
}

/** The entries of the list at a path that are objects. */
export function listAt(value: unknown, ...path: readonly string[]): readonly Fields[] {
  const list = valueAt(value, path);
  return Array.isArray(list) ? list.map(fieldsOf) : [];
}

/** The texts of the list at a path. */
export function textsAt(value: unknown, ...path: readonly string[]): readonly string[] {
  const list = valueAt(value, path);
  return Array.isArray(list) ? list.filter((one) => typeof one === 'string') : [];
}

/** The text at a path; empty where there is none. */
export function textAt(value: unknown, ...path: readonly string[]): string {
  const text = valueAt(value, path);
  return typeof text === 'string' ? text : '';
}

/** The number at a path. */
export function numberAt(value: unknown, ...path: readonly string[]): number | undefined {
  const number = valueAt(value, path);
  return typeof number === 'number' ? number : undefined;
}

/** Whether `true` stands at a path. */
export const isTrueAt = (value: unknown, ...path: readonly string[]): boolean => valueAt(value, path) === true;

/** The texts of a map of texts, such as labels. */
export function pairsAt(value: unknown, ...path: readonly string[]): Readonly<Record<string, string>> {
  const pairs = Object.entries(fieldsAt(value, ...path)).filter(([, text]) => typeof text === 'string');
  return Object.fromEntries(pairs.map(([name, text]) => [name, String(text)]));
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((found, step) => fieldsOf(found)[step], value);
}
