import assert from 'node:assert/strict';
import { it } from 'node:test';
import { rounds, toldCluster } from '../testing/told-cluster.ts';
import { ToldModel } from '../testing/told-model.ts';
import { legacyHealth } from './legacy-health.ts';

const at = (sinceMs: number, resolutionMs = 60_000, source = toldCluster()): string => {
  const { status, body } = legacyHealth({ source, resolutionMs, clock: { now: () => (rounds[1] ?? 0) + sinceMs } });
  return `${status} ${String(body).trimEnd()}`;
};

it('is well for three minutes after a round, or three long periods', () => {
  assert.equal(at(180_000), '200 ok');
  assert.equal(at(181_000), '500 the newest round over the nodes is 181s old');
  assert.equal(at(900_000, 300_000), '200 ok');
});

it('is not well before the first round, and says so', () => {
  assert.equal(at(0, 60_000, new ToldModel()), '500 no round over the nodes has ended yet');
});
