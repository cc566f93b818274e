import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { silentLogger } from '../../telemetry/logger.ts';
import { type LogFile, type LogFileOptions, openLogFile } from './log-file.ts';
import { backupPath } from './old-files.ts';

const dayMs = 24 * 3600 * 1000;

describe('the audit log file', () => {
  let folder: string;
  let path: string;
  let clock: WoundClock;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'audit-'));
    path = join(folder, 'audit.log');
    clock = new WoundClock();
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test('is begun with its folders, for nobody else to read, and appended to', async () => {
    const deep = join(folder, 'a', 'b', 'audit.log');
    for (const text of ['one\n', 'two\n']) {
      const file = await opened({ path: deep });
      await file.write(text);
      await file.close();
    }
    assert.equal(await readFile(deep, 'utf8'), 'one\ntwo\n');
    assert.equal((await stat(deep)).mode & 0o777, 0o600);
  });

  test('that cannot be written is named', async () => {
    const outcome = await openLogFile(optionsOf({ path: folder }));
    assert.ok(outcome.kind === 'failed');
    assert.match(outcome.message, new RegExp(`^cannot write to ${folder}: .*choose a file in a writable folder$`));
  });

  test('in a folder that cannot be made is refused in time', { timeout: 10_000 }, async () => {
    const outcome = await openLogFile(optionsOf({ path: '/proc/none/deeper/audit.log' }));
    assert.ok(outcome.kind === 'failed');
    assert.match(outcome.message, /ENOENT/);
  });

  test('is put aside before it would grow too large, under the name that Go programs give it', async () => {
    const file = await opened({ maxSizeBytes: 10 });
    await file.write('12345\n');
    await file.write('123\n');
    await clock.wind(1_234);
    await file.write('new\n');
    await file.close();
    assert.deepEqual(await contents(), {
      'audit-2026-11-21T12-00-01.234.log': '12345\n123\n',
      'audit.log': 'new\n',
    });
  });

  test('that is too large already is put aside by the next start', async () => {
    await writeFile(path, 'x'.repeat(100));
    const file = await opened({ maxSizeBytes: 10 });
    await file.close();
    assert.deepEqual(Object.keys(await contents()), ['audit-2026-11-21T12-00-00.000.log', 'audit.log']);
  });

  test('keeps what is larger than a file may be', async () => {
    const file = await opened({ maxSizeBytes: 10 });
    await file.write('a line that is longer\n');
    await file.write('another\n');
    await file.close();
    assert.deepEqual(Object.values(await contents()), ['a line that is longer\n', 'another\n']);
  });

  test('is never put aside when its size does not matter', async () => {
    const file = await opened({ maxSizeBytes: 0 });
    await file.write('x'.repeat(100_000));
    await file.write('y');
    await file.close();
    assert.deepEqual(await readdir(folder), ['audit.log']);
  });

  test('that is no file but a device is written to and left where it is', async () => {
    const file = await opened({ path: '/dev/null', maxSizeBytes: 1 });
    for (const text of ['1\n', '2\n']) await file.write(text);
    await file.close();
    assert.ok((await stat('/dev/null')).isCharacterDevice());
  });

  test('put aside twice in a millisecond is two files', async () => {
    const file = await opened({ maxSizeBytes: 1 });
    for (const text of ['1\n', '2\n', '3\n']) await file.write(text);
    await file.close();
    assert.deepEqual(await contents(), {
      'audit-2026-11-21T12-00-00.000.log': '1\n',
      'audit-2026-11-21T12-00-00.001.log': '2\n',
      'audit.log': '3\n',
    });
  });

  test('keeps so many old files, the youngest', async () => {
    const file = await opened({ maxSizeBytes: 1, maxBackups: 2 });
    for (const text of ['1', '2', '3', '4', '5']) {
      await file.write(text);
      await clock.wind(1_000);
    }
    await tidied(file);
    assert.deepEqual(Object.values(await contents()), ['3', '4', '5']);
  });

  test('keeps old files for so many days, whoever wrote them, and touches nothing else', async () => {
    const names = [1, 6, 8].map((days) => backupPath(path, clock.now() - days * dayMs));
    const others = ['audit-notes.log', 'audit-2026-11-01T12-00-00.000.txt', 'other-2020-01-01T00-00-00.000.log'];
    for (const name of [...names, ...others.map((other) => join(folder, other))]) await writeFile(name, '');
    const file = await opened({ maxAgeDays: 7 });
    await tidied(file);
    assert.deepEqual(
      new Set(await readdir(folder)),
      new Set(['audit.log', ...others, ...names.slice(0, 2).map((name) => name.slice(folder.length + 1))]),
    );
  });

  test('compresses old files when asked to, and counts a file and its compressed form once', async () => {
    const file = await opened({ maxSizeBytes: 1, compress: true, maxBackups: 2 });
    for (const text of ['1', '2', '3']) {
      await file.write(text);
      await clock.wind(1_000);
    }
    await tidied(file);
    const names = await readdir(folder);
    assert.deepEqual(names.sort(), [
      'audit-2026-11-21T12-00-01.000.log.gz',
      'audit-2026-11-21T12-00-02.000.log.gz',
      'audit.log',
    ]);
    assert.equal(gunzipSync(await readFile(join(folder, names[0]!))).toString(), '1');
    assert.equal((await stat(join(folder, names[0]!))).mode & 0o777, 0o600);
  });

  test('is written again when its folder went and came back', async () => {
    const deep = join(folder, 'mount', 'audit.log');
    const file = await opened({ path: deep, maxSizeBytes: 5 });
    await file.write('1234\n');
    await rm(join(folder, 'mount'), { recursive: true });
    await writeFile(join(folder, 'mount'), 'in the way');
    await assert.rejects(file.write('lost\n'));
    await rm(join(folder, 'mount'));
    await mkdir(join(folder, 'mount'));
    await file.write('kept\n');
    await file.close();
    assert.equal(await readFile(deep, 'utf8'), 'kept\n');
  });

  function optionsOf(changes: Partial<LogFileOptions>): LogFileOptions {
    return {
      path,
      maxSizeBytes: 0,
      maxAgeDays: 0,
      maxBackups: 0,
      compress: false,
      clock,
      log: silentLogger,
      ...changes,
    };
  }

  async function opened(changes: Partial<LogFileOptions>): Promise<LogFile> {
    const outcome = await openLogFile(optionsOf(changes));
    assert.ok(outcome.kind === 'opened', JSON.stringify(outcome));
    return outcome.file;
  }

  /** Tidying up happens beside the writing; it is waited for here. */
  async function tidied(file: LogFile): Promise<void> {
    await file.tidied();
    await file.close();
  }

  async function contents(): Promise<Record<string, string>> {
    const names = (await readdir(folder)).sort();
    const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
    return Object.fromEntries(names.map((name, index) => [name, texts[index] ?? '']));
  }
});
