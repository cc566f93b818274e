import assert from 'node:assert/strict';
import { test } from 'node:test';
import { restOfMetadata } from './rest-of-metadata.ts';

test('what follows a name is printed once for neighbours that have all of it alike, and anew for any other', () => {
  const labels = { app: 'web' };
  const printed: string[] = [];
  const rest = restOfMetadata((metadata) => {
    printed.push(JSON.stringify(metadata));
    return Buffer.from(JSON.stringify(metadata));
  });
  const expect = (metadata: Parameters<typeof rest>[0]) =>
    assert.equal(Buffer.from(rest(metadata)).toString(), JSON.stringify(metadata));
  const first = { namespace: 'a', labels, creationTimestamp: 1_000 };
  for (const _ of [1, 2]) expect(first);
  assert.equal(rest({ ...first }), rest(first));
  assert.equal(printed.length, 1);
  for (const other of [
    { ...first, namespace: 'b' },
    { ...first, labels: { app: 'db' } },
    { ...first, creationTimestamp: 2_000 },
    { labels, creationTimestamp: 1_000 },
  ]) {
    expect(other);
    expect(first);
  }
});
