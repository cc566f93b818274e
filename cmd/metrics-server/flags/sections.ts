import { auditFlags } from './audit.ts';
import { authenticationFlags } from './authentication.ts';
import { authorizationFlags } from './authorization.ts';
import { catalogueFlags } from './catalogue.ts';
import { featureFlags } from './features.ts';
import type { FlagSection, ValuesOf } from './flag.ts';
import { genericFlags } from './generic.ts';
import { kubeletFlags } from './kubelet.ts';
import { loggingFlags } from './logging.ts';
import { metricsServerFlags } from './metrics-server.ts';
import { servingFlags } from './serving.ts';

/** Every flag, section by section in the order of `--help`. */
export const sections = {
  'Metrics server': metricsServerFlags,
  Generic: genericFlags,
  'Kubelet client': kubeletFlags,
  'Secure serving': servingFlags,
  Authentication: authenticationFlags,
  Authorization: authorizationFlags,
  Audit: auditFlags,
  Catalogue: catalogueFlags,
  Features: featureFlags,
  Logging: loggingFlags,
} as const satisfies Readonly<Record<string, FlagSection>>;

/** Every flag by name. */
export const allFlags = {
  ...metricsServerFlags,
  ...genericFlags,
  ...kubeletFlags,
  ...servingFlags,
  ...authenticationFlags,
  ...authorizationFlags,
  ...auditFlags,
  ...catalogueFlags,
  ...featureFlags,
  ...loggingFlags,
} as const satisfies FlagSection;

/** What the user asked for, by flag name. */
export type Options = ValuesOf<typeof allFlags>;
