import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { version } from './version.ts';

it('the version is the one in package.json', () => {
  const file = join(import.meta.dirname, '..', '..', 'package.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  assert.equal(version, `v${manifest.version}`);
});
