import type { VersionInfo } from '../apiserver/version.ts';
import type { Release } from './surroundings.ts';

/** What `/version` says of a release. */
export function versionInfo({ version, runtime, platform }: Release): VersionInfo {
  const [major = '', minor = ''] = version.replace(/^v/, '').split('.');
  return {
    major,
    minor,
    emulationMajor: major,
    emulationMinor: minor,
    minCompatibilityMajor: major,
    minCompatibilityMinor: minor,
    gitVersion: version,
    gitCommit: '',
    gitTreeState: '',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: runtime,
    compiler: 'tsc',
    platform,
  };
}
