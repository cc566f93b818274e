import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fitted } from './screen.ts';

const page = (lines: number) => ({
  body: Array.from({ length: lines }, (_, line) => `line ${line}\n`).join(''),
  footer: 'try this\n',
});

describe('a page on a terminal', () => {
  it('is shown whole where it fits', () => {
    assert.equal(fitted(page(3), { rows: 24, columns: 80 }), 'line 0\nline 1\nline 2\n\ntry this\n');
  });

  it('keeps its head and what to try in sight on a terminal of any size, and says what is missing', () => {
    for (const rows of [5, 10, 24, 50]) {
      for (const lines of [1, 3, 8, 22, 48, 200]) {
        const text = fitted(page(lines), { rows, columns: 80 });
        assert.ok(text.split('\n').length <= rows, `${lines} lines on ${rows} rows:\n${text}`);
        assert.match(text, /\n\ntry this\n$/);
      }
    }
    assert.match(fitted(page(22), { rows: 10, columns: 80 }), /^line 0\n[^]*\n… 16 more lines: enlarge the terminal\n/);
  });
});
