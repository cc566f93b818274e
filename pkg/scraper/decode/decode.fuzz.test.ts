import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { as, type EpochMs } from '../../model/units.ts';
import { ResourceDecoder } from './decode.ts';

/** `make fuzz` takes more of them. */
const bodies = Number(process.env['FUZZ_BODIES'] ?? 3_000);
const firstSeed = Number(process.env['FUZZ_SEED'] ?? 1);

/** Every answer of a real kubelet we have, in every form it was asked for. */
const captures = globSync(join(import.meta.dirname, 'testdata', '*.gz')).map((file) => gunzipSync(readFileSync(file)));

const received = as<EpochMs>(1_800_000_000_000);

test('a decoder that compares with what it knows reads every capture as one that parses every line', () => {
  assert.ok(captures.length > 30);
  const knowing = new ResourceDecoder();
  for (const body of captures) assertAgree(knowing, body, 'captured');
});

test(`and so it reads ${bodies} bodies that came out of them by accidents, one after the other (seed ${firstSeed})`, () => {
  const perDecoder = 20;
  for (let seed = firstSeed; seed < firstSeed + bodies / perDecoder; seed++) {
    const throwDice = dice(seed);
    const knowing = new ResourceDecoder();
    const start = pick(captures, throwDice);
    let text = start.toString('latin1');
    for (let round = 0; round < perDecoder; round++) {
      // An accident may stay, heal, or come on top of others: what is known of the node is of the body before.
      text = throwDice(3) === 0 ? start.toString('latin1') : text;
      for (let strike = throwDice(4); strike > 0; strike--) text = pick(accidents, throwDice)(text, throwDice);
      assertAgree(knowing, Buffer.from(text, throwDice(2) === 0 ? 'latin1' : 'utf8'), `seed ${seed}, round ${round}`);
    }
  }
});

/** One that is told that names cannot be compared with the text as it stands must read each of them. */
function parsing(): ResourceDecoder {
  return new ResourceDecoder({ layout: { namespaces: [], pods: [], containers: [] }, plain: false });
}

function assertAgree(knowing: ResourceDecoder, body: Buffer, where: string): void {
  const compared = knowing.decode(body, received);
  const parsed = parsing().decode(body, received);
  // The quick comparison first: the one that explains takes a hundred times as long.
  if (!isDeepStrictEqual(compared, parsed)) assert.deepEqual(compared, parsed, where);
}

type Dice = (below: number) => number;
type Accident = (text: string, throwDice: Dice) => string;

const pick = <T>(choices: readonly T[], throwDice: Dice): T => choices[throwDice(choices.length)]!;

const changeLines =
  (change: (lines: string[], at: number, throwDice: Dice) => void): Accident =>
  (text, throwDice) => {
    const lines = text.split('\n');
    change(lines, throwDice(lines.length), throwDice);
    return lines.join('\n');
  };

const nasty = [
  '"',
  '\\',
  '\\"',
  '\\n',
  '\n',
  '\r',
  '\t',
  ' ',
  '{',
  '}',
  ',',
  '=',
  '#',
  'é',
  '\u0000',
  '0',
  '9',
  '.',
  'e',
];

/** What bodies suffer: from what happens to pods, down to what happens to bytes. */
const accidents: readonly Accident[] = [
  changeLines((lines, at) => lines.splice(at, 1)),
  changeLines((lines, at) => lines.splice(at, 0, lines[at] ?? '')),
  changeLines((lines, at, throwDice) =>
    lines.splice(throwDice(lines.length), 0, ...lines.splice(at, 1 + throwDice(5))),
  ),
  (text, throwDice) => text.slice(0, throwDice(text.length)),
  (text, throwDice) => insert(text, throwDice(text.length), pick(nasty, throwDice)),
  (text, throwDice) => cut(text, throwDice(text.length), throwDice(30)),
  // A pod is replaced by another, or takes the name of one that there is.
  (text, throwDice) => {
    const pods = [...new Set(text.match(/pod="[^"]*"/g))];
    const [one = '', other = ''] = [pods[throwDice(pods.length)], pods[throwDice(pods.length)]];
    return one === '' ? text : text.replaceAll(one, throwDice(2) === 0 ? other : `${one.slice(0, -3)}z"`);
  },
  // Names with what has to be escaped in a label.
  (text, throwDice) => text.replaceAll('namespace="d', `namespace="${pick(['\\"', '\\\\', '\\n', 'ü'], throwDice)}d`),
  // Exporters that spell labels in another way.
  (text) => text.replaceAll(/\{(container="[^"]*"),(.*)\}/g, '{$2,$1}'),
  (text) => text.replaceAll('",pod="', '", pod="'),
  (text) => text.replaceAll(/ \d{13}$/gm, ''),
];

const insert = (text: string, at: number, what: string): string => text.slice(0, at) + what + text.slice(at);
const cut = (text: string, at: number, length: number): string => text.slice(0, at) + text.slice(at + length);

/** Small deterministic generator: a failing seed is a failing test you can keep. */
function dice(seed: number): Dice {
  let state = seed * 7919;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
