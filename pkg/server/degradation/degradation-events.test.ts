import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AbsenceKind } from '../../api/absence/absence.ts';
import type { Findings } from '../../api/absence/survey.ts';
import type { KubeEvent } from '../../kube/events/kube-event.ts';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import type { NodeRecord } from '../../model/cluster.ts';
import { DegradationEvents } from './degradation-events.ts';

describe('a node that loses its metrics', () => {
  it('gets one event when that lasts, and one when it is over', () => {
    const stage = new Stage();
    assert.deepEqual(stage.looks({ n1: 'forbidden' }), []);
    assert.deepEqual(stage.looks({ n1: 'forbidden' }), ['Warning Node n1: It has no metrics: why n1']);
    assert.deepEqual(stage.looks({ n1: 'forbidden' }), []);
    assert.deepEqual(stage.looks({}), ['Normal Node n1: It has metrics again']);
    assert.deepEqual(stage.looks({}), []);
  });

  it('gets none for what is over at the next look, and none for what happens to every node', () => {
    const stage = new Stage();
    stage.looks({ n1: 'forbidden' });
    assert.deepEqual(stage.looks({}), []);
    for (const kind of ['first-sample', 'not-asked', 'leaving', 'not-ready'] as const) {
      stage.looks({ n1: kind });
      assert.deepEqual(stage.looks({ n1: kind }), [], kind);
    }
  });

  it('gets none for what one survey found, however often that is looked at', () => {
    const stage = new Stage();
    stage.missing = { n1: 'forbidden' };
    stage.surveyed = stage.findings;
    for (let look = 0; look < 3; look++) stage.events.look();
    assert.deepEqual(stage.recorded, []);
  });

  it('gets another one when the reason changes', () => {
    const stage = new Stage();
    stage.looks({ n1: 'forbidden' });
    stage.looks({ n1: 'forbidden' });
    assert.deepEqual(stage.looks({ n1: 'refused' }), []);
    assert.deepEqual(stage.looks({ n1: 'refused' }), ['Warning Node n1: It has no metrics: why n1']);
  });

  it('that is not Ready after that, or gone, has not got anything back', () => {
    const stage = new Stage();
    stage.looks({ n1: 'refused', n2: 'refused' });
    stage.looks({ n1: 'refused', n2: 'refused' });
    stage.gone.add('n2');
    assert.deepEqual(stage.looks({ n1: 'not-ready' }), []);
  });
});

it('many nodes at a time share one event about the API', () => {
  const stage = new Stage();
  const all = Object.fromEntries(Array.from({ length: 5 }, (_, node) => [`n${node}`, 'forbidden' as const]));
  stage.looks(all);
  assert.deepEqual(stage.looks(all), [
    'Warning APIService v1beta1.metrics.k8s.io: 5 of 9 nodes have no metrics (forbidden: 5); the first of them is n0: why n0',
  ]);
  assert.deepEqual(stage.looks({}), ['Normal APIService v1beta1.metrics.k8s.io: 5 nodes have metrics again']);
});

it('it looks once per period until it is stopped', async () => {
  const stage = new Stage();
  const stop = new AbortController();
  const running = stage.events.run(stop.signal);
  stage.missing = { n1: 'forbidden' };
  await stage.clock.wind(29_999);
  assert.equal(stage.recorded.length, 0);
  await stage.clock.wind(1);
  assert.equal(stage.recorded.length, 1);
  stop.abort();
  await running;
  assert.equal(stage.clock.waiting, 0);
});

class Stage {
  readonly clock = new WoundClock();
  readonly gone = new Set<string>();
  readonly recorded: KubeEvent[] = [];
  missing: Readonly<Record<string, AbsenceKind>> = {};
  readonly events = new DegradationEvents({
    survey: this,
    nodes: { get: (name) => (this.gone.has(name) ? undefined : node(name)) },
    reasonOf: ({ name }) => `why ${name}`,
    recorder: { record: (event) => this.recorded.push(event) },
    clock: this.clock,
    periodMs: 15_000,
  });

  /** What the only survey found; undefined = there is another one for each look. */
  surveyed: Findings | undefined;

  get findings(): Findings {
    if (this.surveyed !== undefined) return this.surveyed;
    const missingNodes = Object.entries(this.missing).map(([name, kind]) => ({ record: node(name), kind }));
    return { nodes: 9, pods: 0, missingNodes, missingPods: new Map() };
  }

  /** One look while these are missing; returns what was told. */
  looks(missing: Readonly<Record<string, AbsenceKind>>): readonly string[] {
    this.missing = missing;
    this.events.look();
    return this.recorded
      .splice(0)
      .map(({ type, regarding, note }) => `${type} ${regarding.kind} ${regarding.name}: ${note}`);
  }
}

const node = (name: string): NodeRecord => ({
  name,
  uid: `uid-${name}`,
  labels: {},
  addresses: [],
  kubeletPort: 0,
  ready: true,
});
