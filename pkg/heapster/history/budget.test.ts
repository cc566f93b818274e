import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KeptLines } from '../testing/kept-lines.ts';
import { MadeHeapster } from '../testing/made-heapster.ts';

const pods = (round: number, many: number) =>
  Array.from({ length: many }, (_, at) => ({
    name: `pod-${at}`,
    // Figures that jump about, so that they take room.
    cpuSeconds: { app: round * 37 + at * 1_000 + ((round * 7_919) % 31) },
    memoryBytes: 10_000_000 + ((round * 104_729 * (at + 1)) % 90_000_001),
    rx: round * 12_345 * at,
  }));

const budgetBytes = 256 * 1024;

describe('the budget of history', () => {
  it('is kept, and what is dropped is the oldest, everywhere', async () => {
    const log = new KeptLines();
    const test = new MadeHeapster({ budgetBytes, log });
    const names = ['n1', 'n2', 'n3'];
    for (let round = 0; round < 240; round++) {
      await test.round(
        ...names.map((name) => ({ name, cpuSeconds: round, pods: name === 'n1' ? pods(round, 80) : [] })),
      );
      const bytes = bytesOf(test);
      assert.ok(bytes <= budgetBytes, `round ${round}: ${bytes}`);
    }
    assert.equal(log.messages.length, 1);
    assert.match(log.messages[0] ?? '', /History does not fit/);
    const oldest = names.map(
      (node) => test.model.longSeries({ entity: { type: 'node', node }, metric: 'memory/usage' })[0]?.at ?? 0,
    );
    const apart = Math.max(...oldest) - Math.min(...oldest);
    assert.ok(apart <= 2 * 60 * 60_000, `the oldest are ${apart / 60_000} minutes apart`);
    const pod = { type: 'pod', namespace: 'web', pod: 'pod-7' } as const;
    const short = test.model.series({ entity: pod, metric: 'memory/usage' });
    assert.ok(short.length >= 15, `the last quarter of an hour is younger than what had to go: ${short.length} points`);
    for (const node of names) assert.ok(test.model.current({ type: 'node', node }), 'the present stays');
  });

  it('takes nothing while everything fits: a quarter of an hour in full, a day in steps of five minutes', async () => {
    const log = new KeptLines();
    const test = new MadeHeapster({ log });
    for (let round = 0; round < 26 * 60; round++) await test.round({ cpuSeconds: 6 * round });
    const node = { type: 'node', node: 'n1' } as const;
    const short = test.model.series({ entity: node, metric: 'memory/rss' });
    assert.ok(short.length >= 15 && short.length <= 21, `${short.length} points`);
    const long = test.model.longSeries({ entity: node, metric: 'cpu/usage_rate' });
    assert.ok(long.length >= 288 && long.length <= 300, `${long.length} points`);
    assert.ok(long.slice(1).every(({ at }, index) => at - (long[index]?.at ?? 0) === 300_000));
    assert.ok(long.every(({ mean, peak }) => Math.abs(mean - 100) < 0.5 && Math.abs(peak - 100) < 0.5));
    assert.deepEqual(
      test.model.longSeries({ entity: node, metric: 'memory/rss' }),
      [],
      'not everything has a long history',
    );
    assert.deepEqual(log.messages, []);
  });

  it('counts every byte: what it measures is what its parts hold', async () => {
    const test = new MadeHeapster();
    for (let round = 0; round < 30; round++) await test.round({ cpuSeconds: round, pods: pods(round, 20) });
    const parts = partsOf(test);
    assert.ok(parts.present > 20 * 100 * 8 && parts.short > 0 && parts.long > 0, JSON.stringify(parts));
  });
});

function partsOf({ registry }: MadeHeapster): Readonly<Record<'present' | 'short' | 'long', number>> {
  const text = [...registry.chunks()].join('');
  const part = (name: string): number =>
    Number(new RegExp(`tacho_history_bytes\\{part="${name}"\\} (\\S+)`).exec(text)?.[1]);
  return { present: part('present'), short: part('short'), long: part('long') };
}

function bytesOf(test: MadeHeapster): number {
  const { present, short, long } = partsOf(test);
  return present + short + long;
}
