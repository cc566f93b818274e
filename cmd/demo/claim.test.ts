import assert from 'node:assert/strict';
import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { claim } from './claim.ts';

describe('the folder of a demo', () => {
  it('is for one demo at a time', async () => {
    await using temporary = await mkdtempDisposable(join(tmpdir(), 'demo-'));
    const folder = join(temporary.path, '.demo');
    {
      await using _mine = await claim(folder);
      await assert.rejects(claim(folder), new RegExp(`Another demo \\(process ${process.pid}\\) .* end it first`));
    }
    await using _mine = await claim(folder);
  });

  it('is free again when the demo that had it was killed', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'demo-'));
    for (const left of ['999999999', '', 'garbage']) {
      await writeFile(join(folder.path, 'pid'), left);
      await using _mine = await claim(folder.path);
      assert.equal(await readFile(join(folder.path, 'pid'), 'utf8'), String(process.pid));
    }
  });
});
