/** The entries of a flag's texts: comma-separated, those in double quotes may hold commas, empty ones do not count. */
export function listEntries(texts: readonly string[]): string[] {
  return texts
    .flatMap((text) => text.match(/\s*"(?:[^"]|"")*"\s*|[^,]+/g) ?? [])
    .map((entry) => unquoted(entry.trim()))
    .filter((entry) => entry !== '');
}

const unquoted = (entry: string): string =>
  entry.replace(/^"(.*)"$/s, (_, inner: string) => inner.replaceAll('""', '"'));
