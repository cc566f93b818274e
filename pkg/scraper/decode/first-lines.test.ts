import assert from 'node:assert/strict';
import { test } from 'node:test';
import { as, type EpochMs } from '../../model/units.ts';
import { ResourceDecoder } from './decode.ts';
import { FirstLines, unknown } from './first-lines.ts';
import { decodePlainly } from './testing/plain-decoder.ts';

const beforePod = 'c",namespace="n",pod="';
const setOf = (pod: string): string => `${beforePod}${pod}"} `;

test('label sets that were chosen to fall upon one place are not searched for, and none is taken for absent', () => {
  const pods = colliding(40);
  const text = pods.map(setOf).join('');
  const length = text.length / pods.length;
  const body = Buffer.from(text);
  const lines = new FirstLines(new DataView(body.buffer, body.byteOffset, body.length), 8);
  for (const at of pods.keys()) lines.add(at * length, (at + 1) * length);
  for (const at of pods.keys()) assert.equal(lines.find(at * length, (at + 1) * length), unknown, `${at}`);
});

test('a body full of them is read as any other, whatever their order', () => {
  const received = as<EpochMs>(1_800_000_000_000);
  const pods = colliding(200);
  const orders = [
    pods,
    pods.toReversed(),
    pods.filter((_, at) => at % 3 > 0),
    pods.map((_, at) => pods[(at * 7) % 200]),
  ];
  const decoder = new ResourceDecoder();
  for (const first of orders) {
    for (const second of orders) {
      const cpu = first.map((pod, at) => `container_cpu_usage_seconds_total{container="${setOf(`${pod}`)}${at} 5\n`);
      const memory = second.map(
        (pod, at) => `container_memory_working_set_bytes{container="${setOf(`${pod}`)}${at} 5\n`,
      );
      const body = Buffer.from([...cpu, ...memory].join(''));
      assert.deepEqual(decoder.decode(body, received), decodePlainly(body, received));
    }
  }
});

/**
 * Names of pods whose label sets have one and the same hash: of two words that follow each other, the second is chosen so
 * that it undoes the first.
 */
function colliding(count: number): string[] {
  const [start, end] = ['no', 'x'];
  const before = wordsOf(`${beforePod}${start}`).reduce(mixed, setOf(`${start}12345678${end}`).length);
  const names: string[] = [];
  for (let seed = 0; names.length < count; seed++) {
    const first = (seed + 36 ** 3).toString(36);
    const second = textOf(0x6d65_7461 ^ turned(mixed(before, wordsOf(first)[0] ?? 0)));
    if (/^[0-9A-Za-z !#-[\]-~]+$/.test(second)) names.push(start + first + second + end);
  }
  return names;
}

const wordsOf = (text: string): number[] =>
  Array.from({ length: text.length / 4 }, (_, word) => Buffer.from(text).readInt32LE(4 * word));

function textOf(word: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(word | 0);
  return bytes.toString('latin1');
}

const turned = (hash: number): number => (hash << 5) | (hash >>> 27);
const mixed = (hash: number, word: number): number => Math.imul(turned(hash) ^ word, 0x9e37_79b1);
