import { listEntries } from './list-entries.ts';
import { type Parsed, problem, value } from './parsed.ts';

/** `label` or `newName=label`, comma-separated, repeatable: names of object labels by the names they get. */
export function parseStoredLabels(texts: readonly string[]): Parsed<Readonly<Record<string, string>>> {
  const stored: Record<string, string> = {};
  for (const entry of listEntries(texts)) {
    if (entry === '') continue;
    const [name = '', label = name, ...more] = entry.split('=');
    if (name === '' || label === '' || more.length > 0)
      return problem(`must name labels as <label> or <new name>=<label>, got "${entry}"`);
    stored[name] = label;
  }
  return value(stored);
}
