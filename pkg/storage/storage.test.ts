import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WoundClock } from '../lifecycle/wound-clock.ts';
import type { NodeBatch } from '../model/batch.ts';
import { podReading } from '../model/pod-reading.ts';
import { Registry } from '../telemetry/exposition.ts';
import { type Facts, type Logger, silentLogger } from '../telemetry/logger.ts';
import { Storage } from './storage.ts';

describe('storage', () => {
  it('keeps what it knows of a container when others come, go and change places', async () => {
    const { storage, clock } = stage();
    storage.store(batch(clock, { 'web/app': 100, 'db/app': 200 }));
    await clock.wind(15_000);
    storage.store(batch(clock, { 'web/app': 103, 'db/app': 206 }));
    await clock.wind(15_000);
    storage.store(batch(clock, { 'kv/app': 1, 'db/app': 212, 'ab/app': 5, 'web/app': 112 }));

    assert.equal(storage.podUsage({ namespace: 'demo', name: 'web' })?.containers[0]?.usage.cpu, 0.6e9);
    assert.equal(storage.podUsage({ namespace: 'demo', name: 'db' })?.containers[0]?.usage.cpu, 0.4e9);
    assert.equal(storage.podUsage({ namespace: 'demo', name: 'kv' }), undefined);
  });

  it('takes a layout that is another object with the same names for the same', async () => {
    const { storage, clock } = stage();
    const rules: string[] = [];
    const witnessed = new Storage({ ...options(clock), witness: (rule) => rules.push(rule) });
    for (const cpu of [100, 103]) {
      storage.store(structuredClone(batch(clock, { 'web/app': cpu })));
      witnessed.store(structuredClone(batch(clock, { 'web/app': cpu })));
      await clock.wind(15_000);
    }
    assert.equal(storage.podUsage({ namespace: 'demo', name: 'web' })?.containers[0]?.usage.cpu, 0.2e9);
    assert.deepEqual(rules, ['first-sample', 'measured']);
  });

  it('reads one pod after the other into one object, which then says nothing of those before', async () => {
    const { storage, clock } = stage();
    const into = podReading();
    for (const cpu of [100, 103]) {
      const plain = batch(clock, { 'a/app': cpu, 'a/side': cpu, 'a/third': cpu, 'b/app': 2 * cpu, 'c/app': cpu });
      storage.store({ ...plain, swap: Float64Array.of(4_096, Number.NaN, 0, Number.NaN, 8_192) });
      await clock.wind(15_000);
    }
    for (const pod of ['a', 'b', 'a', 'c', 'b']) {
      assert.equal(storage.podUsage({ namespace: 'demo', name: pod }, into), into);
      assert.deepEqual(into, storage.podUsage({ namespace: 'demo', name: pod }));
    }
    assert.equal(storage.podUsage({ namespace: 'demo', name: 'nobody' }, into), undefined);
  });

  it('finds a pod that went to another node, or away, by a record that remembers where it was', async () => {
    const { storage, clock } = stage();
    const web = { namespace: 'demo', name: 'web', place: undefined };
    const answer = (node: string, cpu: Record<string, number>) => storage.store({ ...batch(clock, cpu), node });
    const usedBy = () => storage.podUsage(web)?.containers[0]?.usage.cpu;
    for (const seconds of [100, 103]) {
      answer('n1', { 'web/app': seconds });
      await clock.wind(15_000);
    }
    assert.deepEqual([usedBy(), usedBy()], [0.2e9, 0.2e9]);
    for (const seconds of [200, 206]) {
      answer('n1', { 'db/app': 1 });
      answer('n2', { 'web/app': seconds });
      await clock.wind(15_000);
    }
    assert.deepEqual([usedBy(), usedBy()], [0.4e9, 0.4e9]);
    storage.forgetNode('n2');
    assert.equal(storage.podUsage(web), undefined);
    assert.equal(web.place, undefined, 'or it would keep what is forgotten in memory');
  });

  it('passes swap on where it is a number', async () => {
    const { storage, clock } = stage();
    for (const cpu of [100, 103]) {
      const swap = { 'a/app': 4_096, 'b/app': Number.NaN, 'c/app': Number.POSITIVE_INFINITY, 'd/app': -1 };
      const plain = batch(clock, { 'a/app': cpu, 'b/app': cpu, 'c/app': cpu, 'd/app': cpu });
      storage.store({ ...plain, swap: Float64Array.from(Object.values(swap)) });
      await clock.wind(15_000);
    }
    const swapOf = (pod: string) => storage.podUsage({ namespace: 'demo', name: pod })?.containers[0]?.usage.swap;
    assert.deepEqual(['a', 'b', 'c', 'd'].map(swapOf), [4_096, undefined, undefined, undefined]);
  });

  it('does not know what it was never told', () => {
    const { storage } = stage();
    assert.equal(storage.nodeUsage('n1'), undefined);
    assert.equal(storage.podUsage({ namespace: 'demo', name: 'web' }), undefined);
    assert.deepEqual(storage.ready, { nodes: false, pods: false });
    storage.forgetNode('n1');
  });

  it('gives back the memory of what is gone, after three periods', async () => {
    const { storage, clock } = stage();
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, pod) => [`web-${pod}/app`, 100]));
    storage.store(batch(clock, many));
    const before = storage.bytes;
    storage.store(batch(clock, { 'web-29/app': 100 }));
    assert.ok(storage.bytes <= before);
    await clock.wind(45_001);
    storage.store(batch(clock, { 'web-29/app': 127 }));
    assert.ok(storage.bytes < before / 10, `${storage.bytes} of ${before} bytes`);
    assert.equal(storage.podUsage({ namespace: 'demo', name: 'web-29' })?.containers[0]?.usage.cpu, 599_986_666);
    storage.forgetNode('n1');
    assert.deepEqual([storage.bytes, storage.size], [0, { nodes: 0, namespaces: 0, pods: 0 }]);
  });

  it('does not remember without end who names other containers in each answer', async () => {
    const { storage, clock } = stage();
    for (let answer = 0; answer < 40; answer++) {
      storage.store(
        batch(clock, Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`web-${answer}-${n}/app`, 1]))),
      );
      await clock.wind(1_000);
    }
    assert.ok(storage.bytes < 1_200 * 100, `${storage.bytes} bytes`);
    assert.equal(storage.size.pods, 100);
  });

  it('says where a pod was seen last, also when two nodes spoke of it and both are silent by now', async () => {
    const { storage, clock } = stage();
    const on = (node: string): void => void storage.store({ ...batch(clock, { 'web/app': 100 }), node });
    on('n1');
    await clock.wind(1_000);
    on('n2');
    await clock.wind(60_000);
    assert.deepEqual(storage.sightingOf('demo', 'web'), { node: 'n2', hindrance: 'first-sample', container: 'app' });
  });

  it('tells once when a kubelet leaves out containers, and once when it names all again: never while it does not', async () => {
    const { storage, clock, said } = stage();
    const whole = { 'web/app': 100, 'db/app': 200 };
    const answer = async (cpu: Readonly<Record<string, number>>, cutOff = false): Promise<void> => {
      storage.store({ ...batch(clock, cpu), cutOff });
      await clock.wind(100_000);
    };
    const [begins, ends] = [
      'Kubelet answers without containers it named before, their last values stay for three periods',
      'Kubelet names all its containers again',
    ];
    await answer(whole);
    assert.deepEqual(said, []);
    for (let round = 0; round < 8; round++) await answer({}, false);
    assert.deepEqual(said, [begins], 'its runtime is silent');
    await answer(whole);
    assert.deepEqual(said, [begins, ends]);
    for (let round = 0; round < 8; round++) await answer({ 'web/app': 100 }, true);
    assert.deepEqual(said, [begins, ends, begins], 'its answers break off');
    await answer(whole);
    assert.deepEqual(said, [begins, ends, begins, ends]);
  });

  it('tells of a clock that was set, once per node and window', async () => {
    const { storage, clock, lines } = stage();
    for (let jump = 0; jump < 8; jump++) {
      storage.store(batch(clock, { 'web/app': 100 + jump, 'db/app': 1 }, jump * 100_000));
      await clock.wind(60_000);
    }
    assert.equal(lines.length, 2);
    assert.deepEqual(lines[0], { node: 'n1', samples: 2 });
  });
});

describe('its instruments', () => {
  it('count points as the reference does, bytes, and samples by rule', async () => {
    const registry = new Registry();
    const { storage, clock } = stage(registry);
    storage.store(batch(clock, { 'web/app': 100, 'db/app': 200 }));
    await clock.wind(15_000);
    storage.store(batch(clock, { 'web/app': 103, 'db/app': 100 }));

    const text = registry.expose();
    assert.match(
      text,
      /^# HELP metrics_server_storage_points \[ALPHA\] Nodes and containers whose usage can be told right now\.$/m,
    );
    assert.match(text, /^# TYPE metrics_server_storage_points gauge$/m);
    assert.match(text, /^metrics_server_storage_points\{type="container"\} 1$/m);
    assert.match(text, /^metrics_server_storage_points\{type="node"\} 0$/m);
    assert.match(text, /^tacho_storage_bytes [1-9]\d+$/m);
    assert.match(text, /^tacho_storage_samples_total\{rule="first-sample"\} 2$/m);
    assert.match(text, /^tacho_storage_samples_total\{rule="measured"\} 1$/m);
    assert.match(text, /^tacho_storage_samples_total\{rule="counter-fell"\} 1$/m);
  });
});

interface Stage {
  readonly storage: Storage;
  readonly clock: WoundClock;
  /** Facts of warnings. */
  readonly lines: readonly (Facts | undefined)[];
  /** Messages of whatever was written. */
  readonly said: readonly string[];
}

function stage(registry?: Registry): Stage {
  const clock = new WoundClock();
  const lines: (Facts | undefined)[] = [];
  const said: string[] = [];
  const log: Logger = {
    ...silentLogger,
    warn: (message, facts) => {
      said.push(message);
      lines.push(facts);
    },
    info: (message) => said.push(message),
  };
  return { storage: new Storage({ ...options(clock), log, ...(registry && { registry }) }), clock, lines, said };
}

const options = (clock: WoundClock) => ({ metricResolutionMs: 15_000, clock, log: silentLogger });

/** What a kubelet answers now: core-seconds by pod and container, of containers that run for an hour. */
function batch(clock: WoundClock, cpu: Readonly<Record<string, number>>, skewMs = 0): NodeBatch {
  const names = Object.keys(cpu);
  const now = clock.now() + skewMs;
  return {
    node: 'n1',
    layout: {
      namespaces: names.map(() => 'demo'),
      pods: names.map((name) => name.split('/')[0] ?? ''),
      containers: names.map((name) => name.split('/')[1] ?? ''),
    },
    sampledAt: new Float64Array(names.length).fill(now),
    startedAt: new Float64Array(names.length).fill(Date.UTC(2026, 10, 21, 11) * 1e6),
    cpu: Float64Array.from(Object.values(cpu), (seconds) => seconds * 1e9),
    memory: new Float64Array(names.length).fill(2 ** 20),
    swap: new Float64Array(names.length).fill(Number.NaN),
  };
}
