import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Outcome } from '../outcome.ts';
import { SourceChoice } from './source-choice.ts';

const minute = 60_000;
const scraped = (containers: number): Outcome => ({ kind: 'scraped', containers, badLines: 0 });
const status = (code: number): Outcome => ({ kind: 'status', code });
const unreachable: Outcome = { kind: 'unreachable', code: 'EHOSTUNREACH' };
const empty: Outcome = { kind: 'nothing-measured', badLines: 0 };

describe('the source of a node', () => {
  it('is its resource metrics while they name containers, whatever else goes wrong', () => {
    const choice = new SourceChoice({ hasProxy: false });
    for (const outcome of [scraped(3), status(403), status(500), unreachable, unreachable, unreachable]) {
      assert.equal(choice.next(0), 'resource');
      choice.tried('resource', outcome, { helped: false, now: 0 });
      assert.equal(choice.wantsSummary(outcome, 0), false, JSON.stringify(outcome));
    }
  });

  it('may be the summary at once where there is no such path, else after half a minute without containers', () => {
    assert.equal(new SourceChoice({ hasProxy: false }).wantsSummary(status(404), 0), true);
    for (const outcome of [empty, scraped(0)]) {
      const choice = new SourceChoice({ hasProxy: false });
      assert.equal(choice.wantsSummary(outcome, 0), false);
      assert.equal(choice.wantsSummary(outcome, 29_999), false);
      assert.equal(choice.wantsSummary(outcome, 30_000), true);
      assert.equal(choice.wantsSummary(scraped(1), 31_000), false);
      assert.equal(choice.wantsSummary(outcome, 32_000), false, 'absent anew');
    }
  });

  it('stays the summary that helped, and every ten minutes it is looked whether that is still needed', () => {
    const choice = new SourceChoice({ hasProxy: false });
    choice.tried('summary', scraped(2), { helped: true, now: 0 });
    assert.equal(choice.next(minute), 'summary');
    assert.equal(choice.next(10 * minute), 'resource');
    choice.tried('resource', status(404), { helped: false, now: 10 * minute });
    assert.equal(choice.wantsSummary(status(404), 10 * minute), true);
    choice.tried('summary', scraped(2), { helped: true, now: 10 * minute });
    assert.equal(choice.next(11 * minute), 'summary');
    assert.equal(choice.next(20 * minute), 'resource');
    choice.tried('resource', scraped(2), { helped: true, now: 20 * minute });
    assert.equal(choice.next(20 * minute + 1), 'resource');
  });

  it('that is forbidden is named, and tried again after a quarter of an hour', () => {
    const choice = new SourceChoice({ hasProxy: false });
    assert.equal(choice.refused, undefined);
    choice.tried('summary', status(403), { helped: false, now: 0 });
    assert.deepEqual(choice.refused, { source: 'summary', outcome: status(403) });
    assert.equal(choice.wantsSummary(status(404), 15 * minute - 1), false);
    assert.equal(choice.wantsSummary(status(404), 15 * minute), true);
  });

  it('that does not help either is tried again after five minutes', () => {
    const choice = new SourceChoice({ hasProxy: false });
    choice.tried('summary', scraped(0), { helped: false, now: 0 });
    assert.equal(choice.wantsSummary(status(404), 5 * minute - 1), false);
    assert.equal(choice.wantsSummary(status(404), 5 * minute), true);
  });

  it('is kept through silence and one hiccup: they say nothing about it', () => {
    const choice = new SourceChoice({ hasProxy: false });
    choice.tried('summary', scraped(2), { helped: true, now: 0 });
    for (let asking = 0; asking < 5; asking++) choice.tried('summary', unreachable, { helped: false, now: 1 });
    assert.equal(choice.next(1), 'summary');
    choice.tried('summary', status(500), { helped: false, now: 2 });
    choice.tried('summary', scraped(2), { helped: true, now: 3 });
    choice.tried('summary', status(500), { helped: false, now: 4 });
    assert.equal(choice.next(4), 'summary');
    choice.tried('summary', status(500), { helped: false, now: 5 });
    assert.equal(choice.next(5), 'resource');
  });

  it('is the kube-apiserver for a node that was silent twice, only where that is allowed', () => {
    for (const hasProxy of [true, false]) {
      const choice = new SourceChoice({ hasProxy });
      choice.tried('resource', unreachable, { helped: false, now: 0 });
      assert.equal(choice.next(0), 'resource');
      choice.tried('resource', { kind: 'timed-out', afterMs: 1 }, { helped: false, now: 0 });
      assert.equal(choice.next(0), hasProxy ? 'node-proxy' : 'resource');
    }
  });

  it('is the node itself again after the kube-apiserver was silent too: either may be the first to come back', () => {
    const choice = new SourceChoice({ hasProxy: true });
    const asked: string[] = [];
    for (let asking = 0; asking < 7; asking++) {
      const source = choice.next(0);
      asked.push(source);
      choice.tried(source, unreachable, { helped: false, now: 0 });
    }
    assert.equal(asked.join(), 'resource,resource,node-proxy,resource,resource,node-proxy,resource');
  });

  it('is not the kube-apiserver for a node that is not trusted, or that refuses us', () => {
    const choice = new SourceChoice({ hasProxy: true });
    const untrusted: Outcome = { kind: 'tls', code: 'DEPTH_ZERO_SELF_SIGNED_CERT', message: '' };
    for (const outcome of [untrusted, untrusted, status(403), status(403), status(401)]) {
      choice.tried('resource', outcome, { helped: false, now: 0 });
      assert.equal(choice.next(0), 'resource');
    }
  });

  it('that is the kube-apiserver is left every ten minutes to see whether the node can be reached', () => {
    const choice = new SourceChoice({ hasProxy: true });
    choice.tried('node-proxy', scraped(2), { helped: true, now: 0 });
    assert.equal(choice.next(minute), 'node-proxy');
    assert.equal(choice.next(10 * minute), 'resource');
    choice.tried('resource', unreachable, { helped: false, now: 10 * minute });
    assert.equal(choice.next(10 * minute + 1), 'node-proxy');
    choice.tried('node-proxy', scraped(2), { helped: true, now: 10 * minute + 1 });
    assert.equal(choice.next(20 * minute), 'resource');
    choice.tried('resource', scraped(2), { helped: true, now: 20 * minute });
    assert.equal(choice.next(21 * minute), 'resource');
  });
});
