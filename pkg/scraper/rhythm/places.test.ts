import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Places, placesFor, shareOf } from './places.ts';
import { nextBeat } from './schedule.ts';

const periodMs = 15_000;

describe('the places of a period', () => {
  it('are so many that some 20 to 30 nodes share each, and never fewer than four', () => {
    assert.deepEqual(
      [0, 1, 100, 128, 129, 500, 1_000, 5_000].map((nodes) => placesFor(nodes)),
      [4, 4, 4, 4, 8, 16, 32, 256],
    );
  });

  it('stay as they are while a cluster grows and shrinks a little', () => {
    assert.equal(placesFor(128, placesFor(129)), 8);
    assert.equal(placesFor(64, 8), 8);
    assert.equal(placesFor(63, 8), 4);
    assert.equal(placesFor(0, 256), 4);
  });

  it('are taken by few nodes each, and by few more than others, wherever the process is', () => {
    for (const nodes of [100, 1_000, 4_096, 5_000]) {
      for (const seed of [0, 1, 2 ** 31, -5]) {
        const places = placesOf(seed, nodes);
        const shares = Map.groupBy(namesOf(nodes), (name) => places.offsetOf(name));
        const sizes = [...shares.values()].map(({ length }) => length);
        assert.ok(shares.size <= places.count && sizes.every((size) => size <= 64), `seed ${seed}: ${sizes.join(' ')}`);
      }
    }
  });

  it('lie evenly in the period', () => {
    for (const seed of [3, 77, -1]) {
      const offsets = [...new Set(namesOf(1_000).map((name) => placesOf(seed, 1_000).offsetOf(name)))];
      const gaps = offsets.sort((a, b) => a - b).map((at, index) => at - (offsets[index - 1] ?? 0));
      assert.equal(offsets.length, 32);
      assert.ok(
        gaps.slice(1).every((gap) => Math.abs(gap - periodMs / 32) < 1e-6),
        `seed ${seed}: ${gaps.join()}`,
      );
      assert.ok(offsets.every((offset) => offset >= 0 && offset < periodMs));
    }
  });

  it('are the same for a node as long as there are as many, and others in another process', () => {
    const [one, same, another] = [placesOf(7, 1_000), placesOf(7, 900), placesOf(8, 1_000)];
    const names = namesOf(1_000);
    assert.ok(names.every((name) => one.offsetOf(name) === same.offsetOf(name)));
    assert.ok(names.every((name) => one.offsetOf(name) !== another.offsetOf(name)));
    const together = names.filter((name) => one.offsetOf(name) === one.offsetOf('ip-10-0-0-1.ec2.internal'));
    const apart = new Set(together.map((name) => another.offsetOf(name)));
    assert.ok(apart.size > together.length / 2, 'whoever is asked together here is not so there');
  });
});

describe('a node in a cluster that grows', () => {
  it('keeps its place, or is asked earlier once, by less than the places were apart', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const places = placesOf(seed, 128);
      const before = namesOf(300).map((name) => places.offsetOf(name));
      places.fit(129);
      const moved = namesOf(300).map((name, at) => earlier(before[at] ?? 0, places.offsetOf(name)));
      assert.ok(
        moved.every((ms) => ms < 1e-6 || Math.abs(ms - periodMs / 8) < 1e-6),
        `seed ${seed}: ${moved.join()}`,
      );
      const stayed = moved.filter((ms) => ms < 1e-6).length;
      assert.ok(stayed > 100 && stayed < 200, `seed ${seed}: ${stayed} stayed`);
    }
  });

  it('is never left alone for more than a period, nor asked twice within half of one, whatever its size does', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = dice(seed);
      const places = placesOf(seed, 5_000 * random());
      const asked = [1e6 * random()];
      for (let beat = 0; beat < 40; beat++) {
        const startedAt = asked.at(-1) ?? 0;
        places.fit(random() < 0.5 ? 200 * random() : 10_000 * random());
        asked.push(nextBeat({ startedAt, now: startedAt + 40, offsetMs: places.offsetOf('n1') }, periodMs));
      }
      const gaps = asked.slice(1).map((at, index) => at - (asked[index] ?? 0));
      assert.ok(
        gaps.every((gap) => gap >= periodMs / 2 && gap <= periodMs * 1.01),
        `seed ${seed}: ${gaps.join()}`,
      );
    }
  });
});

describe("a name's share", () => {
  it('is even over all names, elsewhere in each process, and always the same', () => {
    for (const seed of [0, 1, 2 ** 31, -5]) {
      const shares = new Array<number>(15).fill(0);
      for (const name of namesOf(5_000)) {
        const share = shareOf(name, seed);
        assert.equal(share, shareOf(name, seed));
        const slot = Math.floor(share * 15);
        shares[slot] = (shares[slot] ?? 0) + 1;
      }
      assert.ok(
        shares.every((share) => share > 230 && share < 440),
        `seed ${seed}: ${shares.join(' ')}`,
      );
    }
    assert.notEqual(shareOf('n1', 1), shareOf('n1', 2));
  });
});

const namesOf = (nodes: number): readonly string[] =>
  Array.from({ length: nodes }, (_, at) => `ip-10-0-${at >> 8}-${at & 255}.ec2.internal`);

function placesOf(seed: number, nodes: number): Places {
  const places = new Places(seed, periodMs);
  places.fit(nodes);
  return places;
}

/** By how much the second moment of the period comes before the first, going back over its beginning. */
const earlier = (before: number, after: number): number => {
  const ms = (before - after + periodMs) % periodMs;
  return ms > periodMs - 1e-6 ? 0 : ms;
};

/** Numbers from 0 to 1 that are the same for the same seed. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
