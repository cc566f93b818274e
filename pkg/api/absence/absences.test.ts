import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Absence } from './absence.ts';
import { Absences, type AskedPod } from './absences.ts';
import type { Hindrance, PodStanding, ScrapeState, Sighting } from './ports.ts';

const scraped: ScrapeState = { kind: 'scraped', text: 'answered for 5 containers', silentMs: 3_000, containers: 5 };
const refused: ScrapeState = { kind: 'refused', text: 'nothing listens', silentMs: 47_400 };

describe('a node whose kubelet answers, without metrics', () => {
  const reasons: Readonly<Record<Hindrance | 'nothing', string>> = {
    'first-sample': 'first-sample: node n7 was measured once so far, and a rate takes two samples',
    'standing-still':
      'standing-still: the kubelet of node n7 repeats an old sample: its housekeeping (cAdvisor) or its container ' +
      'runtime seems to be stuck',
    unreadable: 'not-named: the kubelet of node n7 answers, but says nothing of the node itself',
    'not-named': 'not-named: the kubelet of node n7 answers, but says nothing of the node itself',
    nothing: 'not-named: the kubelet of node n7 answers, but says nothing of the node itself',
  };
  for (const [hindrance, said] of Object.entries(reasons)) {
    it(`is explained by what is known of its samples: ${hindrance}`, () => {
      const { absences } = stage({ nodeHindrance: hindrance === 'nothing' ? undefined : (hindrance as Hindrance) });
      assert.equal(textOf(absences.ofNode({ name: 'n7', ready: true })), said);
    });
  }

  it('is not there any more when nobody knows it', () => {
    const { absences } = stage({ state: undefined });
    assert.equal(textOf(absences.ofNode({ name: 'n7', ready: true })), 'unknown-node: there is no node n7 any more');
  });
});

describe('a running pod that a kubelet spoke of', () => {
  const reasons: readonly (readonly [Hindrance, string])[] = [
    [
      'first-sample',
      'first-sample: the kubelet of node n7 has measured its container app once so far, and a rate takes two samples',
    ],
    [
      'standing-still',
      'standing-still: the kubelet of node n7 repeats an old sample of its container app: its housekeeping (cAdvisor) ' +
        'or its container runtime seems to be stuck',
    ],
    ['unreadable', 'unreadable: the kubelet of node n7 sends nothing of its container app that could be read'],
  ];
  for (const [hindrance, said] of reasons) {
    it(`is explained without asking anybody: ${hindrance}`, async () => {
      const { absences, looks } = stage({ sighting: { node: 'n7', hindrance, container: 'app' } });
      assert.equal(textOf(await absences.ofPod(running, signal)), said);
      assert.equal(textOf(absences.ofRunningPod(running)), said);
      assert.equal(looks.count, 0);
    });
  }

  it('is explained by its node, where that is the trouble', async () => {
    const { absences, looks } = stage({ state: refused, sighting: { node: 'n7', hindrance: 'standing-still' } });
    const said = 'refused: node n7 was not scraped for 47s: nothing listens';
    assert.equal(textOf(await absences.ofPod(running, signal)), said);
    assert.equal(textOf(absences.ofRunningPod(running)), said);
    assert.equal(looks.count, 0);
  });

  it('may have moved, when its kubelet does not name it any more: where it is now is asked', async () => {
    const sighting: Sighting = { node: 'n6', hindrance: 'not-named', container: 'app' };
    const { absences } = stage({ sighting, standing: { kind: 'found', node: 'n7', phase: 'Running', ageMs: 5_000 } });
    assert.match(textOf(await absences.ofPod(running, signal)), /^first-sample: it has just started, .* n7 /);
  });

  it('is explained by what its kubelet said last, where nobody tells more', async () => {
    const sighting: Sighting = { node: 'n7', hindrance: 'not-named', container: 'app' };
    const { absences } = stage({ sighting, standing: { kind: 'untold', message: 'away' } });
    assert.match(
      textOf(await absences.ofPod(running, signal)),
      /^not-named: the kubelet of node n7 answers, but does not/,
    );
  });

  it('on a node that is gone is explained by that', async () => {
    const standing: PodStanding = { kind: 'untold', message: 'away' };
    const { absences } = stage({ sighting: { node: 'gone', hindrance: 'standing-still' }, standing });
    assert.equal(textOf(await absences.ofPod(running, signal)), 'unknown-node: there is no node gone any more');
  });
});

describe('a pod that no kubelet spoke of', () => {
  const found = { kind: 'found', node: 'n7', phase: 'Running', ageMs: 60_000 } as const;
  const cases: readonly (readonly [string, PodStanding, ScrapeState, string])[] = [
    ['on a node that is not scraped', found, refused, 'refused: node n7 was not scraped for 47s: nothing listens'],
    [
      'on a node left out',
      found,
      { kind: 'excluded', text: '--node-selector leaves it out' },
      'excluded: node n7 is not scraped: --node-selector leaves it out',
    ],
    ['on a node not asked yet', found, { kind: 'not-asked', text: '' }, 'not-asked: node n7 has not been asked yet'],
    [
      'that has just started',
      { ...found, ageMs: 29_000 },
      scraped,
      'first-sample: it has just started, and the kubelet of node n7 has not measured it yet',
    ],
    [
      'on a node whose runtime says nothing',
      found,
      { ...scraped, containers: 0 },
      'no-containers: the kubelet of node n7 answers without any container: nothing comes from its container runtime; ' +
        'its cgroup driver, its cgroup version or its CRI endpoint may not fit the kubelet',
    ],
    [
      'on a node that speaks of others',
      found,
      scraped,
      'not-named: the kubelet of node n7 answers, but does not speak of it; its container runtime may not know it',
    ],
    ['on a node that is gone', { ...found, node: 'gone' }, scraped, 'unknown-node: there is no node gone any more'],
    ['without a node', { ...found, node: '' }, scraped, 'not-asked: it has no node yet'],
    [
      'that is Pending',
      { ...found, phase: 'Pending' },
      scraped,
      'not-running: it is Pending, and only Running pods are measured',
    ],
    [
      'that has ended',
      { ...found, phase: 'Succeeded' },
      scraped,
      'not-running: it is Succeeded, and only Running pods are measured',
    ],
    [
      'without a phase',
      { ...found, phase: '' },
      scraped,
      'not-running: it is not Running, and only Running pods are measured',
    ],
    [
      'nobody can be asked about',
      { kind: 'untold', message: 'the kube-apiserver did not answer' },
      scraped,
      'unknown: no kubelet has spoken of it, and where it runs is not known: the kube-apiserver did not answer',
    ],
  ];
  for (const [title, standing, state, said] of cases) {
    it(`${title} is explained`, async () => {
      const { absences } = stage({ standing, state });
      for (const asked of [running, { ...running, running: false }]) {
        assert.equal(textOf(await absences.ofPod(asked, signal)), said);
      }
    });
  }

  it('and that is not there has no reason: the reference says it all', async () => {
    const { absences } = stage({ standing: { kind: 'absent' } });
    assert.equal(await absences.ofPod(running, signal), undefined);
  });

  it('is explained in lists by what somebody else asked lately, and by no more', () => {
    const { absences, looks } = stage({ standing: found, state: refused });
    assert.match(textOf(absences.ofRunningPod(running)), /^refused: node n7/);
    assert.equal(looks.count, 0);
    const forgetful = stage({ standing: { kind: 'absent' } }).absences;
    assert.equal(textOf(forgetful.ofRunningPod(running)), 'unknown: no kubelet has spoken of it');
  });
});

const signal = new AbortController().signal;
const running: AskedPod = { namespace: 'ns', name: 'web', running: true };

interface Scene {
  readonly state?: ScrapeState | undefined;
  readonly sighting?: Sighting;
  readonly nodeHindrance?: Hindrance | undefined;
  readonly standing?: PodStanding;
}

/** A cluster with one node, n7. */
function stage({ sighting, nodeHindrance, standing = { kind: 'absent' }, ...scene }: Scene) {
  const state = 'state' in scene ? scene.state : scraped;
  const looks = { count: 0 };
  const record = { name: 'n7', uid: '', labels: {}, addresses: [], kubeletPort: 10_250, ready: true };
  const absences = new Absences({
    nodes: { get: (name) => (name === 'n7' ? record : undefined) },
    scrapes: { stateOf: () => state },
    sightings: { servesPod: () => false, sightingOf: () => sighting, nodeHindrance: () => nodeHindrance },
    desk: {
      look: async () => {
        looks.count++;
        return standing;
      },
      remembered: () => standing,
    },
  });
  return { absences, looks };
}

const textOf = (absence: Absence | undefined): string => `${absence?.kind}: ${absence?.text}`;
