import { authenticationFlags } from './authentication.ts';
import { authorizationFlags } from './authorization.ts';
import type { FlagSection, ValuesOf } from './flag.ts';
import { kubeletFlags } from './kubelet.ts';
import { loggingFlags } from './logging.ts';
import { metricsServerFlags } from './metrics-server.ts';
import { servingFlags } from './serving.ts';

/** Every flag, section by section in the order of `--help`. */
export const sections = {
  'Metrics server': metricsServerFlags,
  'Kubelet client': kubeletFlags,
  'Secure serving': servingFlags,
  Authentication: authenticationFlags,
  Authorization: authorizationFlags,
  Logging: loggingFlags,
} as const satisfies Readonly<Record<string, FlagSection>>;

/** Every flag by name. */
export const allFlags = {
  ...metricsServerFlags,
  ...kubeletFlags,
  ...servingFlags,
  ...authenticationFlags,
  ...authorizationFlags,
  ...loggingFlags,
} as const satisfies FlagSection;

/** What the user asked for, by flag name. */
export type Options = ValuesOf<typeof allFlags>;
