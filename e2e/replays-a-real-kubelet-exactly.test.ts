import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onPretendCluster, openPretendCluster, type PretendCluster } from './cluster.ts';
import type { RawSample } from './control.ts';
import { eventually } from './eventually.ts';
import { type NodeMetrics, nodeMetrics, type PodMetrics, podMetrics, type Usage } from './metrics-api.ts';
import { bytes, nanocores, nanoseconds } from './quantity.ts';

/** The node of the demo cluster that gives the recorded answers of a real kubelet. */
const recorded = 'rig-node-1';

await onPretendCluster(
  'rates against raw samples of the kubelet: they are gone by the time anybody could ask',
  async () => {
    const cluster = await openPretendCluster({ simulator: { shape: 'demo' } });
    cluster.startServer();

    test('the cpu of the recorded node is the rate between two of its raw samples, to the nanocore', async () => {
      const { metrics, samples } = await eventually('metrics of the recorded node', 60, () => nodeAndSamples(cluster));
      const own = samples.filter(({ container }) => container === undefined);
      const { timestamp, window } = metrics;
      const fitting = ratesOf(own).filter(
        (rate) => rate.timestamp === timestamp && rate.window === nanoseconds(window),
      );
      assert.deepEqual(
        [saidOf(metrics.usage)],
        fitting.map(shown),
        `two samples ${window} apart, the later at ${timestamp}`,
      );
    });

    test('the cpu of each recorded container is the rate between two of its raw samples, to the nanocore', async () => {
      const { metrics, samples } = await eventually('metrics of recorded pods', 60, () => podsAndSamples(cluster));
      for (const pod of metrics) assertExact(pod, samples);
    });
  },
);

async function nodeAndSamples({ admin, control }: PretendCluster) {
  const metrics = (await nodeMetrics(admin)).find(({ metadata }) => metadata.name === recorded);
  assert.ok(metrics, `${recorded} has no metrics`);
  return { metrics: metrics satisfies NodeMetrics, samples: await control.samples(recorded) };
}

/** Samples of before and after: a recorded pod may be gone by the second look. */
async function podsAndSamples({ admin, control }: PretendCluster) {
  const before = await control.samples(recorded);
  const all = await podMetrics(admin);
  const after = await control.samples(recorded);
  const samples = [...before, ...after];
  const known = new Set(samples.map(({ namespace, pod }) => `${namespace}/${pod}`));
  const metrics = all.filter(({ metadata }) => known.has(`${metadata.namespace}/${metadata.name}`));
  assert.ok(metrics.length >= 5, `${metrics.length} recorded pods have metrics`);
  return { metrics, samples };
}

/**
 * A pod carries the time and window of its container with the oldest sample; the others' are not said. So each container
 * must show the rate between some two of its samples, and one of them just those that the pod names.
 */
function assertExact({ metadata, containers, timestamp, window }: PodMetrics, samples: readonly RawSample[]): void {
  const { namespace, name } = metadata;
  const matches = containers.map((container) => {
    const own = samples.filter(
      (sample) => sample.namespace === namespace && sample.pod === name && sample.container === container.name,
    );
    const fitting = ratesOf(own).filter((rate) => shown(rate) === saidOf(container.usage));
    assert.ok(
      fitting.length > 0,
      `${namespace}/${name}/${container.name} says ${saidOf(container.usage)} over ${window} until ${timestamp}; ` +
        `no two samples give that: ${JSON.stringify(own)}`,
    );
    return fitting;
  });
  const named = matches.flat().filter((rate) => rate.timestamp === timestamp && rate.window === nanoseconds(window));
  assert.ok(named.length > 0, `${namespace}/${name}: no container has two samples ${window} apart until ${timestamp}`);
}

/** What a reader of two samples, or of one and the start of the container, must compute. */
interface Rate {
  /** Of the later sample, as the API prints it. */
  readonly timestamp: string;
  /** Nanoseconds. */
  readonly window: bigint;
  readonly nanocores: bigint;
  readonly memory: number;
}

function ratesOf(given: readonly RawSample[]): Rate[] {
  const samples = [...new Map(given.map((sample) => [`${sample.sampledAt}/${sample.startedAt}`, sample])).values()];
  return samples.flatMap((later) => {
    const starts = later.startedAt === undefined ? [] : [{ at: BigInt(later.startedAt), cpu: 0 }];
    const earlier = samples
      .filter(({ sampledAt, cpu }) => sampledAt < later.sampledAt && cpu <= later.cpu)
      .map(({ sampledAt, cpu }) => ({ at: BigInt(sampledAt) * 1_000_000n, cpu }));
    return [...starts, ...earlier].map(({ at, cpu }) => {
      const window = BigInt(later.sampledAt) * 1_000_000n - at;
      return {
        timestamp: secondsOf(later.sampledAt),
        window,
        nanocores: rate(later.cpu - cpu, window),
        memory: later.memory,
      };
    });
  });
}

/** As Go divides: whole and fractional seconds added up as doubles, the quotient cut. */
function rate(used: number, window: bigint): bigint {
  const seconds = Number(window / 1_000_000_000n) + Number(window % 1_000_000_000n) / 1e9;
  return BigInt(Math.trunc(used / seconds));
}

const secondsOf = (epochMs: number): string => new Date(epochMs).toISOString().replace(/\.\d+Z$/, 'Z');

const shown = (one: Rate): string => `${one.nanocores} nanocores, ${one.memory} bytes`;
const saidOf = ({ cpu, memory }: Usage): string => `${nanocores(cpu)} nanocores, ${bytes(memory)} bytes`;
