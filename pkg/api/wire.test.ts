import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textOf } from '../apiserver/encode/json/json.ts';
import { ProtobufWriter } from '../apiserver/encode/protobuf/protobuf-writer.ts';
import { cpuText, memoryText } from '../model/quantity.ts';
import { as, type EpochMs } from '../model/units.ts';
import { usageFields, usageJson } from './wire.ts';

const near = (value: number): readonly number[] => [value - 1, value, value + 1];
const edges = [
  9,
  10,
  99,
  100,
  1_000,
  1_024,
  10_240,
  1e6,
  2 ** 20,
  1e9,
  2 ** 31,
  2 ** 32,
  2 ** 41,
  2 ** 42,
  2 ** 53 - 2,
];
const amounts = [
  0,
  ...edges,
  ...edges.flatMap((edge) => near(edge)),
  ...edges.map((edge) => edge * 1_000),
  0.5,
  1.25e6,
];

test('amounts of every size are printed as the quantities they are, in JSON and in protobuf', () => {
  const seed = Date.now() % 100_000;
  const random = dice(seed);
  const others = Array.from({ length: 5_000 }, () => Math.floor(2 ** (random() * 53)));
  const pages = others.map((amount) => Math.floor(amount / 4096) * 4096);
  for (const amount of [...amounts, ...others, ...pages]) {
    const usage = { sampledAt: as<EpochMs>(0), windowNs: 0, cpu: amount, memory: amount, swap: amount };
    const [cpu, memory] = [cpuText(amount), memoryText(amount)];
    const where = `seed ${seed}, ${amount}`;
    assert.equal(
      textOf((out) => usageJson(usage, out)),
      `{"cpu":"${cpu}","memory":"${memory}","swap":"${memory}"}`,
      where,
    );
    const out = new ProtobufWriter();
    usageFields(4, usage, out);
    const plain = new ProtobufWriter();
    for (const [name, text] of Object.entries({ cpu, memory, swap: memory })) {
      plain.message(4, (entry) => {
        entry.string(1, name);
        entry.message(2, (quantity) => quantity.string(1, text));
      });
    }
    assert.deepEqual(out.finish(), plain.finish(), where);
  }
});

function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
