import { listEntries } from './list-entries.ts';
import { type Parsed, problem, value } from './parsed.ts';

/** Regular expressions of origins. Each must be pinned at both ends of the host, or a longer name would match as well. */
export function parseOrigins(texts: readonly string[]): Parsed<readonly RegExp[]> {
  const patterns: RegExp[] = [];
  for (const entry of listEntries(texts)) {
    const pattern = compiled(entry);
    if (pattern === undefined) return problem(`must be regular expressions, got "${entry}"`);
    const isPinned = /\^|\/\//.test(entry) && /[$:]/.test(entry);
    if (!isPinned)
      return problem(`must be pinned at the start (^ or //) and the end ($ or :) of the host, got "${entry}"`);
    patterns.push(pattern);
  }
  return value(patterns);
}

/** Go says `(?i)` in front where JavaScript has a flag. */
function compiled(text: string): RegExp | undefined {
  const [, ignoreCase, source = text] = /^(\(\?i\))(.*)$/s.exec(text) ?? [];
  try {
    return new RegExp(source, ignoreCase === undefined ? 'u' : 'iu');
  } catch {
    return undefined;
  }
}

/** Parts of the header Strict-Transport-Security. */
export function parseHsts(texts: readonly string[]): Parsed<readonly string[]> {
  const directives = listEntries(texts);
  const wrong = directives.find((directive) => !/^(max-age=\d+|includeSubDomains|preload)$/.test(directive));
  if (wrong === undefined) return value(directives);
  return problem(`must be of max-age=<seconds>, includeSubDomains, preload, got "${wrong}"`);
}
