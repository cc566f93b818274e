import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NodeBatch } from '../model/batch.ts';
import type { PodKey } from '../model/cluster.ts';
import type { PodUsage, Sample, Usage } from '../model/sample.ts';
import { as, type MonotonicMs, type Nanoseconds } from '../model/units.ts';
import { cpuRate, samplesApart, windowBetween } from '../model/usage.ts';
import { silentLogger } from '../telemetry/logger.ts';
import { Storage } from './storage.ts';
import {
  Cluster,
  containerNames,
  dice,
  nameAt,
  nodeNames,
  periodMs,
  podNames,
  windowMs,
} from './testing/random-cluster.ts';

test('answers like a simple twin made of maps and objects, whatever kubelets send', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const cluster = new Cluster(seed, { honest: false, ragged: true, restless: seed % 2 === 0 });
    const twin = new Twin(() => cluster.clock.monotonic());
    for (let step = 0; step < 120; step++) {
      const { batch, gone } = cluster.step();
      if (gone !== undefined) {
        cluster.storage.forgetNode(gone);
        twin.forgetNode(gone);
      }
      if (batch !== undefined) {
        assert.equal(cluster.storage.store(batch).settled, twin.store(batch), `seed ${seed}, step ${step}: settled`);
      }
      assertSame(cluster, twin, `seed ${seed}, step ${step}`);
    }
  }
});

test('never a negative rate, an empty window or half a pod, whatever kubelets send', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const cluster = new Cluster(seed, { honest: false, ragged: true });
    for (let step = 0; step < 120; step++) {
      const { batch } = cluster.step();
      if (batch !== undefined) cluster.storage.store(batch);
      for (const pod of cluster.answers()) assertSound(pod, `seed ${seed}, step ${step}, ${pod.name}`);
    }
  }
});

test('sound answers out of any numbers at all', () => {
  const odd = [
    Number.NaN,
    Number.POSITIVE_INFINITY,
    -1,
    -0,
    0,
    0.5,
    5e-324,
    2 ** 53,
    2 ** 64,
    1e21,
    1e308,
    -1e308,
    1e18,
  ];
  for (let seed = 1; seed <= 400; seed++) {
    const random = dice(seed);
    let elapsedMs = 0;
    const clock = { monotonic: (): MonotonicMs => as(elapsedMs) };
    const storage = new Storage({ metricResolutionMs: periodMs, windowMs, clock, log: silentLogger });
    const layout = { namespaces: ['ns', 'ns'], pods: ['a', 'a'], containers: ['x', 'y'] };
    for (let step = 0; step < 30; step++) {
      elapsedMs += random(30_000);
      const now = Date.UTC(2026, 10, 21, 12) + elapsedMs;
      const column = (usual: number, spread: number): Float64Array =>
        Float64Array.from([0, 1], () => (random(6) === 0 ? (odd[random(odd.length)] ?? 0) : usual + random(spread)));
      storage.store({
        node: 'n1',
        layout,
        sampledAt: column(now, 1_000),
        startedAt: column((now - random(90_000)) * 1e6, 1e9),
        cpu: column(elapsedMs * 1e6, 1e9),
        memory: column(1e9, 1e9),
        swap: column(1e6, 1e6),
      });
      const pod = storage.podUsage({ namespace: 'ns', name: 'a' });
      if (pod) assertSound(pod, `seed ${seed}, step ${step}`);
    }
  }
});

test('of honest kubelets: rates are true within one life of a container, and time never goes backwards', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const cluster = new Cluster(seed, { honest: true });
    const served = new Map<string, number>();
    for (let step = 0; step < 150; step++) {
      const { batch } = cluster.step();
      if (batch !== undefined) cluster.storage.store(batch);
      for (const pod of cluster.answers()) assertTrue(pod, cluster, served, `seed ${seed}, step ${step}`);
    }
  }
});

test('memory is bounded by what is alive, over a long life of nodes that come and go', () => {
  const cluster = new Cluster(4_711, { honest: false });
  for (let step = 0; step < 6_000; step++) {
    const { batch, gone } = cluster.step();
    if (gone !== undefined) cluster.storage.forgetNode(gone);
    if (batch !== undefined) cluster.storage.store(batch);
    const { nodes, namespaces, pods } = cluster.storage.size;
    assert.ok(nodes <= cluster.alive.nodes, `step ${step}: ${nodes} nodes remembered, ${cluster.alive.nodes} alive`);
    assert.ok(namespaces <= 1, `step ${step}: ${namespaces} namespaces`);
    assert.ok(pods <= cluster.alive.pods, `step ${step}: ${pods} pods remembered, ${cluster.alive.pods} alive`);
    // Of each node no more than every name once, be it alive or absent for a moment, and its own row.
    const rows = cluster.alive.nodes * (podNames.length * containerNames.length + 1);
    assert.ok(cluster.storage.bytes <= 120 * rows, `step ${step}: ${cluster.storage.bytes} bytes for ${rows} rows`);
  }
});

/** Keys that outlive all changes, and whole clusters: each remembers where its pod was found last. */
const keys = new Map(podNames.map((name) => [name, { namespace: 'ns', name }]));
const keyOf = (name: string): PodKey => keys.get(name) ?? { namespace: 'ns', name };

function assertSame(cluster: Cluster, twin: Twin, where: string): void {
  for (const node of nodeNames) {
    const usage = twin.nodeUsage(node);
    assert.deepEqual(cluster.storage.nodeUsage(node), usage, where);
    assert.equal(cluster.storage.servesNode(node), usage !== undefined, where);
  }
  assert.deepEqual(cluster.storage.points(), twin.points(), `${where}: points`);
  for (const pod of podNames) {
    const usage = twin.podUsage(pod);
    assert.deepEqual(cluster.storage.podUsage({ namespace: 'ns', name: pod }), usage, `${where}, ${pod}`);
    assert.equal(cluster.storage.servesPod({ namespace: 'ns', name: pod }), usage !== undefined, `${where}, ${pod}`);
    assert.deepEqual(cluster.storage.podUsage(keyOf(pod)), usage, `${where}, ${pod}, where it was found before`);
    const sighting = cluster.storage.sightingOf('ns', pod);
    if (sighting) assert.equal(sighting.hindrance === undefined, usage !== undefined, `${where}, ${pod}`);
  }
  assert.equal(cluster.storage.size.pods, twin.pods, `${where}: pods`);
}

function assertSound({ containers }: PodUsage, where: string): void {
  assert.ok(containers.length > 0, `${where}: empty pod`);
  for (const { cpu, windowNs, memory, sampledAt } of containers.map(({ usage }) => usage)) {
    assert.ok(Number.isSafeInteger(cpu) && cpu >= 0, `${where}: ${cpu} nanocores`);
    assert.ok(windowNs > 0 && windowNs <= windowMs * 1e6, `${where}: a window of ${windowNs} ns`);
    assert.ok(memory >= 0 && memory <= Number.MAX_SAFE_INTEGER, `${where}: ${memory} bytes`);
    assert.ok(!Number.isNaN(new Date(sampledAt).getTime()) && sampledAt > 0, `${where}: at ${sampledAt}`);
  }
}

/** Every rate is that of one life, to the last digit a start time can give; `served` remembers how far time has come. */
function assertTrue(
  { name: pod, containers }: PodUsage,
  cluster: Cluster,
  served: Map<string, number>,
  when: string,
): void {
  for (const { name, usage } of containers) {
    const where = `${when}, ${pod}/${name}`;
    const rates = cluster.ratesOf(pod, name);
    const isOfOneLife = rates.some((rate) => Math.abs(rate - usage.cpu) <= 1 + rate * 1e-6);
    assert.ok(isOfOneLife, `${where}: ${usage.cpu} nanocores, but its lives use ${rates.join()}`);
    const before = served.get(`${pod}/${name}`) ?? 0;
    assert.ok(usage.sampledAt >= before, `${where}: ${usage.sampledAt} served after ${before}`);
    served.set(`${pod}/${name}`, usage.sampledAt);
  }
}

interface Memory {
  latest?: Sample;
  receivedAt: number;
  confirmedAt: number;
  usage?: Usage;
  servedUntil: number;
}

interface TwinNode {
  readonly heardAt: number;
  /** When an answer last counted as all there is. */
  readonly wholeAt: number;
  readonly own: Memory;
  /** Every slot of the last complete answer. */
  readonly names: readonly string[];
  /** Spoken of in the last answer. */
  readonly containers: ReadonlyMap<string, Memory>;
  /** All that were ever spoken of. */
  readonly ever: Map<string, Memory>;
}

/** The same promises as Storage, in the plainest words: a map of objects per node, searched from end to end. */
class Twin {
  readonly #now: () => number;
  readonly #nodes = new Map<string, TwinNode>();
  #sweptAt = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  get pods(): number {
    const names = [...this.#nodes.values()].flatMap(({ containers }) => [...containers.keys()]);
    return new Set(names.map((name) => name.split('/')[0])).size;
  }

  forgetNode(name: string): void {
    this.#nodes.delete(name);
  }

  store(batch: NodeBatch): boolean {
    const now = this.#now();
    if (now - this.#sweptAt >= periodMs) {
      this.#sweptAt = now;
      for (const [name, { heardAt }] of this.#nodes) if (now - heardAt > windowMs) this.#nodes.delete(name);
    }
    const before = this.#nodes.get(batch.node);
    const names = [...batch.layout.pods.keys()].map((slot) => nameAt(batch.layout, slot));
    const part =
      (batch.cutOff === true || names.length === 0) &&
      names.join() !== before?.names.join() &&
      before !== undefined &&
      before.names.length > 0 &&
      now - before.wholeAt <= windowMs;
    const containers = new Map<string, Memory>(part ? before?.containers : []);
    const ever = before?.ever ?? new Map<string, Memory>();
    let settled = !part;
    for (const [slot, name] of names.entries()) {
      if (names.indexOf(name) < slot || (part && !containers.has(name))) continue;
      const memory = before?.containers.get(name) ?? recent(ever.get(name), now) ?? nothing();
      const sample = sampleAt(batch, slot);
      this.#learn(memory, sample);
      containers.set(name, memory);
      ever.set(name, memory);
      settled &&= memory.usage !== undefined || !isGood(sample);
    }
    const own = before?.own ?? nothing();
    if (batch.nodeSample) {
      this.#learn(own, batch.nodeSample);
      settled &&= own.usage !== undefined;
    }
    const [known, wholeAt] = part ? [before.names, before.wholeAt] : [names, now];
    this.#nodes.set(batch.node, { heardAt: now, wholeAt, own, names: known, containers, ever });
    return settled;
  }

  /** Those that are served, a pod as often as nodes name it. */
  points(): { readonly nodes: number; readonly containers: number } {
    const served = (memories: Iterable<Memory>): number => [...memories].filter((one) => this.#served(one)).length;
    const nodes = [...this.#nodes.values()];
    return {
      nodes: served(nodes.map(({ own }) => own)),
      containers: nodes.reduce((sum, { containers }) => sum + served(containers.values()), 0),
    };
  }

  nodeUsage(name: string): Usage | undefined {
    const own = this.#nodes.get(name)?.own;
    return own && this.#served(own);
  }

  podUsage(pod: string): PodUsage | undefined {
    const best = this.#believed(pod);
    if (best === undefined) return undefined;
    const containers = best.found
      .filter(([, memory]) => this.#served(memory) || !hasEnded(memory, best))
      .map(([name, memory]) => ({ name: name.split('/')[1] ?? '', usage: this.#served(memory) }));
    const whole = containers.filter((container): container is { name: string; usage: Usage } => !!container.usage);
    const [earliest] = whole.map(({ usage }) => usage).sort((a, b) => a.sampledAt - b.sampledAt);
    if (earliest === undefined || whole.length < containers.length) return undefined;
    const { sampledAt, windowNs } = earliest;
    return { namespace: 'ns', name: pod, sampledAt, windowNs, containers: whole };
  }

  #believed(pod: string): TwinPod | undefined {
    const seen = [...this.#nodes.values()]
      .map(({ containers }) => {
        const found = [...containers]
          .filter(([name]) => name.startsWith(`${pod}/`))
          .sort(([a], [b]) => (a < b ? -1 : 1));
        const spokenOfAt = spokenOf(found.map(([, memory]) => memory));
        return { spokenOfAt, found, start: newest(found.map(([, memory]) => memory.latest?.startedAt)) };
      })
      .filter(({ found }) => found.length > 0);
    const alive = seen.filter(({ spokenOfAt }) => this.#now() - spokenOfAt <= 3 * periodMs);
    const candidates = alive.length > 0 ? alive : seen;
    const byStart = candidates.every(({ start }) => start !== undefined);
    return candidates.sort((a, b) => (byStart ? (b.start ?? 0) - (a.start ?? 0) : 0) || b.spokenOfAt - a.spokenOfAt)[0];
  }

  #served({ usage, servedUntil }: Memory): Usage | undefined {
    return this.#now() <= servedUntil ? usage : undefined;
  }

  #learn(memory: Memory, next: Sample): void {
    const { latest } = memory;
    if (!isGood(next)) return;
    if (latest === undefined) return this.#publish(memory, next, youngUsage(next));
    const apart = next.sampledAt - latest.sampledAt;
    if (apart < 0) {
      if (isPublished(memory) && this.#now() - memory.confirmedAt < periodMs / 2) return;
      return this.#publish(memory, next, undefined);
    }
    if (apart === 0) return this.#vouch(memory);
    const [start = Number.NaN, oldStart = Number.NaN] = [next.startedAt, latest.startedAt];
    const sameStart = Math.abs(start - oldStart) <= 1e9;
    const anew = start >= latest.sampledAt * 1e6 || (start - oldStart > 1e9 && next.cpu < latest.cpu);
    const restarted = anew && !sameStart;
    if (restarted) return this.#publish(memory, next, youngUsage(next));
    const elapsed = this.#now() - memory.receivedAt;
    const startMoved = isPublished(memory) && Math.abs(start - oldStart) > 1e9;
    const doubtful = startMoved || next.cpu < latest.cpu || Math.abs(apart - elapsed) > 60_000;
    if (doubtful || apart > windowMs) return this.#publish(memory, next, undefined);
    if (apart < 2_000) return this.#vouch(memory);
    this.#publish(memory, next, usageOver(next, samplesApart(latest.sampledAt, next.sampledAt), next.cpu - latest.cpu));
  }

  #publish(memory: Memory, latest: Sample, usage: Usage | undefined): void {
    const now = this.#now();
    Object.assign(memory, { latest, receivedAt: now, confirmedAt: now });
    if (usage !== undefined) Object.assign(memory, { usage, servedUntil: now + 3 * periodMs });
  }

  #vouch(memory: Memory): void {
    memory.confirmedAt = this.#now();
    if (!isPublished(memory)) return;
    memory.servedUntil = Math.min(this.#now() + 3 * periodMs, memory.receivedAt + Math.max(60_000, 3 * periodMs));
  }
}

interface TwinPod {
  readonly spokenOfAt: number;
  readonly found: readonly [string, Memory][];
}

const isPublished = ({ usage, latest }: Memory): boolean =>
  usage !== undefined && usage.sampledAt === latest?.sampledAt;

const recent = (memory: Memory | undefined, now: number): Memory | undefined =>
  memory?.latest && now - memory.confirmedAt <= 3 * periodMs ? memory : undefined;

function hasEnded({ latest, receivedAt, confirmedAt }: Memory, { spokenOfAt, found }: TwinPod): boolean {
  const repeated = confirmedAt === spokenOfAt && receivedAt < spokenOfAt;
  const apart = found.map(([, other]) => Math.abs((other.latest?.sampledAt ?? Number.NaN) - (latest?.sampledAt ?? 0)));
  return repeated && apart.some((ms) => ms >= 3 * periodMs);
}

/** When the kubelet last spoke of one of them. */
const spokenOf = (memories: Iterable<Memory>): number =>
  Math.max(...[...memories].map(({ confirmedAt }) => confirmedAt));

const nothing = (): Memory => ({
  receivedAt: Number.NEGATIVE_INFINITY,
  confirmedAt: Number.NEGATIVE_INFINITY,
  servedUntil: Number.NEGATIVE_INFINITY,
});

const isGood = ({ cpu, memory }: Sample): boolean => cpu >= 0 && memory >= 0;

function youngUsage(sample: Sample): Usage | undefined {
  if (sample.startedAt === undefined) return undefined;
  const window = windowBetween(sample.startedAt, sample.sampledAt);
  return window >= 2e9 && window < 60e9 ? usageOver(sample, window, sample.cpu) : undefined;
}

function usageOver({ sampledAt, memory, swap }: Sample, window: Nanoseconds, used: number): Usage {
  return { sampledAt, windowNs: window, cpu: cpuRate(as(used), window), memory, ...(swap !== undefined && { swap }) };
}

function newest(starts: readonly (number | undefined)[]): number | undefined {
  const known = starts.filter((start) => start !== undefined);
  return known.length > 0 ? Math.max(...known) : undefined;
}

function sampleAt(batch: NodeBatch, slot: number): Sample {
  const startedAt = batch.startedAt[slot] ?? Number.NaN;
  return {
    sampledAt: as(batch.sampledAt[slot] ?? Number.NaN),
    cpu: as(batch.cpu[slot] ?? Number.NaN),
    memory: as(batch.memory[slot] ?? Number.NaN),
    ...(startedAt >= 0 && { startedAt: as(startedAt) }),
  };
}
