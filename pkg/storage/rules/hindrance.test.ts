import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import type { NodeBatch } from '../../model/batch.ts';
import { as, type Bytes, type CoreNanoseconds, type EpochMs } from '../../model/units.ts';
import { silentLogger } from '../../telemetry/logger.ts';
import { Storage } from '../storage.ts';

const periodMs = 15_000;

describe('where a pod was seen, and what keeps it from being published', () => {
  it('nothing is known of a pod that no kubelet spoke of', () => {
    const { storage } = stage();
    assert.equal(storage.sightingOf('demo', 'web'), undefined);
    assert.equal(storage.nodeHindrance('n1'), undefined);
    assert.equal(storage.servesPod({ namespace: 'demo', name: 'web' }), false);
  });

  it('a pod measured once waits for its second sample, and so does its node', async () => {
    const { storage, store } = stage();
    await store({ app: 100, log: 5 });
    assert.deepEqual(storage.sightingOf('demo', 'web'), { node: 'n1', hindrance: 'first-sample', container: 'app' });
    assert.equal(storage.nodeHindrance('n1'), 'first-sample');
    assert.equal(storage.servesPod({ namespace: 'demo', name: 'web' }), false);
  });

  it('nothing keeps a pod measured twice', async () => {
    const { storage, store } = stage();
    await store({ app: 100, log: 5 });
    await store({ app: 103, log: 6 });
    assert.deepEqual(storage.sightingOf('demo', 'web'), { node: 'n1' });
    assert.equal(storage.nodeHindrance('n1'), undefined);
    assert.equal(storage.servesPod({ namespace: 'demo', name: 'web' }), true);
  });

  it('one container that cannot be read keeps the whole pod', async () => {
    const { storage, store } = stage();
    await store({ app: 100, log: Number.NaN });
    await store({ app: 103, log: Number.NaN });
    assert.deepEqual(storage.sightingOf('demo', 'web'), { node: 'n1', hindrance: 'unreadable', container: 'log' });
  });

  it('a kubelet that repeats itself for too long stands still', async () => {
    const { storage, store } = stage();
    await store({ app: 100 });
    await store({ app: 103 });
    for (let again = 0; again < 5; again++) await store({ app: 103 }, { sampledAgoMs: (again + 1) * periodMs });
    assert.deepEqual(storage.sightingOf('demo', 'web'), { node: 'n1', hindrance: 'standing-still', container: 'app' });
    assert.equal(storage.nodeHindrance('n1'), 'standing-still');
  });

  it('a kubelet that never gives a second sample stands still, after a minute', async () => {
    const { storage, store } = stage();
    for (let again = 0; again < 5; again++) await store({ app: 100 }, { sampledAgoMs: again * periodMs });
    assert.equal(storage.sightingOf('demo', 'web')?.hindrance, 'first-sample');
    await store({ app: 100 }, { sampledAgoMs: 5 * periodMs });
    assert.equal(storage.sightingOf('demo', 'web')?.hindrance, 'standing-still');
  });

  it('a pod named once only, and not again, is not waited for', async () => {
    const { storage, store } = stage();
    await store({ app: 100 });
    await store({});
    assert.equal(storage.sightingOf('demo', 'web')?.hindrance, 'not-named');
  });

  it('a runtime that falls silent does not name the pod any more', async () => {
    const { storage, store } = stage();
    await store({ app: 100 });
    await store({ app: 103 });
    for (let again = 0; again < 4; again++) await store({});
    assert.deepEqual(storage.sightingOf('demo', 'web'), { node: 'n1', hindrance: 'not-named', container: 'app' });
    assert.equal(storage.nodeHindrance('n1'), undefined);
  });
});

interface Sampled {
  readonly sampledAgoMs?: number;
}

/** A node whose one pod is `web`; `store` says what its containers have used so far, in core-seconds. */
function stage() {
  const clock = new WoundClock();
  const storage = new Storage({ metricResolutionMs: periodMs, clock, log: silentLogger });
  const store = async (used: Readonly<Record<string, number>>, { sampledAgoMs = 0 }: Sampled = {}): Promise<void> => {
    storage.store(batchOf(used, clock.now() - sampledAgoMs));
    await clock.wind(periodMs);
  };
  return { storage, store };
}

function batchOf(used: Readonly<Record<string, number>>, at: number): NodeBatch {
  const containers = Object.keys(used);
  const cpu = Float64Array.from(Object.values(used), (seconds) => seconds * 1e9);
  const all = (value: number): Float64Array => new Float64Array(containers.length).fill(value);
  return {
    node: 'n1',
    layout: { namespaces: containers.map(() => 'demo'), pods: containers.map(() => 'web'), containers },
    sampledAt: all(at),
    startedAt: all(Number.NaN),
    cpu,
    memory: all(1_024),
    swap: all(Number.NaN),
    nodeSample: { sampledAt: as<EpochMs>(at), cpu: as<CoreNanoseconds>(at * 1e5), memory: as<Bytes>(1_024) },
  };
}
