import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeClientTrust } from './client-trust-data.ts';
import { decodeNode } from './node-record.ts';
import { decodeEvent, decodePage } from './watch/watch-event.ts';

const fields = [
  'metadata, status, items, type, object, name, namespace, labels, annotations, addresses, conditions, address, code',
  'daemonEndpoints, kubeletEndpoint, Port, resourceVersion, continue, client-ca-file, requestheader-allowed-names',
]
  .join(', ')
  .split(', ');
const leaves: readonly unknown[] = [null, true, 0, -1, 10250, '', 'x', 'Ready', 'True', 'ADDED', 'ERROR', '["a"]', '{'];

test('whatever arrives, decoding gives a value and never throws', () => {
  for (let seed = 1; seed <= 3_000; seed++) {
    const value = anything(dice(seed), 5);
    for (const decode of [decodeNode, decodePage, decodeConfigData, decodeLine]) {
      assert.doesNotThrow(() => decode(value), `seed ${seed}: ${JSON.stringify(value)}`);
    }
  }
});

const decodeLine = (value: unknown): unknown => decodeEvent(JSON.stringify(value));

const decodeConfigData = (value: unknown): unknown => decodeClientTrust((value ?? {}) as Record<string, unknown>);

function anything(random: (below: number) => number, depth: number): unknown {
  const choice = depth === 0 ? 9 : random(10);
  if (choice < 6) {
    const names = Array.from({ length: random(6) }, () => fields[random(fields.length)] ?? '');
    return Object.fromEntries(names.map((name) => [name, anything(random, depth - 1)]));
  }
  if (choice < 8) return Array.from({ length: random(3) }, () => anything(random, depth - 1));
  return leaves[random(leaves.length)];
}

/** Small deterministic generator: a failing seed is a failing test you can keep. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
