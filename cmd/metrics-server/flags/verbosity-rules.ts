import type { VerbosityRule } from '../../../pkg/telemetry/logger.ts';
import { type Parsed, problem, value } from './parsed.ts';

/** `scraper=4,kube*=6`. */
export function parseVerbosityRules(texts: readonly string[]): Parsed<readonly VerbosityRule[]> {
  const rules: VerbosityRule[] = [];
  for (const part of (texts.at(-1) ?? '').split(',').filter((entry) => entry !== '')) {
    const [, pattern, digits] = /^([^=\s]+)=(\d{1,10})$/.exec(part) ?? [];
    const verbosity = Number(digits);
    if (pattern === undefined || !(verbosity <= 2147483647))
      return problem(`must be pattern=N, comma-separated, such as scraper=4,kube*=6, got "${part}"`);
    rules.push({ pattern, verbosity });
  }
  return value(rules);
}
