import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type DecodedSummary, decodeSummary, SummaryDecoder } from './decode-summary.ts';
import { knownIn } from './testing/known-figures.ts';
import { decodePlainly } from './testing/plain-decoder.ts';

const folder = join(import.meta.dirname, 'testdata');
const recordings = readdirSync(folder).map((file): unknown => JSON.parse(readFileSync(join(folder, file), 'utf8')));

test('whatever a kubelet makes of its JSON is read as JSON.parse would read it', () => {
  for (let seed = 1; seed <= 400; seed++) {
    const random = dice(seed);
    const mangled = mangle(recordings[random(recordings.length)], random);
    const body = Buffer.from(JSON.stringify(mangled, null, random(3)));
    assert.deepEqual(readAs(decodeSummary(body)), decodePlainly(body), `seed ${seed}`);
  }
});

test('what a decoder has read before changes nothing of what it reads: other kubelets, other orders, other indents', () => {
  const decoder = new SummaryDecoder();
  for (let seed = 1; seed <= 1_500; seed++) {
    const random = dice(seed);
    const recording = recordings[random(recordings.length)];
    const body = Buffer.from(JSON.stringify(random(3) === 0 ? recording : mangle(recording, random), null, random(3)));
    if (random(4) === 0) for (let times = random(4); times > 0; times--) body[random(body.length)] = random(256);
    assert.deepEqual(readAs(decoder.decode(body)), readAs(decodeSummary(body)), `seed ${seed}`);
  }
});

test('an answer that breaks off anywhere is no answer', () => {
  const body = Buffer.from(JSON.stringify(recordings[0]));
  for (let seed = 1; seed <= 400; seed++) {
    const cut = body.subarray(0, dice(seed)(body.length));
    assert.equal(decodeSummary(cut).kind, 'bad-body', `seed ${seed}`);
  }
});

test('bytes that are no JSON at all neither throw nor hang', () => {
  const body = Buffer.from(JSON.stringify(recordings[1]));
  for (let seed = 1; seed <= 400; seed++) {
    const random = dice(seed);
    const spoilt = Buffer.from(body);
    for (let times = 1 + random(20); times > 0; times--) spoilt[random(spoilt.length)] = random(256);
    assert.doesNotThrow(() => decodeSummary(spoilt), `seed ${seed}`);
  }
});

/** As the plain decoder tells it. */
function readAs(read: DecodedSummary): unknown {
  if (read.kind === 'summary') return { ...read, summary: knownIn(read.summary) };
  const isWhole = read.message !== 'it is no JSON object, or not a whole one';
  return isWhole ? read : { ...read, message: 'it is no JSON object' };
}

const oddities: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -0.5,
  1e21,
  12345678901234567890,
  0.1,
  '',
  'x',
  'a "quoted" \\ text with é, 日本 and \n',
  'x'.repeat(254),
  '2026-11-21T03:25:32Z',
  '2026-11-21T03:25:32.123456789+08:00',
  '2026-11-21T25:61:61Z',
  '1970-01-01T00:00:00Z',
  '0001-01-01T00:00:00Z',
  [],
  {},
  [[{}]],
  { time: 1, name: [] },
];

/** The same tree with some values exchanged, some fields gone, some new, and others in another order. */
function mangle(value: unknown, random: (below: number) => number): unknown {
  if (random(60) === 0) return oddities[random(oddities.length)];
  if (Array.isArray(value)) return value.map((entry) => mangle(entry, random));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(() => random(50) > 0)
    .map(([name, inner]): [string, unknown] => [name, mangle(inner, random)]);
  if (random(20) === 0) entries.push([`n${'ew"\\'.repeat(random(3))}`, oddities[random(oddities.length)]]);
  if (random(5) === 0) entries.reverse();
  return Object.fromEntries(entries);
}

/** Small deterministic generator: a failing seed is a failing test you can keep. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
