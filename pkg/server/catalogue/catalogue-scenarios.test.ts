import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { playScenario } from './testing/scenarios/play-scenario.ts';
import { readScenario } from './testing/scenarios/read-scenario.ts';

const folder = join(import.meta.dirname, 'testdata', 'scenarios');
const files = readdirSync(folder).filter((file) => file.endsWith('.txt'));

describe('stories of restarts, clocks, and nodes that come and go', () => {
  for (const file of files) {
    const read = readScenario(readFileSync(join(folder, file), 'utf8'));
    const title = read.kind === 'scenario' ? read.scenario.title : 'it is malformed';
    it(`${file}: ${title}`, async () => {
      assert.ok(read.kind === 'scenario', read.kind === 'malformed' ? read.problems.join('\n') : '');
      assert.ok((await playScenario(read.scenario)) > 100, 'there are points to look at');
    });
  }
});
