import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProgressLine } from './progress-line.ts';

describe('a progress line', () => {
  it('is replaced, cut to the terminal, and leaves nothing behind', () => {
    const written: string[] = [];
    const stream = { isTTY: true, columns: 10, write: (text: string) => written.push(text) };
    {
      using line = new ProgressLine(stream);
      line.show('kubelets: 1 of 5000');
      line.show('short');
    }
    assert.deepEqual(written, ['\r\u001b[2Kkubelets:', '\r\u001b[2Kshort', '\r\u001b[2K']);
  });

  it('is nothing where there is no terminal', () => {
    const written: string[] = [];
    using line = new ProgressLine({ write: (text: string) => written.push(text) });
    line.show('x');
    line[Symbol.dispose]();
    assert.deepEqual(written, []);
  });
});
