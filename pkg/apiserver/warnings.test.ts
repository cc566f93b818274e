import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Answer } from './exchange.ts';
import { warningValue, withWarnings } from './warnings.ts';

describe('a warning', () => {
  it('is a 299 without agent and a quoted string', () => {
    assert.equal(warningValue('node n7 has no metrics'), '299 - "node n7 has no metrics"');
  });

  it('keeps quotes and backslashes, escaped', () => {
    assert.equal(warningValue('a "b" \\c'), '299 - "a \\"b\\" \\\\c"');
  });

  it('is one line of printable ASCII, whatever it was', () => {
    assert.equal(warningValue(' a\r\nX-Evil: 1\t\u0000b\u007f é 🙂 '), '299 - "a X-Evil: 1 b ? ?"');
  });

  it('has at most 256 bytes, and no half escape where it is cut', () => {
    const longest = warningValue('x'.repeat(248));
    assert.equal(longest, `299 - "${'x'.repeat(248)}"`);
    for (let length = 200; length < 300; length++) {
      for (const rest of ['"'.repeat(80), '\\'.repeat(80), 'é'.repeat(80), 'y'.repeat(100_000)]) {
        const value = warningValue('x'.repeat(length) + rest);
        assert.ok(Buffer.byteLength(value) <= 256, `${value.length} bytes`);
        assert.match(value, /^299 - "([^"\\]|\\.)*\.\.\."$/, `length ${length}`);
      }
    }
  });

  it('comes behind those an answer has already, and leaves alone one that needs none', () => {
    const answer: Answer = { status: 200, headers: {}, body: '' };
    assert.equal(withWarnings(answer, []), answer);
    assert.deepEqual(withWarnings(withWarnings(answer, ['a']), ['b', 'c']).warnings, ['a', 'b', 'c']);
  });
});
