import { profilingRoutes } from '../apiserver/debug/profiling.ts';
import { verbosityRoutes } from '../apiserver/debug/verbosity.ts';
import type { Route } from '../apiserver/router.ts';
import type { Config } from './config.ts';
import type { Surroundings } from './surroundings.ts';

/** What is served to whoever looks into the running server, as `--profiling` asks. */
export function debugRoutes({ profiling }: Config['features'], means: Surroundings): readonly Route[] {
  if (!profiling) return [];
  const { clock, setVerbosity } = means;
  return [...profilingRoutes(clock), ...(setVerbosity === undefined ? [] : verbosityRoutes({ setVerbosity }))];
}
