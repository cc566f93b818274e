import assert from 'node:assert/strict';
import { test } from 'node:test';
import { as, type MonotonicMs } from '../../model/units.ts';
import { NodeSeries } from './node-series.ts';
import { Placements } from './placements.ts';

test('what it takes to find pods is counted while they are remembered, each once', () => {
  const spans = { periodMs: 60_000, shortMs: 900_000, longStepMs: 300_000, longMs: 86_400_000 };
  const [here, there] = [
    new NodeSeries({ node: 'n1', uid: 'u' }, spans),
    new NodeSeries({ node: 'n2', uid: 'v' }, spans),
  ];
  const placements = new Placements();
  const put = (pod: string, series: NodeSeries, at: number): void =>
    placements.put({ namespace: 'web', pod, uid: pod, series, seenAt: as<MonotonicMs>(at) });
  put('a', here, 1);
  const one = placements.bytes;
  assert.ok(one > 100);
  put('a', here, 2);
  put('a', there, 3);
  assert.equal(placements.bytes, one, 'a pod that moved is one pod');
  put('b', here, 9);
  assert.equal(placements.bytes, 2 * one);
  placements.forgetBefore(5);
  assert.equal(placements.bytes, one);
  assert.equal(placements.get('web', 'a'), undefined);
});
