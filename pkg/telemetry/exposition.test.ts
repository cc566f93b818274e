import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Registry } from './exposition.ts';
import { Counter, Gauge, Histogram } from './instruments.ts';

describe('exposition', () => {
  it('prints counters and gauges by name, with help, type and escaped labels', () => {
    const registry = new Registry();
    const requests = registry.register(new Counter({ name: 'b_total', help: 'Requests.', labels: ['path'] }));
    registry.register(new Gauge({ name: 'a_points', help: 'Points\nin store.' })).set(3);
    requests.add({ path: '/a"b\\c' }, 2);
    assert.equal(
      registry.expose(),
      [
        '# HELP a_points Points\\nin store.',
        '# TYPE a_points gauge',
        'a_points 3',
        '# HELP b_total Requests.',
        '# TYPE b_total counter',
        'b_total{path="/a\\"b\\\\c"} 2',
        '',
      ].join('\n'),
    );
  });

  it('prints cumulative buckets, the sum and the count of a histogram', () => {
    const registry = new Registry();
    const seconds = registry.register(new Histogram({ name: 's', help: 'Seconds.', buckets: [1, 2.5] }));
    for (const value of [0.5, 1, 2, 9]) seconds.observe(value);
    assert.deepEqual(registry.expose().trimEnd().split('\n').slice(2), [
      's_bucket{le="1"} 2',
      's_bucket{le="2.5"} 3',
      's_bucket{le="+Inf"} 4',
      's_sum 12.5',
      's_count 4',
    ]);
  });

  it('reads a gauge when somebody looks', () => {
    const registry = new Registry();
    let points = 1;
    registry.register(new Gauge({ name: 'points', help: 'Points.', read: (gauge) => gauge.set(points) }));
    points = 7;
    assert.match(registry.expose(), /^points 7$/m);
  });

  it('leaves out families without series and series that were removed', () => {
    const registry = new Registry();
    const byNode = registry.register(new Counter({ name: 'n_total', help: 'N.', labels: ['node'] }));
    byNode.add({ node: 'n1' });
    byNode.remove({ node: 'n1' });
    assert.equal(registry.expose(), '');
  });

  it('puts the families of metrics-server behind those of every component, and ours last', () => {
    const registry = new Registry();
    for (const name of ['tacho_a', 'metrics_server_a', 'rest_client_a', 'apiserver_a'])
      registry.register(new Counter({ name, help: 'A.' }));
    const names = [...registry.expose().matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    assert.deepEqual(names, ['apiserver_a', 'rest_client_a', 'metrics_server_a', 'tacho_a']);
  });

  it('prints labels by name, the bound of a bucket last, and those not given as empty', () => {
    const registry = new Registry();
    const sizes = registry.register(
      new Histogram({ name: 's', help: 'S.', labels: ['verb', 'group', 'zone'], buckets: [1e6] }),
    );
    sizes.observe(2_000_000, { verb: 'GET', group: 'g' });
    assert.deepEqual(registry.expose().trimEnd().split('\n').slice(2), [
      's_bucket{group="g",verb="GET",zone="",le="1e+06"} 0',
      's_bucket{group="g",verb="GET",zone="",le="+Inf"} 1',
      's_sum{group="g",verb="GET",zone=""} 2e+06',
      's_count{group="g",verb="GET",zone=""} 1',
    ]);
  });

  it('counts into a series that was found once', () => {
    const registry = new Registry();
    const requests = registry.register(new Counter({ name: 'r_total', help: 'R.', labels: ['verb'] }));
    const seconds = registry.register(new Histogram({ name: 's', help: 'S.', labels: ['verb'], buckets: [1] }));
    requests.with({ verb: 'GET' }).add();
    requests.add({ verb: 'GET' }, 2);
    seconds.with({ verb: 'GET' }).observe(0.5);
    assert.match(registry.expose(), /^r_total\{verb="GET"\} 3$/m);
    assert.match(registry.expose(), /^s_count\{verb="GET"\} 1$/m);
  });

  it('comes in pieces, none of them long, that are cut between series', () => {
    const registry = new Registry();
    const seconds = registry.register(new Histogram({ name: 's', help: 'S.', labels: ['node'], buckets: [1, 2] }));
    for (let node = 0; node < 2_000; node++) seconds.observe(1, { node: `n${node}` });
    const chunks = [...registry.chunks()];
    assert.equal(chunks.join(''), registry.expose());
    assert.ok(chunks.length > 3);
    for (const chunk of chunks) {
      assert.ok(chunk.length < 66 * 1024, `${chunk.length} characters`);
      assert.match(chunk, /_count\{node="n\d+"\} 1\n$/);
    }
  });

  it('refuses two families of one name', () => {
    const registry = new Registry();
    registry.register(new Counter({ name: 'x', help: 'X.' }));
    assert.throws(() => registry.register(new Counter({ name: 'x', help: 'X.' })), /registered twice/);
  });

  it('prints infinities and NaN as Prometheus does', () => {
    const registry = new Registry();
    const gauge = registry.register(new Gauge({ name: 'g', help: 'G.', labels: ['k'] }));
    gauge.set(Number.POSITIVE_INFINITY, { k: 'a' });
    gauge.set(Number.NaN, { k: 'b' });
    assert.match(registry.expose(), /g\{k="a"\} \+Inf\ng\{k="b"\} NaN/);
  });
});
