import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  faults,
  figuresPerNode,
  harmless,
  healthy,
  periodMs,
  phases,
  type Snapshot,
  type Story,
  sampleMs,
  shape,
  silencing,
  tellStory,
} from './testing/fault-story.ts';
import { type Figure, figureCount, isTrue } from './testing/figures.ts';
import { RunningSystem } from './testing/running-system.ts';

const silenced = Object.keys(silencing);

describe('kubelets that are ill in every way at once', () => {
  let system: RunningSystem;
  let story: Story;

  // One story for all promises: what they differ in is whom and when they look at.
  before(async () => {
    system = await RunningSystem.start({ shape, faults });
    story = await tellStory(system);
  });

  after(() => system[Symbol.asyncDispose]());

  for (const fault of faults.keys()) {
    for (const phase of phases) {
      it(`${fault}, ${phase}: whoever is healthy stays complete and fresh, and no figure is wrong`, () => {
        for (const snapshot of story[phase]) {
          assertFresh(snapshot, healthy);
          const told = snapshot.figures.filter(({ node }) => node === fault || healthy.includes(node));
          assert.deepEqual(told.filter(isWrong), [], `after ${snapshot.sinceMs} ms`);
          const [livez, readyz] = snapshot.health;
          assert.equal(livez, 200, 'alive');
          if (!isYoung(phase, snapshot)) assert.equal(readyz, 200, 'ready');
        }
      });
    }
  }

  /** Nodes that answer nonsense may yet have usage: within the start-up grace they are waited for. */
  const isYoung = (phase: string, { sinceMs }: Snapshot): boolean =>
    phase === 'from the start' && story.tookMs + sinceMs < 2 * periodMs;

  it('do not keep the healthy waiting: those are complete within 12 s after the start', () => {
    assert.ok(story.tookMs <= 12_000, `${story.tookMs} ms`);
  });

  it('and of which nothing was ever heard are not served', () => {
    for (const { figures } of story['from the start']) {
      assert.deepEqual(
        figures.filter(({ node }) => silenced.includes(node)),
        [],
      );
    }
  });

  it('are served within two periods after they are healed, when nothing was known of them before', () => {
    // A period until each is asked, then two different samples, one every 10 s.
    const late = story['healed from the start'].filter(({ sinceMs }) => sinceMs >= 2 * periodMs);
    for (const { figures } of late) {
      const found = figures.filter(({ node }) => silenced.includes(node)).length;
      assert.equal(found, silenced.length * figuresPerNode);
    }
  });

  for (const node of Object.keys(harmless)) {
    it(`${node}: costs the node nothing`, () => {
      for (const snapshot of [...story['in steady state'], ...story.healed]) assertFresh(snapshot, [node]);
    });
  }

  for (const node of silenced) {
    it(`${node}: the last figures outlive a missed scrape, and go after three periods`, () => {
      for (const { sinceMs, figures } of story['in steady state']) {
        const found = figures.filter((figure) => figure.node === node).length;
        if (sinceMs <= 1.5 * periodMs) assert.equal(found, figuresPerNode, `after ${sinceMs} ms`);
        if (sinceMs > 3 * periodMs) assert.equal(found, 0, `after ${sinceMs} ms`);
      }
    });

    it(`${node}: the log says why, once each time, and once that it is over`, () => {
      const lines = system.log.lines.filter(({ level, facts }) => level !== 'detail' && facts['node'] === node);
      const told = lines.filter(({ message }) => message.startsWith('Node '));
      assert.match(String(told[0]?.facts['reason']), silencing[node]?.[1] ?? /never/);
      assert.equal(told.at(-1)?.message, 'Node is scraped again');
      for (const illness of illnesses(told)) {
        // Being healed may cut a request short, which is another reason, and news.
        assert.equal(illness.length, new Set(illness).size, illness.join());
      }
    });
  }

  it('no-resource-metrics: the node is read from its summary, without a gap', () => {
    for (const phase of phases) {
      for (const snapshot of story[phase]) assertFresh(snapshot, ['no-resource-metrics']);
    }
    const [told] = system.log.lines.filter(({ facts }) => facts['node'] === 'no-resource-metrics' && facts['source']);
    assert.equal(told?.facts['source'], 'summary');
  });

  it('truncated, missing-containers: no figure is served for more than three periods', () => {
    const limitMs = 3 * periodMs + sampleMs + slackMs;
    for (const { at, sinceMs, figures } of story['in steady state']) {
      const ofThem = figures.filter(({ node }) => node === 'truncated' || node === 'missing-containers');
      assert.deepEqual(
        ofThem.filter(({ sampledAt }) => at - sampledAt > limitMs),
        [],
        `after ${sinceMs} ms`,
      );
    }
  });

  it('missing-containers: the node itself goes on', () => {
    for (const { figures } of story['in steady state']) {
      assert.equal(figures.filter(({ subject }) => subject === 'node missing-containers').length, 1);
    }
  });

  it('frozen: the kubelet vouches for its last samples, so they stay for a minute, with their own time', () => {
    const [{ at, sinceMs: first } = { at: 0, sinceMs: 0 }] = story['in steady state'];
    for (const { sinceMs, figures } of story['in steady state']) {
      const frozen = figures.filter(({ node }) => node === 'frozen');
      if (sinceMs <= 30_000) assert.equal(frozen.length, figuresPerNode, `after ${sinceMs} ms`);
      if (sinceMs > 60_000 + periodMs) assert.equal(frozen.length, 0, `after ${sinceMs} ms`);
      assert.deepEqual(
        frozen.filter(({ sampledAt }) => sampledAt > at - first),
        [],
      );
    }
  });

  it('skew: a clock that is wrong by an hour, either way, is measured and told, and costs nothing else', () => {
    for (const [node, seconds] of [
      ['skew-ahead', 3600],
      ['skew-behind', -3600],
      ['healthy-1', 0],
    ] as const) {
      const measured = Number(story.skews.get(node));
      assert.ok(Math.abs(measured - seconds) <= 1, `${node}: ${measured}`);
    }
  });

  it('are complete and fresh again within four periods', () => {
    const last = story.healed.at(-1);
    assert.equal(last?.figures.length, figureCount(shape));
    assertFresh(last, [...faults.keys(), ...healthy]);
  });

  it('and were known before are served again after one period, without waiting for a second sample', () => {
    const soon = story.healed.find(({ sinceMs }) => sinceMs > periodMs);
    assert.ok(soon);
    for (const node of silenced) {
      assert.equal(soon.figures.filter((figure) => figure.node === node).length, figuresPerNode, node);
    }
  });

  it('leave the healthy unmentioned in the log', () => {
    const mentioned = system.log.lines.filter(({ level, facts }) => {
      return level !== 'detail' && healthy.includes(String(facts['node']));
    });
    assert.deepEqual(mentioned, []);
  });
});

/** The time of a sample is served in whole seconds, and the clock goes on in steps. */
const slackMs = 2_000;

/** Rates are as exact as times. A summary has whole seconds; without times a sample counts as taken when we asked. */
function isWrong(figure: Figure): boolean {
  if (figure.node === 'no-timestamps') return false;
  if (figure.node !== 'no-resource-metrics') return !isTrue(figure);
  const { said, truth } = figure;
  return Math.abs(said.cpu - truth.cpu) > truth.cpu / 8 || said.memory !== truth.memory;
}

/** Samples are scraped once a period, and not all of them are new then. */
function assertFresh(snapshot: Snapshot | undefined, nodes: readonly string[]): void {
  const { at = 0, sinceMs = 0, figures = [] } = snapshot ?? {};
  for (const node of nodes) {
    const fresh = figures.filter((each) => each.node === node && at - each.sampledAt <= sampleMs + periodMs + slackMs);
    assert.equal(fresh.length, figuresPerNode, `${node} after ${sinceMs} ms`);
  }
}

/** The reasons given between two times of health. */
function illnesses(lines: readonly { readonly message: string; readonly facts: object }[]): string[][] {
  const found: string[][] = [[]];
  for (const { message, facts } of lines) {
    if (message === 'Node is scraped again') found.push([]);
    else found.at(-1)?.push(String('reason' in facts && facts.reason));
  }
  return found;
}
