import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { agreed, mostPins, type Pins, samePins } from './pins.ts';

const none: Pins = new Map();
const nobody: ReadonlySet<string> = new Set();

describe('replicas that write pins one after the other, in any order', () => {
  it('never change a key that is written down, but for an authority and for nodes that are gone', () => {
    const dice = diceOf(7);
    for (let run = 0; run < 500; run++) {
      const stored = somePins(dice);
      const met = somePins(dice);
      const vouched = somePins(dice);
      const gone = new Set(somePins(dice).keys());
      const pins = agreed(stored, { met, vouched, gone });
      for (const [uid, key] of stored) {
        const wanted = gone.has(uid) ? undefined : (vouched.get(uid) ?? key);
        assert.equal(pins.get(uid), wanted);
      }
      for (const [uid, key] of met) {
        if (!stored.has(uid) && !vouched.has(uid) && !gone.has(uid)) assert.equal(pins.get(uid), key);
      }
      assert.ok(samePins(pins, agreed(pins, { met, vouched, gone })), 'writing twice is writing once');
    }
  });

  it('come to the same, whoever is first to write what nobody vouches for', () => {
    const dice = diceOf(11);
    for (let run = 0; run < 200; run++) {
      const [one, other] = [somePins(dice), somePins(dice)];
      const news = (met: Pins) => ({ met, vouched: none, gone: nobody });
      const after = agreed(agreed(none, news(one)), news(other));
      assert.ok(samePins(after, agreed(after, news(one))), 'the first has nothing to add');
      assert.deepEqual([...after.keys()].toSorted(), [...new Set([...one.keys(), ...other.keys()])].toSorted());
    }
  });

  it('never write more than fits', () => {
    const many = new Map(Array.from({ length: mostPins + 100 }, (_, at) => [`uid-${at}`, 'key']));
    assert.equal(agreed(none, { met: many, vouched: many, gone: nobody }).size, mostPins);
  });

  it('write what a Secret can hold, 1 MiB, and etcd takes at once, 1.5 MiB with names and base64', () => {
    const uid = '00000000-0000-0000-0000-000000000000'.length;
    const value = 'sha256/'.length + 44;
    assert.ok(mostPins * value < 2 ** 20);
    // The key and its value in base64, in quotes; and once more the key, in managedFields.
    assert.ok(mostPins * (uid + Math.ceil(value / 3) * 4 + 6 + uid + 9) < 1.5 * 2 ** 20);
  });
});

function somePins(dice: () => number): Pins {
  const size = Math.floor(dice() * 8);
  const any = (): number => Math.floor(dice() * 10);
  return new Map(Array.from({ length: size }, () => [`uid-${any()}`, `key-${any()}`]));
}

/** The same throws for the same seed. */
function diceOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}
