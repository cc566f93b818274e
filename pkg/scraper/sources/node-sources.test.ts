import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { KubeletAnswer } from '../kubelet/kubelet-client.ts';
import { nodeNamed } from '../testing/fake-targets.ts';
import { Bench } from '../testing/scraper-bench.ts';

const second = 1000;
const minute = 60 * second;

const summary: KubeletAnswer = {
  kind: 'ok',
  body: readFileSync(join(import.meta.dirname, '..', 'summary', 'testdata', 'v1.36-steady.json')),
};
const usage: KubeletAnswer = {
  kind: 'ok',
  body: Buffer.from('node_cpu_usage_seconds_total 1\nnode_memory_working_set_bytes 1\n'),
};
const notFound: KubeletAnswer = { kind: 'status', code: 404 };

describe('a node without resource metrics of use', () => {
  it('is read from its summary, at once where they do not exist, and the log says so once', async () => {
    await using bench = new Bench({}, nodeNamed('n1'));
    bench.kubelets.behave('n1', { answer: notFound });
    bench.kubelets.behaveOn('/stats/summary', summary);
    bench.start();
    await bench.clock.wind(0);
    assert.equal(bench.followed('n1').outcome?.kind, 'scraped');
    assert.equal(bench.followed('n1').source, 'summary');
    assert.ok((bench.sink.batches[0]?.layout.containers.length ?? 0) > 5);
    await bench.clock.wind(5 * minute);
    assert.equal(bench.kubelets.asked.filter(({ path }) => path === '/metrics/resource').length, 1);
    assert.deepEqual(bench.log.shown, ['Node has no resource metrics of use and is read from its summary']);
  });

  it('is read from them again within ten minutes when it has them', async () => {
    await using bench = new Bench({}, nodeNamed('n1'));
    bench.kubelets.behave('n1', { answer: notFound });
    bench.kubelets.behaveOn('/stats/summary', summary);
    bench.start();
    await bench.clock.wind(minute);
    bench.kubelets.behave('n1', {});
    await bench.clock.wind(10 * minute);
    assert.equal(bench.followed('n1').source, 'resource');
    assert.equal(bench.log.shown.at(-1), 'Node is read from its resource metrics again');
  });

  it('whose runtime names no containers there is read from its summary after half a minute', async () => {
    await using bench = new Bench({}, nodeNamed('n1'));
    bench.kubelets.behave('n1', { answer: usage });
    bench.kubelets.behaveOn('/stats/summary', summary);
    bench.start();
    await bench.clock.wind(29 * second);
    assert.equal(bench.followed('n1').source, 'resource');
    await bench.clock.wind(20 * second);
    assert.equal(bench.followed('n1').source, 'summary');
  });

  it('whose summary is forbidden keeps its reason, names the right that is missing, and is rarely asked for it', async () => {
    await using bench = new Bench({}, nodeNamed('n1'));
    bench.kubelets.behave('n1', { answer: notFound });
    bench.kubelets.behaveOn('/stats/summary', { kind: 'status', code: 403 });
    bench.start();
    await bench.clock.wind(14 * minute);
    assert.equal(bench.kubelets.asked.filter(({ path }) => path === '/stats/summary').length, 1);
    assert.deepEqual(bench.followed('n1').outcome, { kind: 'status', code: 404 });
    const tried = { source: 'summary', outcome: { kind: 'status', code: 403 } };
    assert.deepEqual(bench.followed('n1').alsoTried, tried);
    const [line, ...others] = bench.log.lines;
    assert.deepEqual(others, []);
    assert.match(String(line?.facts['reason']), /404 Not Found.*403 Forbidden.*nodes\/stats/);
    bench.kubelets.behaveOn('/stats/summary', summary);
    await bench.clock.wind(2 * minute);
    assert.equal(bench.followed('n1').source, 'summary');
  });

  it('and with a summary that makes no sense is a node with a reason', async () => {
    await using bench = new Bench({}, nodeNamed('n1'));
    bench.kubelets.behave('n1', { answer: notFound });
    bench.kubelets.behaveOn('/stats/summary', { kind: 'ok', body: Buffer.from('{"node":') });
    bench.start();
    await bench.clock.wind(minute);
    assert.deepEqual(bench.followed('n1').outcome, { kind: 'status', code: 404 });
    assert.equal(bench.followed('n1').alsoTried?.outcome.kind, 'bad-body');
    assert.deepEqual(bench.sink.batches, []);
  });
});

describe('the memory of an answer', () => {
  const unread: KubeletAnswer = { kind: 'ok', body: Buffer.from('{"node":') };

  for (const [what, answer] of Object.entries({
    'resource metrics': usage,
    'a summary': summary,
    'half of one': unread,
  })) {
    it(`is given back once it was read: ${what}`, async () => {
      await using bench = new Bench({}, nodeNamed('n1'), nodeNamed('n2'));
      for (const name of ['n1', 'n2']) bench.kubelets.behave(name, { answer: answer === usage ? usage : notFound });
      bench.kubelets.behaveOn('/stats/summary', answer);
      bench.start();
      await bench.clock.wind(2 * minute);
      assert.ok(bench.kubelets.asked.length > 4);
      assert.equal(bench.kubelets.lent, 0);
    });
  }
});

describe('a node that only the kube-apiserver reaches', () => {
  const unreachable: KubeletAnswer = { kind: 'unreachable', code: 'EHOSTUNREACH' };

  it('is asked through it where that is allowed, and named so', async () => {
    const proxied: string[] = [];
    const get = async (path: string) => {
      proxied.push(path);
      return usage;
    };
    await using bench = new Bench({ nodeProxy: { get } }, nodeNamed('n1'), nodeNamed('n2'));
    bench.kubelets.behave('n1', { answer: unreachable });
    bench.start();
    await bench.clock.wind(minute);
    assert.equal(bench.followed('n1').outcome?.kind, 'scraped');
    assert.equal(bench.followed('n1').source, 'node-proxy');
    assert.equal(bench.followed('n2').source, 'resource');
    assert.deepEqual([...new Set(proxied)], ['/api/v1/nodes/n1/proxy/metrics/resource']);
  });

  it('is not asked through it where that is not allowed', async () => {
    await using bench = new Bench({}, nodeNamed('n1'));
    bench.kubelets.behave('n1', { answer: unreachable });
    bench.start();
    await bench.clock.wind(5 * minute);
    assert.deepEqual(bench.followed('n1').outcome, unreachable);
    assert.equal(bench.followed('n1').source, 'resource');
  });

  it('costs the kube-apiserver twenty requests a second at most, however many nodes need it', async () => {
    const at: number[] = [];
    const nodes = Array.from({ length: 120 }, (_, index) => nodeNamed(`n${index}`));
    const get = async () => {
      at.push(bench.clock.monotonic());
      return usage;
    };
    await using bench: Bench = new Bench({ nodeProxy: { get } }, ...nodes);
    for (const { name } of nodes) bench.kubelets.behave(name, { answer: unreachable });
    bench.start();
    await bench.clock.wind(10 * second);
    assert.ok(at.length > 120, `${at.length}`);
    for (const [index, moment] of at.slice(20).entries()) assert.ok(moment - at[index]! >= 999, `${moment}`);
  });
});
