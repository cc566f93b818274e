import type { ApiVersion } from '../../../pkg/server/config.ts';
import { listEntries } from './list-entries.ts';
import { type Parsed, problem, value } from './parsed.ts';

/** One version or both, each once, v1beta1 first. */
export function parseApiVersions(texts: readonly string[]): Parsed<readonly ApiVersion[]> {
  const entries = listEntries(texts);
  const served = (['v1beta1', 'v1'] as const).filter((version) => entries.includes(version));
  if (served.length > 0 && served.join() === entries.join()) return value(served);
  return problem(`must be v1beta1, or v1beta1,v1, or v1, got "${entries.join()}"`);
}
