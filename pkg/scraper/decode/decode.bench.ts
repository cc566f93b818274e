/**
 * How long one answer of a kubelet takes to decode, and what it leaves behind: 30 pods of two containers, and the largest
 * recorded one. Run with `make bench-parts`.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { bestOfNow } from '../../lifecycle/testing/best-of.ts';
import { as, type EpochMs } from '../../model/units.ts';
import { ResourceDecoder } from './decode.ts';
import { kubeletBody, usualPods } from './testing/kubelet-body.ts';
import { decodePlainly } from './testing/plain-decoder.ts';

const startedAt = as<EpochMs>(Date.UTC(2026, 10, 21, 12));
const receivedAt = as<EpochMs>(startedAt + 3_600_000);
const podCount = 30;

/** Bodies of the same containers, so that every number changes from one to the other. */
const steady = [0, 15].map((passedSeconds) => kubeletBody(usualPods(podCount), { startedAt, passedSeconds }));
/** In each of these one pod is gone that the one before had, and another has come: so it is with 3 % of churn. */
const churning = Array.from({ length: podCount }, (_, turn) =>
  kubeletBody(
    usualPods(podCount, (pod) => (pod === (7 * turn) % podCount ? turn + 1 : 0)),
    { startedAt, passedSeconds: 15 * turn },
  ),
);
const captures = globSync(join(import.meta.dirname, 'testdata', '*.txt.gz')).map((file) =>
  gunzipSync(readFileSync(file)),
);
const largest = captures.reduce((one, other) => (other.length > one.length ? other : one));
const packed = steady.map((each) => gzipSync(each));

const turning = (bodies: readonly Buffer[], turn: number): Buffer => bodies[turn % bodies.length] ?? Buffer.alloc(0);
const knowing = (bodies: readonly Buffer[]): ((turn: number) => unknown) => {
  const decoder = new ResourceDecoder();
  return (turn) => decoder.decode(turning(bodies, turn), receivedAt);
};

const kilobytes = (body: Buffer | undefined): string => `${((body?.length ?? 0) / 1000).toFixed(1)} kB`;
report(`decode of ${kilobytes(steady[0])}, 60 containers known from the last answer`, knowing(steady));
report('decode of the same, one pod of thirty changed', knowing(churning));
report('decode of the same, nothing known', (turn) => new ResourceDecoder().decode(turning(steady, turn), receivedAt));
report(`decode of the largest recorded answer, ${kilobytes(largest)}, known`, knowing([largest]));
const plain = bestOfNow(100, (turn) => decodePlainly(turning(steady, turn), receivedAt));
const unpacked = bestOfNow(400, (turn) => gunzipSync(turning(packed, turn)));
console.log(`decode of 60 containers by the plain decoder: ${plain.toFixed(3)} ms`);
console.log(`gunzip of the same: ${unpacked.toFixed(3)} ms`);
const kept = bytesKept();
if (kept !== undefined) console.log(`kept between two answers: ${kept.toFixed(0)} bytes per container, names included`);

function report(what: string, work: (turn: number) => unknown): void {
  const ms = bestOfNow(400, work);
  const left = garbageOf(work);
  console.log(`${what}: ${ms.toFixed(3)} ms${left === undefined ? '' : `, ${(left / 1000).toFixed(1)} kB of garbage`}`);
}

/** Bytes that one turn allocates, on V8's heap and for arrays beside it; undefined without `--expose-gc`. */
function garbageOf(work: (turn: number) => unknown): number | undefined {
  if (globalThis.gc === undefined) return undefined;
  const turns = 300;
  const measure = (): number => {
    globalThis.gc?.();
    const before = process.memoryUsage();
    for (let turn = 0; turn < turns; turn++) work(turn);
    const after = process.memoryUsage();
    return (after.heapUsed - before.heapUsed + after.arrayBuffers - before.arrayBuffers) / turns;
  };
  // Where a collection comes in between, too little is seen.
  return Math.max(...Array.from({ length: 5 }, measure));
}

/** Bytes per container that many nodes' decoders hold on to; undefined without `--expose-gc`. */
function bytesKept(): number | undefined {
  if (globalThis.gc === undefined) return undefined;
  const nodes = 500;
  globalThis.gc();
  const before = process.memoryUsage().heapUsed;
  const decoders = Array.from({ length: nodes }, (_, node) => {
    const decoder = new ResourceDecoder();
    decoder.decode(
      kubeletBody(
        usualPods(podCount, () => node),
        { startedAt, passedSeconds: 0 },
      ),
      receivedAt,
    );
    decoder.decode(
      kubeletBody(
        usualPods(podCount, (pod) => node + (pod === 7 ? 1 : 0)),
        { startedAt, passedSeconds: 15 },
      ),
      receivedAt,
    );
    return decoder;
  });
  globalThis.gc();
  const bytes = process.memoryUsage().heapUsed - before;
  return bytes / (decoders.length * 2 * podCount);
}
