import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LabelSets } from './label-sets.ts';

describe('label sets', () => {
  it('are the same object where they are equal', () => {
    const sets = new LabelSets();
    const first = sets.share({ app: 'web', tier: 'front' });
    assert.equal(sets.share({ app: 'web', tier: 'front' }), first);
    assert.equal(sets.size, 1);
  });

  it('differ where a name or a value differs, even if the texts run together alike', () => {
    const sets = new LabelSets();
    const all = [{ a: 'bc' }, { ab: 'c' }, { a: 'b', c: '' }, { a: 'b' }, {}].map((labels) => sets.share(labels));
    assert.equal(new Set(all).size, 5);
    assert.equal(sets.size, 5);
  });

  it('stay apart when their hashes meet', () => {
    const sets = new LabelSets();
    const count = 200_000;
    const shared = Array.from({ length: count }, (_, at) => sets.share({ pod: `p-${at}` }));
    // Among so many, some of 2^30 hashes are taken twice.
    assert.equal(sets.size, count);
    for (const [at, labels] of shared.entries()) assert.equal(labels['pod'], `p-${at}`);
    for (let at = 0; at < count; at += 997) assert.equal(sets.share({ pod: `p-${at}` }), shared[at]);
  });

  it('go when everybody who shared them has released them', () => {
    const sets = new LabelSets();
    const shared = sets.share({ app: 'web' });
    sets.share({ app: 'web' });
    sets.share({ app: 'web' });
    sets.share({ app: 'db' });
    sets.release(shared);
    sets.release(shared);
    assert.equal(sets.share({ app: 'web' }), shared);
    sets.release(shared);
    sets.release(shared);
    assert.equal(sets.size, 1);
    const again = { app: 'web' };
    assert.equal(sets.share(again), again);
  });

  it('are released one by one, even where hashes meet', () => {
    const sets = new LabelSets();
    const shared = Array.from({ length: 100_000 }, (_, at) => sets.share({ pod: `p-${at}` }));
    const kept = shared.filter((_, at) => at % 2 === 0);
    for (const labels of shared.filter((_, at) => at % 2 === 1)) sets.release(labels);
    assert.equal(sets.size, kept.length);
    for (const labels of kept) assert.equal(sets.share({ ...labels }), labels);
    for (const labels of [...kept, ...kept]) sets.release(labels);
    assert.equal(sets.size, 0);
  });

  it('go when nobody uses them any more', () => {
    const sets = new LabelSets();
    const used = sets.share({ app: 'kept' });
    for (let at = 0; at < 1_000; at++) sets.share({ at: String(at) });
    assert.equal(sets.overgrown, true);
    sets.keepOnly([used, used]);
    assert.equal(sets.size, 1);
    assert.equal(sets.overgrown, false);
    assert.equal(sets.share({ app: 'kept' }), used);
  });
});
