import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { KubeletSummary } from '../../model/kubelet-summary.ts';
import { decodeSummary } from './decode-summary.ts';
import { knownIn } from './testing/known-figures.ts';

const testdata = join(import.meta.dirname, 'testdata');
const recorded = readdirSync(testdata);

describe('what real kubelets said', () => {
  for (const file of recorded) {
    it(`is read to the last figure: ${file}`, () => {
      const { summary, skipped } = read(readFileSync(join(testdata, file)));
      assert.equal(skipped, 0);
      assert.deepEqual(
        leavesOf(knownIn(summary)),
        leavesOf(expected(JSON.parse(readFileSync(join(testdata, file), 'utf8')))),
      );
    });
  }

  it('has written nothing yet that anybody measured, of a container that has just started', () => {
    const { pods } = knownIn(read(readFileSync(join(testdata, 'v1.36-just-crashed.json'))).summary);
    const fresh = pods.find(({ name }) => name === 'badprobe')?.containers[0]?.figures;
    assert.ok((fresh?.['filesystem.capacity'] ?? 0) > 0);
    assert.equal(fresh?.['filesystem.used'], undefined);
  });

  it('has no pressure and no swap in 1.20', () => {
    const { node } = knownIn(read(readFileSync(join(testdata, 'v1.20-steady.json'))).summary);
    assert.deepEqual(
      Object.keys(node.figures).filter((name) => /pressure|swap/.test(name)),
      [],
    );
  });
});

describe('an answer', () => {
  it('is no summary when it is cut off, empty, or something else', () => {
    for (const text of ['', '{"node":{"nodeName":"n"},"pods":[', 'null', '[]', '7', '{}', '{"node":{}}', '<html>'])
      assert.equal(decodeSummary(Buffer.from(text)).kind, 'bad-body', text);
  });

  it('loses pods without a name, and says how many', () => {
    const pods = [{ podRef: { name: 'a', namespace: 'n' } }, { podRef: { name: 'b' } }, null, 7, {}];
    const { summary, skipped } = read(answer({ pods }));
    assert.deepEqual(
      summary.pods.map(({ name }) => name),
      ['a'],
    );
    assert.equal(skipped, 4);
  });

  it('has no figures where there are none to be had: texts, negatives, lists', () => {
    const cpu = { time: 'yesterday', usageCoreNanoSeconds: '12', usageNanoCores: -1, psi: [] };
    const { node } = knownIn(read(answer({ node: { cpu, memory: [], startTime: '0001-01-01T00:00:00Z' } })).summary);
    assert.deepEqual(node.figures, {});
  });

  it('that tells a pod or a container twice counts with the later life of it', () => {
    const old = { startTime: '2026-11-21T01:00:00Z' };
    const young = { startTime: '2026-11-21T02:00:00Z' };
    const podRef = { namespace: 'n', name: 'web-0' };
    for (const lives of [
      [old, young],
      [young, old],
    ]) {
      const pods = lives.map((life) => ({ podRef, ...life, containers: lives.map((one) => ({ name: 'c', ...one })) }));
      const told = knownIn(read(answer({ pods })).summary);
      assert.equal(told.pods.length, 1);
      assert.equal(told.pods[0]?.figures['startedAt'], Date.parse(young.startTime));
      assert.equal(told.pods[0]?.containers.length, 1);
      assert.equal(told.pods[0]?.containers[0]?.figures['startedAt'], Date.parse(young.startTime));
    }
  });

  it('does not fill memory: what is beyond any kubelet is left out and counted', () => {
    const pods = Array.from({ length: 5_000 }, (_, at) => ({ podRef: { namespace: 'n', name: `p${at}` } }));
    const { summary, skipped } = read(answer({ pods }));
    assert.equal(summary.pods.length + skipped, 5_000);
    assert.equal(summary.pods.length, 4_096);
    const long = [{ podRef: { namespace: 'n', name: 'x'.repeat(254) } }];
    assert.equal(read(answer({ pods: long })).summary.pods.length, 0);
  });

  it('never throws, however it is mangled', () => {
    const whole = readFileSync(join(testdata, 'v1.36-steady.json'), 'latin1');
    for (let seed = 1; seed <= 300; seed++) {
      const random = dice(seed);
      const values = ['null', '[]', '{}', '"x"', '-1', '1e999', 'true', '[[1]]'];
      const mangled = whole.replace(/(?<=: )(\{|\[|"[^"]*"|\d+)/g, (value) =>
        random(40) === 0 && value.length > 1 ? (values[random(values.length)] ?? value) : value,
      );
      assert.doesNotThrow(() => decodeSummary(Buffer.from(mangled)), `seed ${seed}`);
      assert.doesNotThrow(() => decodeSummary(Buffer.from(mangled.slice(random(whole.length)))), `seed ${seed}`);
    }
  });
});

function read(body: Buffer): { readonly summary: KubeletSummary; readonly skipped: number } {
  const decoded = decodeSummary(body);
  assert.ok(decoded.kind === 'summary', JSON.stringify(decoded));
  return decoded;
}

const answer = ({ node = {}, pods = [] }: { readonly node?: object; readonly pods?: readonly unknown[] }): Buffer =>
  Buffer.from(JSON.stringify({ node: { nodeName: 'n7', ...node }, pods }));

/** The recording walked without the code under test: every figure it holds that we keep, by a path of its own. */
function expected(recording: unknown): unknown {
  if (Array.isArray(recording)) return recording.map(expected);
  if (typeof recording === 'string') return /^\d{4}-.*Z$/.test(recording) ? Date.parse(recording) : recording;
  if (typeof recording !== 'object' || recording === null) return recording;
  const unmeasured = 'time' in recording && recording.time === '1970-01-01T00:00:00Z';
  const dropped = ['interfaces', 'inodesUsed', 'runtime', ...(unmeasured ? ['time', 'usedBytes'] : [])];
  return Object.fromEntries(
    Object.entries(recording).flatMap(([key, value]: [string, unknown]) =>
      dropped.includes(key) ? [] : [[key, expected(value)]],
    ),
  );
}

/** All numbers of a tree, sorted: equal for two trees that hold the same figures in different shapes. */
function leavesOf(tree: unknown): number[] {
  const leaves: number[] = [];
  const walk = (value: unknown, key: string): void => {
    if (typeof value === 'number' && !Number.isNaN(value) && !timesNotKept.has(key)) leaves.push(value);
    if (typeof value === 'object' && value !== null)
      for (const [name, inner] of Object.entries(value)) walk(inner, timesOf.has(key) ? `${key}.${name}` : name);
  };
  walk(tree, '');
  return leaves.sort((a, b) => a - b);
}

/** Swap and process limits are kept without their times: they are read together with memory and with the answer. */
const timesOf = new Set(['swap', 'rlimit']);
const timesNotKept = new Set(['swap.time', 'rlimit.time']);

/** Small deterministic generator: a failing seed is a failing test you can keep. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % below;
  };
}
