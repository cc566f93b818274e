import type { Answer } from './exchange.ts';
import { type Route, serviceRoot, serviceRoute } from './router.ts';

/** What `/version` tells, member by member in this order (`k8s.io/apimachinery/pkg/version` Info). */
export interface VersionInfo {
  readonly major: string;
  readonly minor: string;
  /** The version it behaves as; for a server that cannot behave as an older one, its own. */
  readonly emulationMajor?: string;
  readonly emulationMinor?: string;
  /** The oldest version it gets along with. */
  readonly minCompatibilityMajor?: string;
  readonly minCompatibilityMinor?: string;
  readonly gitVersion: string;
  readonly gitCommit: string;
  readonly gitTreeState: string;
  /** RFC 3339. */
  readonly buildDate: string;
  /** Go's field for what it was built with; we say the Node.js version. */
  readonly goVersion: string;
  readonly compiler: string;
  readonly platform: string;
}

/** `/version`. */
export function versionRoutes(version: VersionInfo): readonly Route[] {
  const answer = rawJson(200, version);
  return [
    serviceRoute('/version', { produces: ['application/json'], listed: true }, () => answer),
    serviceRoot('/version'),
  ];
}

/** A document always written for people, whatever the client accepts. */
export function rawJson(status: number, document: object): Answer {
  return { status, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(document, undefined, 2) };
}
