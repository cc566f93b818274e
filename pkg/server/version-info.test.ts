import assert from 'node:assert/strict';
import { it } from 'node:test';
import { versionInfo } from './version-info.ts';

const release = { runtime: 'node24.21.0', platform: 'linux/amd64' };

it('a release is told apart into major and minor, as clients of /version read it', () => {
  const { major, minor, gitVersion, goVersion, platform } = versionInfo({ version: 'v1.12.3', ...release });
  assert.deepEqual(
    { major, minor, gitVersion, goVersion, platform },
    { major: '1', minor: '12', gitVersion: 'v1.12.3', goVersion: 'node24.21.0', platform: 'linux/amd64' },
  );
});

it('/version has the members of the reference, in its order', () => {
  assert.deepEqual(Object.keys(versionInfo({ version: 'v1.12.3', ...release })), [
    'major',
    'minor',
    'emulationMajor',
    'emulationMinor',
    'minCompatibilityMajor',
    'minCompatibilityMinor',
    'gitVersion',
    'gitCommit',
    'gitTreeState',
    'buildDate',
    'goVersion',
    'compiler',
    'platform',
  ]);
});
