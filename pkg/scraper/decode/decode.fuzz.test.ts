import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { as, type EpochMs } from '../../model/units.ts';
import { ResourceDecoder } from './decode.ts';
import type { Decoded } from './decoded.ts';
import { nothingKnown } from './layout-walk.ts';
import { Reading } from './reading.ts';
import { accidents, type Dice, dice, pick } from './testing/accidents.ts';
import { kubeletBody, type NamedContainer, usualPods } from './testing/kubelet-body.ts';
import { decodePlainly } from './testing/plain-decoder.ts';

/** `make fuzz` takes more of them. */
const bodies = Number(process.env['FUZZ_BODIES'] ?? 3_000);
const firstSeed = Number(process.env['FUZZ_SEED'] ?? 1);
const bodiesPerNode = 20;
const seeds = Array.from({ length: Math.ceil(bodies / bodiesPerNode) }, (_, at) => firstSeed + at);

/** Every answer of a real kubelet we have, in every form it was asked for. */
const captures = globSync(join(import.meta.dirname, 'testdata', '*.gz')).map((file) => gunzipSync(readFileSync(file)));

const received = as<EpochMs>(1_800_000_000_000);

test('what is read from bytes, with what is known of the node, is what the plain decoder reads: every capture', () => {
  assert.ok(captures.length > 30);
  const node = new Node();
  for (const body of captures) node.answers(body, dice(1), 'captured');
});

test(`and so it is for ${bodies} bodies that came out of them by accidents, node by node (seed ${firstSeed})`, () => {
  for (const seed of seeds) {
    const throwDice = dice(seed);
    const node = new Node();
    const start = pick(captures, throwDice);
    let text = start.toString('latin1');
    for (let round = 0; round < bodiesPerNode; round++) {
      // An accident may stay, heal, or come on top of others: what is known of the node is of the body before.
      text = throwDice(3) === 0 ? start.toString('latin1') : text;
      for (let strike = throwDice(4); strike > 0; strike--) text = pick(accidents, throwDice)(text, throwDice);
      node.answers(
        Buffer.from(text, throwDice(2) === 0 ? 'latin1' : 'utf8'),
        throwDice,
        `seed ${seed}, round ${round}`,
      );
    }
  }
});

test(`and for ${bodies / 10} answers of nodes whose pods come, go, move and restart, accidents seldom (seed ${firstSeed})`, () => {
  for (const seed of seeds.slice(0, Math.ceil(seeds.length / 10))) {
    const throwDice = dice(seed);
    const node = new Node();
    let pods = usualPods(1 + throwDice(40));
    for (let round = 0; round < bodiesPerNode; round++) {
      pods = changed(pods, throwDice, round);
      const time = { startedAt: as<EpochMs>(1_795_231_446_000), passedSeconds: 15 * round };
      const whole = kubeletBody(pods, time);
      const body =
        throwDice(4) > 0
          ? whole
          : Buffer.from(pick(accidents, throwDice)(whole.toString('latin1'), throwDice), 'latin1');
      node.answers(body, throwDice, `seed ${seed}, round ${round}`);
    }
  }
});

/** One node: its answers come one after the other through the same decoder. */
class Node {
  readonly #decoder = new ResourceDecoder();
  #layout: Decoded['layout'] = nothingKnown.layout;

  answers(body: Buffer, throwDice: Dice, where: string): void {
    const { memory, view } = lent(body, throwDice);
    const expected = decodePlainly(body, received);
    const inParts = readInParts(view, throwDice);
    const decoded = this.#decoder.decode(view, received);
    // Whoever lent the memory uses it for something else now.
    memory.fill('"} 7\n');
    assertSame(decoded, expected, where);
    assertSame(inParts, expected, `${where}, read in parts`);
    const isSame = isDeepStrictEqual(decoded.layout, this.#layout);
    assert.equal(decoded.layout === this.#layout, isSame, `${where}: a layout lasts exactly as long as its containers`);
    this.#layout = decoded.layout;
  }
}

/** The body as a part of some larger memory, in which anything may stand before and behind it. */
function lent(body: Buffer, throwDice: Dice): { memory: Buffer; view: Buffer } {
  const [before, behind] = [throwDice(9), throwDice(40)];
  const memory = Buffer.alloc(before + body.length + behind, pick(['9', '\n', '"', '} 1 5\n'], throwDice));
  body.copy(memory, before);
  return { memory, view: memory.subarray(before, before + body.length) };
}

/** Nothing is known of the node, and the body is read up to anywhere, then further. */
function readInParts(body: Buffer, throwDice: Dice): Decoded {
  const reading = new Reading(body, nothingKnown);
  for (let upTo = throwDice(200); !reading.linesUpTo(upTo); ) upTo += 1 + throwDice(4_000);
  return reading.finish(reading.known(), received);
}

function assertSame(decoded: Decoded, expected: Decoded, where: string): void {
  // The quick comparison first: the one that explains takes a hundred times as long.
  if (!isDeepStrictEqual(decoded, expected)) assert.deepEqual(decoded, expected, where);
}

/** What happens to the pods of a node between two answers. */
function changed(pods: readonly NamedContainer[], throwDice: Dice, round: number): NamedContainer[] {
  const now = [...pods];
  const at = throwDice(now.length + 1);
  const newcomers = usualPods(1 + throwDice(12), () => 50 * round + throwDice(40));
  switch (throwDice(6)) {
    case 0:
      return [...now.slice(0, at), ...newcomers.slice(0, 2), ...now.slice(at + 2)];
    case 1:
      return now.toSpliced(at, throwDice(30));
    case 2:
      return [...new Map([...now, ...newcomers].map((each) => [Object.values(each).join('/'), each])).values()];
    case 3:
      return now.map((each) => (throwDice(9) === 0 ? { ...each, container: `init-${throwDice(3)}` } : each));
    default:
      return now;
  }
}
