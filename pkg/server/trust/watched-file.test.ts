import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { silentLogger } from '../../telemetry/logger.ts';
import { WatchedFile } from './watched-file.ts';

describe('a watched file', () => {
  it('is named when it cannot be read', async () => {
    const outcome = await WatchedFile.open('/nowhere/ca.crt', { clock: new WoundClock(), log: silentLogger });
    assert.deepEqual(outcome, { kind: 'failed', message: 'cannot read /nowhere/ca.crt: there is no such file' });
  });

  it('gives its new text within a minute of a change, and its last text when it is gone', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'ca.crt');
    await writeFile(path, 'first');
    const clock = new WoundClock();
    const outcome = await WatchedFile.open(path, { clock, log: silentLogger });
    assert.ok(outcome.kind === 'opened');
    const { file } = outcome;

    const stop = new AbortController();
    const running = file.run(stop.signal);
    await writeFile(path, 'second');
    await windUntil(clock, () => file.text === 'second');
    await rm(path);
    await clock.wind(60_000);
    assert.equal(file.text, 'second');
    stop.abort();
    await running;
  });
});

/** Winds minute by minute: the file system answers in its own time. */
async function windUntil(clock: WoundClock, done: () => boolean): Promise<void> {
  for (let minute = 0; minute < 1_000 && !done(); minute++) await clock.wind(60_000);
  assert.ok(done());
}

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'tacho-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
