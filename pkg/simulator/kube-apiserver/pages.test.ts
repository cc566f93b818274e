import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubernetesObject } from './object-store.ts';
import { Pages } from './pages.ts';

test('a list without a limit, or within it, comes whole', () => {
  const pages = new Pages();
  for (const limit of [0, 3, 5]) {
    const page = pages.first(objects(3), 7, limit);
    assert.ok(page.kind === 'page');
    assert.deepEqual([page.items.length, page.metadata], [3, { resourceVersion: '7' }]);
  }
});

test('pages add up to the list as it was, whatever the limit', () => {
  for (let limit = 1; limit < 12; limit++) {
    const pages = new Pages();
    const items = objects(10);
    let page = pages.first(items, 7, limit);
    const seen: KubernetesObject[] = [];
    for (;;) {
      assert.ok(page.kind === 'page');
      seen.push(...page.items);
      assert.equal(page.metadata.resourceVersion, '7');
      if (page.metadata.continue === undefined) break;
      assert.equal(page.metadata.remainingItemCount, items.length - seen.length);
      page = pages.next(page.metadata.continue, limit);
    }
    assert.deepEqual(seen, items, `limit ${limit}`);
  }
});

test('a token of before the expiry is too old, and one that was never given is unreadable', () => {
  const pages = new Pages();
  const page = pages.first(objects(4), 1, 2);
  pages.expire();
  assert.equal(pages.next(page.kind === 'page' ? (page.metadata.continue ?? '') : '', 2).kind, 'expired');
  assert.equal(pages.next('nonsense', 2).kind, 'unreadable');
});

test('only so many lists are remembered', () => {
  const pages = new Pages();
  const first = pages.first(objects(4), 1, 2);
  for (let count = 0; count < 40; count++) pages.first(objects(4), 1, 2);
  assert.equal(pages.next(first.kind === 'page' ? (first.metadata.continue ?? '') : '', 2).kind, 'expired');
});

function objects(count: number): KubernetesObject[] {
  return Array.from({ length: count }, (_, at) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: `p${at}` } }));
}
