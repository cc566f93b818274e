import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goQuote } from './go-quote.ts';

test('printable text stays, everything else is escaped as Go escapes it', () => {
  assert.equal(
    goQuote('a É "b" \\ \n\t\u0001\u007f\u00a0\u200b😀'),
    '"a É \\"b\\" \\\\ \\n\\t\\x01\\x7f\\u00a0\\u200b😀"',
  );
});
