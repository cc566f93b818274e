import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { metricsAt } from './catalogue/catalogue.ts';
import { MadeHeapster } from './testing/made-heapster.ts';

// Restarts, clocks, nodes and pods that come and go are told as stories: pkg/server/catalogue/testdata/scenarios.

const container = { type: 'pod_container', namespace: 'web', pod: 'a', container: 'app' } as const;

describe('the catalogue', () => {
  it('says when its last round was, by the beat and not by the end of it', async () => {
    const test = new MadeHeapster();
    assert.equal(test.model.latestAt(), undefined);
    const first = test.now;
    await test.round({ cpuSeconds: 0, at: 5 });
    assert.equal(test.model.latestAt(), first);
    await test.round();
    assert.equal(test.model.latestAt(), first + 60_000);
  });

  it('finds a pod by its UID for as long as it remembers it', async () => {
    const test = new MadeHeapster();
    await test.round({ cpuSeconds: 0, pods: [{ name: 'a', cpuSeconds: { app: 1 } }] });
    for (let minute = 0; minute < 60; minute++) await test.round({ cpuSeconds: 1 });
    assert.deepEqual(test.model.podOfUid('uid-a'), { namespace: 'web', pod: 'a' });
    for (let minute = 0; minute < 2; minute++) await test.round({ cpuSeconds: 1 });
    assert.equal(test.model.podOfUid('uid-a'), undefined);
  });

  it('has a long history of six metrics and no other: the mean and the peak of five minutes each', async () => {
    const test = new MadeHeapster();
    let [cpuSeconds, rx] = [0, 0];
    for (let minute = 0; minute < 30; minute++) {
      cpuSeconds += 6 * ((minute * 7) % 5);
      rx += 60_000 * ((minute * 3) % 7);
      const memoryBytes = 2 ** 20 * (100 + ((minute * 37) % 50));
      await test.round({ cpuSeconds, pods: [{ name: 'a', cpuSeconds: { app: cpuSeconds }, memoryBytes, rx }] });
    }
    const pod = { type: 'pod', namespace: 'web', pod: 'a' } as const;
    const volume = { entity: pod, metric: 'filesystem/usage', labels: { resource_id: 'Volume:data' } };
    const six = [
      ...['cpu/usage_rate', 'memory/usage', 'memory/working_set', 'network/rx_rate', 'network/tx_rate'].map(
        (metric) => ({
          entity: pod,
          metric,
        }),
      ),
      volume,
    ];
    for (const query of six) {
      const short = test.model.series(query);
      const long = test.model.longSeries(query).filter(({ at }) => at - 300_000 >= (short[0]?.at ?? 0));
      assert.ok(long.length >= 2, query.metric);
      for (const { at, mean, peak } of long) {
        const values = short.filter((point) => point.at > at - 300_000 && point.at <= at).map(({ value }) => value);
        assert.equal(values.length, 5, query.metric);
        const wanted = { mean: values.reduce((sum, value) => sum + value, 0) / 5, peak: Math.max(...values) };
        for (const which of ['mean', 'peak'] as const) {
          const [told, is] = [which === 'mean' ? mean : peak, wanted[which]];
          assert.ok(Math.abs(told - is) <= 0.005 * is, `${query.metric}: ${which} ${told}, reckoned ${is}`);
        }
      }
    }
    for (const { name } of metricsAt('pod').filter((metric) => !six.some((query) => query.metric === metric.name)))
      assert.deepEqual(test.model.longSeries({ entity: pod, metric: name }), [], name);
  });

  it('leaves every row but its own where it was when pods come and go', async () => {
    const test = new MadeHeapster();
    for (let minute = 0; minute < 40; minute++) {
      // Each minute another twenty pods, and one that stays.
      const guests = Array.from({ length: 20 }, (_, at) => ({
        name: `guest-${minute}-${at}`,
        cpuSeconds: { app: at },
      }));
      await test.round({ cpuSeconds: minute, pods: [{ name: 'a', cpuSeconds: { app: 6 * minute } }, ...guests] });
    }
    const points = test.model.series({ entity: container, metric: 'cpu/usage_rate' });
    assert.ok(points.length >= 15 && points.every(({ value }) => value === 100), JSON.stringify(points));
    assert.equal(test.model.pods('web').length, 21);
    const long = test.model.longSeries({ entity: container, metric: 'cpu/usage_rate' });
    assert.ok(
      long.length >= 7 && long.every(({ mean, peak }) => Math.abs(mean - 100) < 0.5 && Math.abs(peak - 100) < 0.5),
    );
  });
});
