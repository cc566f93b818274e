import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WoundClock } from '../lifecycle/wound-clock.ts';
import { type Probe, type ProbeSubjects, probesOf } from './probes.ts';

const resolution = 60_000;

describe('probes', () => {
  it('have the names and the order of the reference', () => {
    const { livez, readyz, healthz } = probesOf(healthy(), { metricResolutionMs: resolution, clock: new WoundClock() });
    const hooks = ['poststarthook/max-in-flight-filter', 'poststarthook/storage-object-count-tracker-hook'];
    assert.deepEqual(names(livez), ['ping', 'log', ...hooks, 'metric-collection-timely', 'metadata-informer-sync']);
    assert.deepEqual(names(readyz), [
      'ping',
      'log',
      ...hooks,
      'metric-storage-ready',
      'metric-informer-sync',
      'metadata-informer-sync',
      'shutdown',
    ]);
    assert.deepEqual(names(healthz), ['ping', 'log', ...hooks, 'metadata-informer-sync']);
  });

  it('all pass when all is well', () => {
    assert.deepEqual(failing(healthy()), []);
  });

  it('wait for metrics of nodes and of pods, but only through the start-up grace', async () => {
    const clock = new WoundClock();
    for (const ready of [
      { nodes: true, pods: false },
      { nodes: false, pods: true },
    ]) {
      const { readyz } = probesOf({ ...healthy(), storage: { ready } }, { metricResolutionMs: resolution, clock });
      assert.deepEqual(failed(readyz), ['metric-storage-ready: no metrics to serve yet']);
      await clock.wind(2 * resolution);
      assert.deepEqual(failed(readyz), []);
    }
  });

  it('wait through the grace for every node that answers, once: a node that joins later is no reason', async () => {
    const clock = new WoundClock();
    const scraper = { lastBeatAt: () => 0, awaited: 2 };
    const { readyz } = probesOf({ ...healthy(), scraper }, { metricResolutionMs: resolution, clock });
    assert.deepEqual(failed(readyz), ['metric-storage-ready: 2 nodes have not been measured twice yet']);
    scraper.awaited = 0;
    assert.deepEqual(failed(readyz), []);
    scraper.awaited = 1;
    assert.deepEqual(failed(readyz), []);
    const { readyz: slow } = probesOf({ ...healthy(), scraper }, { metricResolutionMs: resolution, clock });
    await clock.wind(2 * resolution);
    assert.deepEqual(failed(slow), []);
  });

  it('are alive but not ready while nodes or pods have not been listed', () => {
    const waiting = { ...healthy(), nodes: { synced: false } };
    assert.deepEqual(failing(waiting), [
      'metric-informer-sync: the nodes of the cluster have not been listed yet',
      'metadata-informer-sync: the nodes of the cluster have not been listed yet',
    ]);
    const { livez } = probesOf(waiting, { metricResolutionMs: resolution, clock: new WoundClock() });
    assert.deepEqual(failed(livez), []);
  });

  it('let the server die that has not finished its start within a grace, where one was set', async () => {
    const clock = new WoundClock();
    const nodes = { synced: false };
    const options = { metricResolutionMs: resolution, clock, livezGraceMs: 90_000 };
    const { livez, healthz } = probesOf(
      { ...healthy(), nodes, scraper: { lastBeatAt: () => undefined, awaited: 0 } },
      options,
    );
    await clock.wind(89_999);
    assert.deepEqual([...failed(livez), ...failed(healthz)], []);
    await clock.wind(1);
    const why = 'metadata-informer-sync: the nodes of the cluster have not been listed yet';
    assert.deepEqual([...failed(livez), ...failed(healthz)], [why, why]);
    nodes.synced = true;
    assert.deepEqual([...failed(livez), ...failed(healthz)], []);
  });

  it('fail readiness at once when asked to stop', () => {
    assert.deepEqual(failing({ ...healthy(), stopping: AbortSignal.abort() }), ['shutdown: process is shutting down']);
  });

  it('have no opinion on collection before the first round', async () => {
    assert.deepEqual(await lateness({ began: undefined, now: 10 * resolution }), []);
  });

  it('find a round that began a period ago timely', async () => {
    assert.deepEqual(await lateness({ began: 0, now: resolution }), []);
  });

  it('find a round that began two periods ago late', async () => {
    const late = await lateness({ began: 0, now: 2 * resolution });
    assert.deepEqual(late, ['metric-collection-timely: no round over the nodes has begun for 120s']);
  });
});

function healthy(): ProbeSubjects {
  return {
    storage: { ready: { nodes: true, pods: true } },
    nodes: { synced: true },
    pods: { synced: true },
    authentication: { synced: true },
    scraper: { lastBeatAt: () => 0, awaited: 0 },
    stopping: new AbortController().signal,
  };
}

const names = (probes: readonly Probe[]): string[] => probes.map(({ name }) => name);

const failed = (probes: readonly Probe[]): string[] =>
  probes.flatMap(({ name, check }) => {
    const why = check();
    return why === undefined ? [] : [`${name}: ${why}`];
  });

const failing = (subjects: ProbeSubjects): string[] =>
  failed(probesOf(subjects, { metricResolutionMs: resolution, clock: new WoundClock() }).readyz);

async function lateness(story: { began: number | undefined; now: number }): Promise<string[]> {
  const clock = new WoundClock();
  const subjects = { ...healthy(), scraper: { lastBeatAt: () => story.began, awaited: 0 } };
  const { livez } = probesOf(subjects, { metricResolutionMs: resolution, clock });
  await clock.wind(story.now);
  return failed(livez);
}
