import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NodeBatch } from '../../model/batch.ts';
import { podReading } from '../../model/pod-reading.ts';
import { NodeWindow } from '../node-window.ts';
import { limitsOf } from '../rules/limits.ts';
import { PodIndex } from './pod-index.ts';
import type { PodRows } from './pod-rows.ts';

const containers = 500;

describe('a pod of which a kubelet names any number of containers', () => {
  for (const [what, answers] of [
    ['none of which has a rate yet', [0]],
    ['whose samples it repeats for ever', [0, 15_000, 30_000, 45_000, 60_000, 75_000, 90_000]],
  ] as const) {
    it(`is found not to be served in as many looks as it has containers, some times over: ${what}`, () => {
      const index = new PodIndex();
      const window = new NodeWindow('n1', limitsOf(15_000, 300_000), index);
      for (const now of answers) window.store(batch(), now, () => undefined);
      const now = answers.at(-1) ?? 0;
      const pod = index.find('ns', 'web') as PodRows;
      const looks = looksIn(window, () => {
        assert.equal(pod.isServed(now), false);
        assert.equal(pod.read(now, podReading()), false);
        assert.ok(pod.hindrance(now));
      });
      assert.ok(looks < 20 * containers, `${looks} looks`);
    });
  }
});

/** How often a row is looked at meanwhile. */
function looksIn({ rows: { slots } }: NodeWindow, act: () => void): number {
  let looks = 0;
  const seek = slots.seek.bind(slots);
  slots.seek = (row) => {
    looks++;
    return seek(row) as typeof slots;
  };
  act();
  return looks;
}

const layout = {
  namespaces: Array.from({ length: containers }, () => 'ns'),
  pods: Array.from({ length: containers }, () => 'web'),
  containers: Array.from({ length: containers }, (_, at) => `app-${at}`),
};

/** The same samples each time. */
const batch = (): NodeBatch => ({
  node: 'n1',
  layout,
  sampledAt: new Float64Array(containers).fill(1_795_231_550_000),
  startedAt: new Float64Array(containers).fill(Number.NaN),
  cpu: new Float64Array(containers).fill(1e9),
  memory: new Float64Array(containers).fill(1),
  swap: new Float64Array(containers).fill(Number.NaN),
});
