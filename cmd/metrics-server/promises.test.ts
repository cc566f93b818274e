import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..', '..');

/** What the README promises of missing metrics, each of which is the title of a test of the whole server. */
const promises = [
  'the API stays Available, so that namespaces can be deleted and discovery finds every API',
  'kubectl says why: which node, since when, and what would help',
  'kubectl warns how many, which first, and why',
  'it is told once: a line in the log, an Event, a metric by reason, and readyz?verbose in words',
  'the node is measured, and its pods say that nothing comes from their runtime',
];

test('what the README promises of missing metrics is promised by a test in the same words', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const tests = globSync(['e2e/*.test.ts', 'cmd/metrics-server/system-*.test.ts'], { cwd: root });
  const titles = tests.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');
  for (const promise of promises) {
    assert.ok(readme.includes(`| ${promise} |`), `not in the README: ${promise}`);
    assert.ok(titles.includes(`'${promise}'`), `no test: ${promise}`);
  }
});
