import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NodeRecord } from '../model/cluster.ts';
import { nodeNamed } from './testing/fake-targets.ts';
import { Bench } from './testing/scraper-bench.ts';

const second = 1000;

describe('one round over four nodes', () => {
  const four = (): NodeRecord[] => [
    nodeNamed('node1'),
    nodeNamed('node2', { addresses: [{ type: 'InternalIP', address: '10.0.0.2' }] }),
    nodeNamed('node3'),
    nodeNamed('node4', { ready: false }),
  ];

  it('that all take a second brings all four after a second', async () => {
    await using bench = new Bench({ requestTimeoutMs: 3 * second }, ...four());
    for (const { name } of four()) bench.kubelets.behave(name, { takesMs: second });
    bench.start();
    await bench.clock.wind(second - 1);
    assert.deepEqual(bench.sink.nodes, []);
    await bench.clock.wind(1);
    assert.deepEqual(bench.sink.nodes, ['node1', 'node2', 'node3', 'node4']);
  });

  it('of which one is too slow brings the other three when they answer, not later', async () => {
    await using bench = new Bench({ requestTimeoutMs: 3 * second }, ...four());
    bench.kubelets.behave('node1', { takesMs: 4 * second });
    for (const name of ['node2', 'node3', 'node4']) bench.kubelets.behave(name, { takesMs: 2 * second });
    bench.start();
    await bench.clock.wind(2 * second);
    assert.deepEqual(bench.sink.nodes, ['node2', 'node3', 'node4']);
    await bench.clock.wind(second);
    assert.deepEqual(bench.scraper.outcomeOf('node1'), { kind: 'timed-out', afterMs: 3 * second });
    assert.ok(!bench.sink.nodes.includes('node1'));
  });

  it('ends when the server stops, with nothing left in flight', async () => {
    await using bench = new Bench({ requestTimeoutMs: 5 * second }, ...four());
    for (const { name } of four()) bench.kubelets.behave(name, { takesMs: 4 * second });
    bench.start();
    await bench.clock.wind(second);
    assert.equal(bench.kubelets.inFlight, 4);
    await bench.stop();
    assert.equal(bench.kubelets.inFlight, 0);
    assert.equal(bench.clock.waiting, 0);
    assert.equal(bench.targets.listeners, 0);
    assert.deepEqual(bench.sink.batches, []);
    assert.deepEqual(bench.log.shown, []);
  });

  it('is not held back by a node without addresses, or by one that cannot be reached', async () => {
    const [first, ...others] = four();
    await using bench = new Bench({}, { ...first!, addresses: [] }, ...others);
    bench.kubelets.behave('node3', { answer: { kind: 'unreachable', code: 'ECONNREFUSED' } });
    bench.start();
    await bench.clock.wind(0);
    assert.deepEqual(bench.sink.nodes, ['node2', 'node4']);
    assert.equal(bench.scraper.outcomeOf('node1')?.kind, 'no-address');
    assert.equal(bench.scraper.outcomeOf('node3')?.kind, 'unreachable');
  });
});

describe('the scraper', () => {
  it('asks every node at once when it starts, again each half second until it has settled, then once per period', async () => {
    await using bench = new Bench({}, nodeNamed('n1'));
    let sampledAt = 0;
    bench.kubelets.behave('n1', { sampledAt: () => sampledAt });
    bench.start();
    await bench.clock.wind(3_500);
    assert.deepEqual(bench.kubelets.askedAt('n1'), [0, 500, 1_000, 1_500, 2_000, 2_500, 3_000, 3_500]);
    sampledAt = 7;
    await bench.clock.wind(100 * second);
    const rhythm = bench.kubelets.askedAt('n1').slice(9);
    assert.ok(rhythm.length >= 5);
    for (const [at, moment] of rhythm.slice(1).entries()) assert.equal(moment - rhythm[at]!, 15 * second);
  });

  it('does not let the last of a large cluster wait as long for another try as all of it had to', async () => {
    const names = Array.from({ length: 600 }, (_, at) => `n${at}`);
    await using bench = new Bench({}, ...names.map((name) => nodeNamed(name)));
    let sampledAt = 0;
    bench.kubelets.behave('n7', { sampledAt: () => sampledAt });
    bench.start();
    await bench.clock.wind(3_500);
    assert.deepEqual(bench.kubelets.askedAt('n1'), [0, 3_500], 'all of them wait until two samples give a rate');
    await bench.clock.wind(2 * second);
    assert.deepEqual(bench.kubelets.askedAt('n7').slice(0, 4), [0, 3_500, 4_500, 5_500]);
    sampledAt = 7;
    await bench.clock.wind(second);
    assert.equal(bench.scraper.awaited, 0);
  });

  for (const [how, leave] of Object.entries({
    settled: (bench: Bench, name: string) => bench.kubelets.behave(name, {}),
    gone: (bench: Bench, name: string) => bench.targets.remove(name),
  })) {
    it(`asks the one node that has not settled more often once the others that had not are ${how}`, async () => {
      const names = Array.from({ length: 1_200 }, (_, at) => `n${at}`);
      const [last = '', ...others] = names.slice(600).reverse();
      await using bench = new Bench({}, ...names.map((name) => nodeNamed(name)));
      for (const name of [last, ...others]) bench.kubelets.behave(name, { sampledAt: () => 7 });
      bench.start();
      await bench.clock.wind(7 * second);
      for (const name of others) leave(bench, name);
      await bench.clock.wind(5 * second);
      const [before = 0, after = 0] = bench.kubelets.askedAt(last).slice(-2);
      assert.equal(after - before, second);
    });
  }

  it('asks a large cluster that does not settle 300 times a second on the average', async () => {
    const names = Array.from({ length: 600 }, (_, at) => `n${at}`);
    await using bench = new Bench({}, ...names.map((name) => nodeNamed(name)));
    for (const name of names) bench.kubelets.behave(name, { sampledAt: () => 7 });
    bench.start();
    await bench.clock.wind(11 * second);
    const between = (from: number, to: number): number =>
      bench.kubelets.asked.filter(({ at }) => at >= from * second && at < to * second).length;
    assert.deepEqual([between(0, 3), between(3, 4)], [600, 600], 'first and second answers');
    const perSecond = between(5, 11) / 6;
    assert.ok(perSecond > 250 && perSecond < 350, `${perSecond} a second`);
  });

  it('asks a node that is added at once, and keeps the others in their rhythm', async () => {
    await using bench = new Bench({}, nodeNamed('n1'));
    bench.start();
    await bench.clock.wind(60 * second);
    const before = bench.kubelets.askedAt('n1').length;
    bench.targets.put(nodeNamed('n2'));
    await bench.clock.wind(0);
    assert.deepEqual(bench.kubelets.askedAt('n2'), [60 * second]);
    assert.equal(bench.kubelets.askedAt('n1').length, before);
  });

  it('cancels and forgets a node that is removed', async () => {
    await using bench = new Bench({}, nodeNamed('n1'), nodeNamed('n2'));
    bench.start();
    await bench.clock.wind(40 * second);
    bench.kubelets.behave('n1', { takesMs: 9 * second });
    await bench.windUntil(() => bench.kubelets.inFlight > 0);
    assert.match(bench.registry.expose(), /node="n1"/);
    bench.targets.remove('n1');
    await bench.clock.wind(0);
    const asked = bench.kubelets.askedAt('n1').length;
    assert.equal(bench.kubelets.inFlight, 0);
    assert.deepEqual(bench.kubelets.forgotten, ['n1']);
    assert.equal(bench.scraper.outcomeOf('n1'), undefined);
    await bench.clock.wind(60 * second);
    assert.equal(bench.kubelets.askedAt('n1').length, asked);
    assert.doesNotMatch(bench.registry.expose(), /node="n1"/);
    assert.match(bench.registry.expose(), /node="n2"/);
  });

  it('asks only nodes that the selector wants, as their labels change', async () => {
    const nodeSelector = { matches: (labels: NodeRecord['labels']) => labels.pool === 'a' };
    await using bench = new Bench({ nodeSelector }, nodeNamed('n1', { labels: { pool: 'a' } }), nodeNamed('n2'));
    bench.start();
    await bench.clock.wind(0);
    assert.deepEqual(bench.sink.nodes, ['n1']);
    bench.targets.put(nodeNamed('n2', { labels: { pool: 'a' } }));
    bench.targets.put(nodeNamed('n1', { labels: { pool: 'b' } }));
    await bench.clock.wind(0);
    assert.deepEqual(bench.sink.nodes, ['n1', 'n2']);
    assert.deepEqual(bench.kubelets.forgotten, ['n1']);
    assert.equal(bench.scraper.size, 1);
  });

  it('asks at once at a new address, and begins anew with another machine under the old name', async () => {
    await using bench = new Bench({}, nodeNamed('n1'));
    bench.start();
    await bench.clock.wind(60 * second);
    const asked = bench.kubelets.askedAt('n1').length;
    bench.targets.put(nodeNamed('n1', { labels: { heartbeat: 'changed' } }));
    await bench.clock.wind(0);
    assert.equal(bench.kubelets.askedAt('n1').length, asked);
    bench.targets.put(nodeNamed('n1', { addresses: [{ type: 'Hostname', address: 'elsewhere' }] }));
    await bench.clock.wind(0);
    assert.equal(bench.kubelets.askedAt('n1').length, asked + 1);
    bench.targets.put(nodeNamed('n1', { uid: 'another' }));
    await bench.clock.wind(0);
    assert.equal(bench.kubelets.askedAt('n1').length, asked + 2);
  });

  it('asks groups of nodes together, each node once per period, also while the cluster grows', async () => {
    const many = (from: number, to: number): NodeRecord[] =>
      Array.from({ length: to - from }, (_, at) => nodeNamed(`node-${from + at}`));
    await using bench = new Bench({}, ...many(0, 100));
    bench.start();
    await bench.clock.wind(60 * second);
    const momentsIn = (from: number, to: number): number =>
      new Set(bench.kubelets.asked.filter(({ at }) => at >= from && at < to).map(({ at }) => at)).size;
    assert.equal(momentsIn(45 * second, 60 * second), 4);
    for (const node of many(100, 140)) bench.targets.put(node);
    await bench.clock.wind(90 * second);
    assert.equal(momentsIn(135 * second, 150 * second), 8);
    for (const { name } of many(0, 140)) {
      const asked = bench.kubelets.askedAt(name).filter((at) => at >= 30 * second);
      const gaps = asked.slice(1).map((at, index) => at - asked[index]!);
      assert.ok(Math.max(...gaps) <= 15.2 * second, `${name}: ${gaps.join()}`);
      assert.equal(gaps.at(-1), 15 * second);
    }
  });

  it('has one request in flight per node, and lets a late answer skip its beat', async () => {
    await using bench = new Bench({ metricResolutionMs: 10 * second, requestTimeoutMs: 60 * second }, nodeNamed('n1'));
    bench.start();
    await bench.clock.wind(60 * second);
    bench.kubelets.behave('n1', { takesMs: 14 * second });
    await bench.clock.wind(200 * second);
    assert.equal(bench.kubelets.mostPerNode, 1);
    const late = bench.kubelets.askedAt('n1').slice(-5);
    for (const [at, moment] of late.slice(1).entries()) assert.equal(moment - late[at]!, 20 * second);
  });

  it('meets many new nodes some at a time, and dead ones do not keep the living waiting', async () => {
    const dead = Array.from({ length: 200 }, (_, at) => nodeNamed(`dead-${at}`));
    const living = Array.from({ length: 200 }, (_, at) => nodeNamed(`living-${at}`));
    await using bench = new Bench({}, ...dead, ...living);
    for (const { name } of dead) bench.kubelets.behave(name, { takesMs: 1e9 });
    bench.start();
    await bench.clock.wind(0);
    assert.equal(bench.kubelets.mostAtOnce, 64);
    await bench.clock.wind(4 * second);
    assert.equal(bench.sink.nodes.length, 200);
  });

  it('keeps the living in their rhythm when most of the cluster falls silent', async () => {
    const dead = Array.from({ length: 200 }, (_, at) => nodeNamed(`dead-${at}`));
    await using bench = new Bench({ metricResolutionMs: second, requestTimeoutMs: 900 }, ...dead, nodeNamed('n1'));
    bench.start();
    await bench.clock.wind(3 * second);
    for (const { name } of dead) bench.kubelets.behave(name, { takesMs: 1e9 });
    await bench.clock.wind(5 * second);
    const rhythm = bench.kubelets.askedAt('n1').slice(-4);
    for (const [at, moment] of rhythm.slice(1).entries()) assert.equal(moment - rhythm[at]!, second);
  });

  it('hands each batch on with the node it is of, and the same layout while its containers are the same', async () => {
    await using bench = new Bench({}, nodeNamed('n1'));
    bench.start();
    await bench.clock.wind(30 * second);
    const [first, next] = bench.sink.batches;
    assert.equal(first?.node, 'n1');
    assert.equal(first?.nodeSample?.cpu, 1e9);
    assert.equal(first?.layout, next?.layout);
    assert.ok(!('badLines' in first!));
  });

  it('does not store a long answer of a node that was removed while it was read', async () => {
    await using bench = new Bench({}, nodeNamed('n1'));
    const line = 'node_cpu_usage_seconds_total 1 5\nnode_memory_working_set_bytes 1 5\n';
    bench.kubelets.behave('n1', { answer: { kind: 'ok', body: Buffer.from(line.repeat(20_000)) }, takesMs: second });
    bench.start();
    const wound = bench.clock.wind(second);
    while (bench.kubelets.inFlight === 0) await new Promise((resolve) => setImmediate(resolve));
    while (bench.kubelets.inFlight > 0) await new Promise((resolve) => setImmediate(resolve));
    bench.targets.remove('n1');
    await wound;
    await bench.stop();
    assert.deepEqual(bench.sink.batches, []);
  });

  it('does not store an answer in which nothing was measured: it does not say that the pods are gone', async () => {
    await using bench = new Bench({}, nodeNamed('n1'));
    bench.kubelets.behave('n1', { answer: { kind: 'ok', body: Buffer.from('# nothing yet\n') } });
    bench.start();
    await bench.clock.wind(0);
    assert.deepEqual(bench.sink.batches, []);
    assert.deepEqual(bench.scraper.outcomeOf('n1'), { kind: 'nothing-measured', badLines: 0 });
  });

  it('survives a store that fails for one node', async () => {
    await using bench = new Bench({}, nodeNamed('n1'), nodeNamed('n2'));
    const store = bench.sink.store.bind(bench.sink);
    bench.sink.store = (batch) => (batch.node === 'n1' ? assert.fail('no room') : store(batch));
    bench.start();
    await bench.clock.wind(0);
    assert.deepEqual(bench.sink.nodes, ['n2']);
    assert.deepEqual(bench.scraper.outcomeOf('n1'), { kind: 'broken', message: 'no room' });
  });

  it('says how often in a row and when a node failed', async () => {
    await using bench = new Bench({}, nodeNamed('n1'));
    bench.kubelets.behave('n1', { answer: { kind: 'status', code: 403 } });
    bench.start();
    assert.equal(bench.scraper.reportOf('n1'), undefined);
    await bench.clock.wind(1_500);
    assert.deepEqual(bench.scraper.reportOf('n1'), {
      kind: 'followed',
      outcome: { kind: 'status', code: 403 },
      failures: 3,
      endedAt: 1_500,
      lastScrapedAt: undefined,
      nextAskAt: 3_500,
      backingOff: false,
      source: 'resource',
      alsoTried: undefined,
      address: 'n1:10250',
      skewMs: undefined,
    });
    bench.kubelets.behave('n1', {});
    await bench.clock.wind(2 * second);
    const report = bench.followed('n1');
    assert.equal(report.failures, 0);
    assert.equal(report.lastScrapedAt, 3_500);
  });

  it('says of a node that is not asked why, and nothing of one that does not exist', async () => {
    const nodeSelector = { matches: (labels: NodeRecord['labels']) => labels.pool !== 'b' };
    await using bench = new Bench({ nodeSelector }, nodeNamed('n1', { labels: { pool: 'b' } }));
    bench.start();
    await bench.clock.wind(0);
    assert.deepEqual(bench.scraper.reportOf('n1'), { kind: 'excluded' });
    bench.targets.remove('n1');
    assert.equal(bench.scraper.reportOf('n1'), undefined);
  });

  it('drops a node at once that a taint says is leaving, and asks it again when the taint is taken back', async () => {
    await using bench = new Bench({}, nodeNamed('n1'));
    bench.start();
    await bench.clock.wind(60 * second);
    bench.targets.put(nodeNamed('n1', { leaving: 'ToBeDeletedByClusterAutoscaler' }));
    const asked = bench.kubelets.askedAt('n1').length;
    await bench.clock.wind(60 * second);
    assert.equal(bench.kubelets.askedAt('n1').length, asked);
    assert.deepEqual(bench.kubelets.forgotten, ['n1']);
    const report = { kind: 'dropped', taint: 'ToBeDeletedByClusterAutoscaler' };
    assert.deepEqual(bench.scraper.reportOf('n1'), report);
    bench.targets.put(nodeNamed('n1'));
    await bench.clock.wind(0);
    assert.equal(bench.kubelets.askedAt('n1').length, asked + 1);
    assert.equal(bench.scraper.reportOf('n1')?.kind, 'followed');
  });

  it('beats once per period, also without nodes', async () => {
    await using bench = new Bench({});
    assert.equal(bench.scraper.lastBeatAt(), undefined);
    bench.start();
    await bench.clock.wind(0);
    assert.equal(bench.scraper.lastBeatAt(), 0);
    await bench.clock.wind(31 * second);
    assert.equal(bench.scraper.lastBeatAt(), 30 * second);
  });
});

describe('the log of the scraper', () => {
  it('has one line per node and change, not one per scrape', async () => {
    await using bench = new Bench({}, nodeNamed('n1'), nodeNamed('n2'));
    bench.start();
    await bench.clock.wind(60 * second);
    assert.deepEqual(bench.log.shown, []);
    bench.kubelets.behave('n1', { answer: { kind: 'unreachable', code: 'ECONNREFUSED' } });
    await bench.clock.wind(300 * second);
    assert.deepEqual(bench.log.shown, ['Node could not be scraped']);
    const { node, outcome, reason } = bench.log.lines.at(-1)?.facts ?? {};
    assert.deepEqual([node, outcome], ['n1', 'unreachable']);
    assert.match(String(reason), /nothing listens at its address and port/);
    bench.kubelets.behave('n1', {});
    await bench.clock.wind(300 * second);
    assert.deepEqual(bench.log.shown, ['Node could not be scraped', 'Node is scraped again']);
  });

  it('grows quiet about a node that comes and goes, and still ends with the truth', async () => {
    await using bench = new Bench({}, nodeNamed('n1'));
    bench.start();
    await bench.clock.wind(60 * second);
    for (let flap = 0; flap < 100; flap++) {
      bench.kubelets.behave('n1', flap % 2 === 0 ? { answer: { kind: 'status', code: 500 } } : {});
      await bench.clock.wind(15 * second);
    }
    assert.ok(bench.log.lines.length < 40, `${bench.log.lines.length} lines in 25 minutes`);
    await bench.clock.wind(120 * second);
    assert.equal(bench.log.shown.at(-1), 'Node is scraped again');
  });

  it('has one line per node and kind of bad line', async () => {
    await using bench = new Bench({}, nodeNamed('n1'));
    const body = Buffer.from(
      'node_cpu_usage_seconds_total x\nnode_cpu_usage_seconds_total 1\nnode_memory_working_set_bytes 1\n?\n',
    );
    bench.kubelets.behave('n1', { answer: { kind: 'ok', body } });
    bench.start();
    await bench.clock.wind(300 * second);
    assert.deepEqual(
      bench.log.lines.map(({ facts }) => facts),
      [
        { node: 'n1', kind: 'value', count: 1 },
        { node: 'n1', kind: 'not-a-series', count: 1 },
      ],
    );
  });

  it('takes it calmly when a node that is not Ready does not answer', async () => {
    await using bench = new Bench({}, nodeNamed('n1', { ready: false }));
    bench.kubelets.behave('n1', { takesMs: 1e9 });
    bench.start();
    await bench.clock.wind(60 * second);
    assert.deepEqual(
      bench.log.lines.map(({ level }) => level),
      ['info'],
    );
  });
});

describe('the metrics of the scraper', () => {
  it('count requests, successes and when they were, as the reference does', async () => {
    await using bench = new Bench({ requestTimeoutMs: 3 * second }, nodeNamed('n1'));
    bench.kubelets.behave('n1', { takesMs: second });
    bench.start();
    await bench.clock.wind(second);
    const exposed = bench.registry.expose();
    assert.match(exposed, /^metrics_server_kubelet_request_duration_seconds_bucket\{node="n1",le="0.5"\} 0$/m);
    assert.match(exposed, /^metrics_server_kubelet_request_duration_seconds_bucket\{node="n1",le="1"\} 1$/m);
    assert.match(exposed, /^metrics_server_kubelet_request_total\{success="true"\} 1$/m);
    const now = Math.floor(bench.clock.now() / 1000);
    const last = /^metrics_server_kubelet_last_request_time_seconds\{node="n1"\} (\S+)$/m.exec(exposed)?.[1];
    assert.equal(Number(last), now);
    assert.match(exposed, /^# HELP metrics_server_kubelet_request_total \[ALPHA\] /m);
  });

  it('count failures by what they were', async () => {
    await using bench = new Bench({}, nodeNamed('n1'));
    bench.kubelets.behave('n1', { answer: { kind: 'status', code: 500 } });
    bench.start();
    await bench.clock.wind(0);
    assert.match(bench.registry.expose(), /^metrics_server_kubelet_request_total\{success="false"\} 1$/m);
    assert.match(bench.registry.expose(), /^tacho_scrapes_total\{outcome="status"\} 1$/m);
  });

  it('take the time of rounds', async () => {
    await using bench = new Bench({}, nodeNamed('n1'), nodeNamed('n2'));
    bench.start();
    await bench.clock.wind(30 * second);
    assert.match(bench.registry.expose(), /^metrics_server_manager_tick_duration_seconds_bucket\{le="15"\} 2$/m);
    assert.match(bench.registry.expose(), /^metrics_server_manager_tick_duration_seconds_bucket\{le="30"\} 2$/m);
  });
});
