import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KeptLines } from './testing/kept-lines.ts';
import { MadeHeapster } from './testing/made-heapster.ts';

const node = { type: 'node', node: 'n1' } as const;
const pod = { type: 'pod', namespace: 'web', pod: 'a' } as const;
const container = { type: 'pod_container', namespace: 'web', pod: 'a', container: 'app' } as const;
const cpu = 'cpu/usage_rate';

describe('rates', () => {
  it('come with the second sample, in whole millicores', async () => {
    const test = new MadeHeapster();
    await test.round({ cpuSeconds: 100, pods: [{ name: 'a', cpuSeconds: { app: 10 } }] });
    assert.equal(test.model.current(container)?.values.get(cpu), undefined);
    await test.round({ cpuSeconds: 130, pods: [{ name: 'a', cpuSeconds: { app: 25.5 } }] });
    assert.equal(test.model.current(node)?.values.get(cpu), 500);
    assert.equal(test.model.current(container)?.values.get(cpu), 258);
    assert.equal(test.model.current({ type: 'ns', namespace: 'web' })?.values.get(cpu), 258);
  });

  it('skip a round in which a container restarted, whether its counter fell or not', async () => {
    const test = new MadeHeapster();
    await test.round({ cpuSeconds: 0, pods: [{ name: 'a', cpuSeconds: { app: 10 } }] });
    for (const app of [2, 50]) {
      const startedAt = test.now - 10_000;
      await test.round({ cpuSeconds: 10, pods: [{ name: 'a', startedAt, cpuSeconds: { app } }] });
      assert.equal(test.model.current(container)?.values.get(cpu), undefined);
    }
  });

  it('are none of a counter that fell, even where nothing says that it began anew', async () => {
    const test = new MadeHeapster();
    await test.round({ cpuSeconds: 100, pods: [{ name: 'a', cpuSeconds: { app: 5 }, rx: 5_000 }] });
    await test.round({ cpuSeconds: 50, pods: [{ name: 'a', cpuSeconds: { app: 3 }, rx: 3_000 }] });
    for (const entity of [node, pod, container]) assert.equal(test.model.current(entity)?.values.get(cpu), undefined);
    assert.equal(test.model.current(pod)?.values.get('network/rx_rate'), undefined);
  });

  it('are none between a pod and another one of the same name', async () => {
    const test = new MadeHeapster();
    await test.round({ cpuSeconds: 1, pods: [{ name: 'a', uid: 'first', cpuSeconds: { app: 5 } }] });
    await test.round({ cpuSeconds: 2, pods: [{ name: 'a', uid: 'second', cpuSeconds: { app: 6 } }] });
    assert.equal(test.model.current(container)?.values.get(cpu), undefined);
    assert.equal(test.model.current(pod)?.values.get(cpu), undefined);
    await test.round({ cpuSeconds: 3, pods: [{ name: 'a', uid: 'second', cpuSeconds: { app: 12 } }] });
    assert.equal(test.model.current(container)?.values.get(cpu), 100);
  });

  it('survive a round that a node missed, over the longer time', async () => {
    const test = new MadeHeapster();
    await test.round({ cpuSeconds: 0 });
    await test.round();
    assert.equal(test.model.current(node), undefined, 'a node that said nothing is not in the round');
    await test.round({ cpuSeconds: 60 });
    assert.equal(test.model.current(node)?.values.get(cpu), 500);
  });

  it('stay what they were while the kubelet repeats itself', async () => {
    const test = new MadeHeapster();
    await test.round({ cpuSeconds: 0 });
    const at = test.now;
    await test.round({ cpuSeconds: 30, at });
    await test.round({ cpuSeconds: 30, at });
    assert.equal(test.model.current(node)?.values.get(cpu), 500);
  });

  for (const [jump, byMs] of [
    ['forward', 3_600_000],
    ['back', -3_600_000],
  ] as const)
    it(`are none over a jump ${jump} of the node's clock, and right after it`, async () => {
      const test = new MadeHeapster();
      await test.round({ cpuSeconds: 0 });
      await test.round({ cpuSeconds: 30, at: test.now + byMs });
      assert.equal(test.model.current(node)?.values.get(cpu), undefined);
      await test.round({ cpuSeconds: 60, at: test.now + byMs });
      assert.equal(test.model.current(node)?.values.get(cpu), 500);
    });
});

describe('points', () => {
  it('bear the beat of their round, and never the time of a kubelet', async () => {
    const test = new MadeHeapster();
    const first = test.now;
    await test.round({ cpuSeconds: 0, at: 5 });
    await test.round({ cpuSeconds: 1, at: 6 });
    const points = test.model.series({ entity: node, metric: 'cpu/usage' });
    assert.deepEqual(points, [
      { at: first, value: 0 },
      { at: first + 60_000, value: 1e9 },
    ]);
    assert.equal(test.model.latestAt(), first + 60_000);
  });

  it('are in order and apart, however our own clock is set', async () => {
    const log = new KeptLines();
    const test = new MadeHeapster({ log });
    for (const jump of [0, 7_200_000, -10_800_000, 0, 500]) {
      test.clock.jump(jump);
      await test.round({ cpuSeconds: 1 });
      await test.round({ cpuSeconds: 1 });
    }
    const points = test.model.series({ entity: node, metric: 'memory/usage' });
    assert.equal(points.length, 10);
    for (const [at, point] of points.entries())
      if (at > 0) assert.equal(point.at - (points[at - 1]?.at ?? 0), 60_000, `point ${at}`);
    assert.ok((points.at(-1)?.at ?? 0) <= test.now, 'nothing lies in the future');
    assert.deepEqual(
      log.messages,
      Array.from({ length: 2 }, () => 'The clock was set; the history moves with it'),
    );
  });

  it('of a node that is asked twice in a round count once', async () => {
    const test = new MadeHeapster();
    await test.round({ cpuSeconds: 0, pods: [{ name: 'a', cpuSeconds: { app: 1 } }] });
    const told = { cpuSeconds: 30, pods: [{ name: 'a', cpuSeconds: { app: 31 } }] };
    await test.round(told, told);
    assert.equal(test.model.series({ entity: node, metric: 'uptime' }).length, 2);
    assert.equal(test.model.current({ type: 'cluster' })?.values.get(cpu), 500);
  });

  it('go on over a move of a pod from node to node, without a rate in between', async () => {
    const test = new MadeHeapster();
    const told = { name: 'a', cpuSeconds: { app: 1 } };
    await test.round({ name: 'n1', cpuSeconds: 0, pods: [told] }, { name: 'n2', cpuSeconds: 0 });
    await test.round({ name: 'n1', cpuSeconds: 0 }, { name: 'n2', cpuSeconds: 0, pods: [told] });
    await test.round({ name: 'n1', cpuSeconds: 0 }, { name: 'n2', cpuSeconds: 0, pods: [told] });
    assert.equal(test.model.series({ entity: pod, metric: 'memory/usage' }).length, 3);
    assert.deepEqual(
      test.model.series({ entity: pod, metric: cpu }).map(({ value }) => value),
      [0],
    );
    assert.deepEqual(test.model.pods('web'), ['a']);
  });
});

describe('what is gone', () => {
  it('is not listed, and can be read for an hour', async () => {
    const test = new MadeHeapster();
    await test.round({
      cpuSeconds: 0,
      pods: [
        { name: 'a', cpuSeconds: { app: 1 } },
        { name: 'b', cpuSeconds: { app: 1 } },
      ],
    });
    const rest = { cpuSeconds: 1, pods: [{ name: 'b', cpuSeconds: { app: 2 } }] };
    await test.round(rest);
    assert.deepEqual(test.model.pods('web'), ['b']);
    assert.deepEqual(test.model.endedPods('web'), ['a']);
    assert.deepEqual(test.model.podOfUid('uid-a'), { namespace: 'web', pod: 'a' });
    assert.equal(test.model.current(pod), undefined);
    assert.equal(test.model.series({ entity: container, metric: 'memory/usage' }).length, 1);
    for (let minute = 0; minute < 50; minute++) await test.round(rest);
    assert.equal(test.model.longSeries({ entity: pod, metric: 'memory/usage' }).length, 1);
    for (let minute = 0; minute < 12; minute++) await test.round(rest);
    assert.deepEqual(test.model.endedPods('web'), []);
    assert.deepEqual(test.model.longSeries({ entity: pod, metric: 'memory/usage' }), []);
  });

  it('may be a node: another machine of its name has no rate from it, and its own past', async () => {
    const test = new MadeHeapster();
    await test.round({ cpuSeconds: 100, uid: 'old' });
    await test.round({ cpuSeconds: 200, uid: 'new' });
    assert.equal(test.model.current(node)?.values.get(cpu), undefined);
    assert.equal(test.model.series({ entity: node, metric: 'cpu/usage' }).length, 2);
    test.heapster.removeNode('n1');
    assert.deepEqual(test.model.nodes(), []);
    assert.equal(test.model.series({ entity: node, metric: 'cpu/usage' }).length, 2);
    for (let minute = 0; minute < 62; minute++) await test.round({ name: 'n2', cpuSeconds: 0 });
    assert.deepEqual(test.model.series({ entity: node, metric: 'cpu/usage' }), []);
  });

  it('leaves every row but its own where it was', async () => {
    const test = new MadeHeapster();
    for (let minute = 0; minute < 40; minute++) {
      // Each minute another twenty pods, and one that stays.
      const guests = Array.from({ length: 20 }, (_, at) => ({
        name: `guest-${minute}-${at}`,
        cpuSeconds: { app: at },
      }));
      await test.round({ cpuSeconds: minute, pods: [{ name: 'a', cpuSeconds: { app: 6 * minute } }, ...guests] });
    }
    const points = test.model.series({ entity: container, metric: cpu });
    assert.ok(points.length >= 15 && points.every(({ value }) => value === 100), JSON.stringify(points));
    assert.equal(test.model.pods('web').length, 21);
    const long = test.model.longSeries({ entity: container, metric: cpu });
    assert.ok(
      long.length >= 7 && long.every(({ mean, peak }) => Math.abs(mean - 100) < 0.5 && Math.abs(peak - 100) < 0.5),
    );
  });
});
