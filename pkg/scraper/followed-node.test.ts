import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { NodeRecord } from '../model/cluster.ts';
import type { Outcome } from './outcome.ts';
import { nodeNamed } from './testing/fake-targets.ts';
import { Bench } from './testing/scraper-bench.ts';

const second = 1000;

describe('a node that comes', () => {
  it('is asked when it is Ready, or a few seconds after it appeared', async () => {
    await using bench = new Bench({});
    bench.start();
    await bench.clock.wind(0);
    bench.targets.put(nodeNamed('n1', { ready: false }));
    bench.targets.put(nodeNamed('n2', { ready: false }));
    await bench.clock.wind(second);
    bench.targets.put(nodeNamed('n2'));
    await bench.clock.wind(2 * second);
    assert.deepEqual(bench.kubelets.askedAt('n2').slice(0, 1), [second]);
    assert.deepEqual(bench.kubelets.askedAt('n1'), [3 * second]);
  });

  it('and goes before it was asked is never asked', async () => {
    await using bench = new Bench({});
    bench.start();
    await bench.clock.wind(0);
    bench.targets.put(nodeNamed('n1', { ready: false }));
    await bench.clock.wind(second);
    bench.targets.remove('n1');
    await bench.clock.wind(60 * second);
    assert.deepEqual(bench.kubelets.asked, []);
    await bench.stop();
    assert.equal(bench.clock.waiting, 0);
  });
});

describe('a node that is down', () => {
  const down = { answer: { kind: 'unreachable', code: 'EHOSTUNREACH' } } as const;

  it('is asked less and less while it is not Ready, at least every four periods, and at once when it is Ready again', async () => {
    await using bench = new Bench({}, nodeNamed('n1'));
    bench.start();
    await bench.clock.wind(60 * second);
    bench.kubelets.behave('n1', down);
    bench.targets.put(nodeNamed('n1', { ready: false }));
    await bench.clock.wind(600 * second);
    assert.ok(bench.followed('n1').backingOff);
    const asked = bench.kubelets.askedAt('n1').filter((at) => at > 60 * second);
    const gaps = asked.slice(1).map((at, index) => at - asked[index]!);
    assert.ok(Math.max(...gaps) <= 60 * second, gaps.join());
    assert.ok(Math.min(...gaps.slice(2)) >= 35 * second, gaps.join());

    await bench.clock.wind(second);
    bench.kubelets.behave('n1', {});
    bench.targets.put(nodeNamed('n1'));
    await bench.clock.wind(0);
    assert.equal(bench.kubelets.askedAt('n1').at(-1), 661 * second);
    assert.equal(bench.followed('n1').backingOff, false);
  });

  it('is asked once more at once when it became Ready while it was being asked in vain', async () => {
    await using bench = new Bench({}, nodeNamed('n1'));
    bench.start();
    await bench.clock.wind(60 * second);
    bench.kubelets.behave('n1', { ...down, takesMs: 5 * second });
    bench.targets.put(nodeNamed('n1', { ready: false }));
    const before = bench.kubelets.askedAt('n1').length;
    while (bench.kubelets.askedAt('n1').length < before + 3) await bench.clock.wind(second);
    const begun = bench.kubelets.askedAt('n1').at(-1)!;
    bench.kubelets.behave('n1', {});
    bench.targets.put(nodeNamed('n1'));
    await bench.clock.wind(6 * second);
    const [next, ...others] = bench.kubelets.askedAt('n1').filter((at) => at > begun);
    assert.equal(next, begun + 5 * second);
    assert.deepEqual(others, []);
  });

  it('is asked in the rhythm while Kubernetes takes it for Ready', async () => {
    await using bench = new Bench({}, nodeNamed('n1'));
    bench.start();
    await bench.clock.wind(60 * second);
    bench.kubelets.behave('n1', down);
    await bench.clock.wind(300 * second);
    const asked = bench.kubelets.askedAt('n1').slice(-10);
    for (const [at, moment] of asked.slice(1).entries()) assert.equal(moment - asked[at]!, 15 * second);
  });

  it('is asked in the rhythm again once it answers, Ready or not', async () => {
    await using bench = new Bench({}, nodeNamed('n1', { ready: false }));
    bench.kubelets.behave('n1', down);
    bench.start();
    await bench.clock.wind(300 * second);
    bench.kubelets.behave('n1', {});
    await bench.clock.wind(300 * second);
    const asked = bench.kubelets.askedAt('n1').slice(-10);
    for (const [at, moment] of asked.slice(1).entries()) assert.equal(moment - asked[at]!, 15 * second);
  });
});

describe('a node on which a pod is new', () => {
  it('is asked again after three seconds, so that the pod has usage as soon as the kubelet has', async () => {
    await using bench = new Bench({}, nodeNamed('n1'));
    bench.start();
    await bench.clock.wind(60 * second);
    let isNew = true;
    const store = bench.sink.store.bind(bench.sink);
    bench.sink.store = (batch) => ({ settled: store(batch).settled && !isNew });
    await bench.windUntil(() => bench.kubelets.askedAt('n1').at(-1)! > 60 * second);
    const [first = 0] = bench.kubelets.askedAt('n1').slice(-1);
    await bench.clock.wind(7 * second);
    assert.deepEqual(bench.kubelets.askedAt('n1').slice(-2), [first + 3 * second, first + 6 * second]);
    isNew = false;
    await bench.clock.wind(60 * second);
    const rhythm = bench.kubelets.askedAt('n1').slice(-3);
    for (const [at, moment] of rhythm.slice(1).entries()) assert.equal(moment - rhythm[at]!, 15 * second);
  });

  it('costs a twentieth more askings at most, and ten, when pods are new on all nodes all the time', async () => {
    const nodes = Array.from({ length: 120 }, (_, at) => nodeNamed(`n${at}`));
    await using bench = new Bench({}, ...nodes);
    bench.start();
    await bench.clock.wind(60 * second);
    let turn = 0;
    bench.sink.store = () => ({ settled: turn++ % 2 === 0 });
    const before = bench.kubelets.asked.length;
    await bench.clock.wind(60 * second);
    const early = bench.kubelets.asked.length - before - 4 * 120;
    const perPeriod = 120 / 20 + 10;
    // What the quiet time before had earned comes on top.
    assert.ok(early > 2 * perPeriod && early <= 5 * perPeriod, `${early} early looks in four periods`);
  });

  it('costs as little where nodes have never settled, because pods came faster than samples', async () => {
    const nodes = Array.from({ length: 120 }, (_, at) => nodeNamed(`n${at}`));
    await using bench = new Bench({}, ...nodes);
    bench.sink.store = () => ({ settled: false });
    bench.start();
    await bench.clock.wind(21 * second);
    const before = bench.kubelets.asked.length;
    await bench.clock.wind(60 * second);
    const early = bench.kubelets.asked.length - before - 4 * 120;
    assert.ok(early <= 5 * (120 / 20 + 10), `${early} early looks in four periods`);
  });
});

describe('the start of a large cluster', () => {
  it('takes two askings of each node where samples are fresh, the first of all before the second of any', async () => {
    const nodes = Array.from({ length: 1_200 }, (_, at) => nodeNamed(`n${at}`));
    await using bench = new Bench({}, ...nodes);
    for (const { name } of nodes) bench.kubelets.behave(name, { takesMs: 90 });
    const sampledAt = new Map<string, number>();
    bench.sink.store = ({ node, nodeSample }) => {
      const first = sampledAt.get(node) ?? nodeSample?.sampledAt ?? 0;
      sampledAt.set(node, first);
      return { settled: (nodeSample?.sampledAt ?? 0) - first >= 2_000 };
    };
    bench.start();
    await bench.clock.wind(7 * second);
    assert.equal(bench.kubelets.asked.length, 2 * 1_200);
    assert.equal(new Set(bench.kubelets.asked.slice(0, 1_200).map(({ node }) => node)).size, 1_200);
  });
});

describe('a slow node', () => {
  it('gets more time than the others after it ran out of it, and the usual when it is quick again', async () => {
    await using bench = new Bench({ slowRequestTimeoutMs: 60 * second }, nodeNamed('n1'), nodeNamed('n2'));
    bench.start();
    await bench.clock.wind(60 * second);
    bench.kubelets.behave('n1', { takesMs: 33 * second });
    const ended = (outcome: Outcome) => () => isDeepStrictEqual(bench.followed('n1').outcome, outcome);
    await bench.windUntil(ended({ kind: 'timed-out', afterMs: 10 * second }));
    await bench.windUntil(ended({ kind: 'timed-out', afterMs: 20 * second }));
    await bench.windUntil(ended({ kind: 'scraped', containers: 1, badLines: 0 }));
    assert.equal(bench.kubelets.mostPerNode, 1);
    const others = bench.kubelets.askedAt('n2').slice(-4);
    for (const [at, moment] of others.slice(1).entries()) assert.equal(moment - others[at]!, 15 * second);

    bench.kubelets.behave('n1', {});
    await bench.clock.wind(60 * second);
    bench.kubelets.behave('n1', { takesMs: 1e9 });
    await bench.windUntil(ended({ kind: 'timed-out', afterMs: 10 * second }));
  });
});

describe('nodes whose answers are too large', () => {
  it('are asked four at a time, so that their answers never fill the memory together', async () => {
    const nodes = Array.from({ length: 50 }, (_, at) => nodeNamed(`n${at}`));
    await using bench = new Bench({}, ...nodes, nodeNamed('well'));
    const tooLarge = { kind: 'too-large', limitBytes: 16 * 2 ** 20 } as const;
    for (const { name } of nodes) bench.kubelets.behave(name, { answer: tooLarge, takesMs: second });
    bench.start();
    await bench.clock.wind(5 * second);
    bench.kubelets.mostAtOnce = 0;
    await bench.clock.wind(60 * second);
    assert.ok(bench.kubelets.mostAtOnce <= 5, `${bench.kubelets.mostAtOnce}`);
    const rhythm = bench.kubelets.askedAt('well').slice(-3);
    for (const [at, moment] of rhythm.slice(1).entries()) assert.equal(moment - rhythm[at]!, 15 * second);
  });
});

describe('the clock of a node', () => {
  it('may be wrong by any amount, which is measured and told', async () => {
    await using bench = new Bench({}, nodeNamed('n1'), nodeNamed('n2'));
    bench.kubelets.behave('n1', { sampledAt: () => bench.clock.now() + 7_200_000 });
    bench.start();
    await bench.clock.wind(60 * second);
    assert.equal(bench.followed('n1').skewMs, 7_200_000);
    assert.equal(bench.followed('n2').skewMs, 0);
    assert.match(bench.registry.expose(), /^tacho_node_clock_skew_seconds\{node="n1"\} 7200$/m);
    bench.targets.remove('n1');
    assert.doesNotMatch(bench.registry.expose(), /tacho_node_clock_skew_seconds\{node="n1"\}/);
  });
});

describe('the addresses of a node', () => {
  it('are those of its newest record, though the rest of what is known of it stays', async () => {
    const also = (address: string): Partial<NodeRecord> => ({
      addresses: [
        { type: 'Hostname', address: 'nowhere' },
        { type: 'InternalIP', address },
      ],
      resourceMetricsPath: '',
    });
    await using bench = new Bench({}, nodeNamed('n1', also('10.0.0.1')));
    bench.kubelets.behaveAt('nowhere', { kind: 'unreachable', code: 'ENOTFOUND' });
    bench.start();
    await bench.clock.wind(60 * second);
    bench.targets.put(nodeNamed('n1', { ...also('10.0.0.1'), resourceMetricsPath: '/elsewhere' }));
    await bench.clock.wind(60 * second);
    assert.equal(bench.kubelets.asked.at(-1)?.path, '/elsewhere');
    bench.targets.put(nodeNamed('n1', also('10.0.0.2')));
    await bench.clock.wind(0);
    assert.equal(bench.followed('n1').address, '10.0.0.2:10250');
  });

  it('are tried until one leads to the kubelet, and that one is remembered', async () => {
    const addresses = [
      { type: 'Hostname', address: 'nowhere' },
      { type: 'InternalIP', address: 'fd00::7' },
    ];
    await using bench = new Bench({}, nodeNamed('n1', { addresses }));
    bench.kubelets.behaveAt('nowhere', { kind: 'unreachable', code: 'ENOTFOUND' });
    bench.start();
    await bench.clock.wind(60 * second);
    assert.deepEqual(bench.sink.nodes, ['n1']);
    assert.equal(bench.kubelets.asked.filter(({ host }) => host === 'nowhere').length, 1);
    assert.equal(bench.followed('n1').address, '[fd00::7]:10250');
  });
});
