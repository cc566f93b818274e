import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Api, apiAt, type forms, paths } from './api.ts';
import { type Cluster, type Contender, loopFile, startServer } from './contender.ts';
import { percentile } from './figures.ts';
import { costOf, forgetPeak } from './process-cost.ts';
import { type Program, startProgram } from './program.ts';
import type { Figure, Figures } from './rows.ts';
import { bigNamespace, containersOf, type Shape } from './shapes.ts';

/** What a run has to work with. */
export interface Run {
  readonly shape: Shape;
  readonly cluster: Cluster;
  readonly contender: Contender;
  /** Where the server listens. */
  readonly port: number;
  readonly wanted: (figure: Figure) => boolean;
  readonly say: (what: string) => void;
  readonly signal: AbortSignal;
}

/** A server at work. */
interface Running extends Run {
  readonly server: Program;
  readonly api: Api;
}

/** For how long anything is waited for: for another server longer, since nothing is lost that way but time. */
const patienceMs = ({ isOurs }: Contender): number => (isOurs ? 300_000 : 600_000);

/** Starts the server, measures everything that is wanted of it, and stops it. */
export async function measure(run: Run): Promise<Figures> {
  const { shape, contender, cluster, port, say } = run;
  const more = contender.isOurs ? (shape.flags ?? []) : [];
  const watchesLoop = wantsLoop(run);
  await using server = await startServer(contender, cluster, { port, more, watchesLoop });
  const since = performance.now();
  using api = await apiAt(port, cluster.pkiDirectory);
  const running = { ...run, server, api, signal: AbortSignal.any([run.signal, server.ended]) };
  if (!(await becomes(running, 20, async () => (await api.text('/livez')) !== undefined))) throw tooLate(contender);
  const listening = (performance.now() - since) / 1000;
  const rssListening = (await costOf(server.pid)).rssMb;
  if (shape.nodes === 0) return { listening, rssListening };

  say('waiting for the first full answer');
  const { isSettled, isComplete } = await settled(running);
  const firstAnswer = (performance.now() - since) / 1000;
  if (!isSettled && contender.isOurs) throw tooLate(contender);
  // What another server costs while it does not get there compares with nothing; what was measured of ours is not lost by it.
  if (!isSettled) return { missing: await missingOf(running) };
  const steady = await steadyState(running);
  return { ...(isComplete && { firstAnswer }), ...steady, ...(await answers(running, steady)) };
}

/** Only ours can be told to watch its event loop. */
const wantsLoop = ({ contender, wanted }: Run): boolean =>
  contender.isOurs && (wanted('blocked') || wanted('longestTurn'));

/** Whether it comes to hold while there is patience. */
async function becomes(
  { contender, signal }: Running,
  everyMs: number,
  holds: () => Promise<boolean>,
): Promise<boolean> {
  const since = performance.now();
  while (!(await holds())) {
    if (performance.now() - since > patienceMs(contender)) return false;
    await sleep(everyMs, undefined, { signal });
  }
  return true;
}

const tooLate = (contender: Contender): Error => new Error(`nothing within ${patienceMs(contender) / 1000} s`);

const periodMs = 15_000;

/** What a server that is not ours must have at least, and for how long that must not have become more. */
const settledFrom = 0.8;
const settledAfterMs = 3 * periodMs;

/** Less than this is no rise: pods come and go. */
const rise = 0.01;

/**
 * Waits until it has all it is going to have: every node, and every container but those that have just started. Ours must get
 * there. Another server counts too when it has not come nearer for a while, and then has no first full answer: metrics-server
 * needs two scrapes of a container, so that where all of them live some five minutes it always lacks a tenth or so.
 */
async function settled(running: Running): Promise<{ readonly isSettled: boolean; readonly isComplete: boolean }> {
  const { shape, contender } = running;
  let isComplete = false;
  let most = 0;
  let roseAt = performance.now();
  const isSettled = await becomes(running, Math.min(500, shape.nodes), async () => {
    const { nodes, containers } = await partsOf(running);
    isComplete = nodes >= 1 && containers >= 0.95;
    if (isComplete || contender.isOurs) return isComplete;
    const least = Math.min(nodes, containers);
    if (least > most + rise) [most, roseAt] = [least, performance.now()];
    return least >= settledFrom && performance.now() - roseAt >= settledAfterMs;
  });
  return { isSettled, isComplete };
}

/**
 * Of one each: the nodes and containers it has, those that have just started included in all. Told by the counters that every
 * metrics-server has: asking for everything again and again would be what is measured.
 */
async function partsOf({ api, shape }: Running): Promise<{ readonly nodes: number; readonly containers: number }> {
  const metrics = await api.text('/metrics');
  const points = (type: string): number =>
    Number(new RegExp(`^metrics_server_storage_points\\{type="${type}"\\} (\\S+)$`, 'm').exec(metrics ?? '')?.[1] ?? 0);
  return { nodes: points('node') / shape.nodes, containers: points('container') / containersOf(shape) };
}

/** The part of all containers that it has no figures of, in percent. */
async function missingOf(running: Running): Promise<number> {
  return 100 * (1 - (await partsOf(running)).containers);
}

type SteadyState = Readonly<Required<Pick<Figures, 'mcpu' | 'cpuPerScrape' | 'rss' | 'missing'>>>;

/** After so long nothing of the start is left: nodes that do not settle are asked at short beats for 45 s. */
const startMs = 50_000;

async function steadyState(running: Running): Promise<SteadyState> {
  const { shape, server, signal, say } = running;
  say('settling');
  await sleep(startMs, undefined, { signal });
  say('steady state');
  const { spentMs, tookMs } = await spent(server, () => sleep(shape.steadyMs, undefined, { signal }));
  const scrapes = (shape.nodes * tookMs) / periodMs;
  const { rssMb: rss } = await costOf(server.pid);
  const missing = await missingOf(running);
  return { mcpu: (1000 * spentMs) / tookMs, cpuPerScrape: spentMs / scrapes, rss, missing };
}

/** CPU of a server while something goes on. */
async function spent({ pid }: Program, work: () => Promise<unknown>): Promise<{ spentMs: number; tookMs: number }> {
  const before = await costOf(pid);
  const since = performance.now();
  await work();
  const tookMs = performance.now() - since;
  return { spentMs: (await costOf(pid)).cpuMs - before.cpuMs, tookMs };
}

async function answers(running: Running, { mcpu }: SteadyState): Promise<Figures> {
  const { wanted, say, shape } = running;
  const found: Figures = {};
  const cpuOf = (path: string, times: number, form?: keyof typeof forms): Promise<number> =>
    cpuOfRequest(running, { path, times, mcpu, ...(form && { form }) });
  // Before any other list: memory that one of them took would not be taken again.
  if (wanted('jsonMemory') || wanted('protobufMemory') || wanted('firstByte'))
    Object.assign(found, await firstLists(running));
  for (const form of ['json', 'protobuf', 'table'] as const) {
    if (!wanted(form)) continue;
    say(`all pods as ${form}`);
    found[form] = await cpuOf(paths.pods, shape.nodes > 1000 ? 5 : 10, form);
  }
  if (wanted('select')) found.select = await cpuOf(paths.podsOf(bigNamespace, 'app-8'), 1000);
  if (wanted('otherP99') || wantsLoop(running)) Object.assign(found, await others(running));
  if (wanted('busyMcpu')) Object.assign(found, await busy(running));
  return found;
}

interface Repeated {
  readonly path: string;
  readonly times: number;
  readonly form?: keyof typeof forms;
  /** What the server takes when nobody asks. */
  readonly mcpu: number;
}

/** Beyond what the steady state takes. The first one warms up and does not count. */
async function cpuOfRequest({ api, server, signal }: Running, { path, times, form, mcpu }: Repeated): Promise<number> {
  const read = async (): Promise<void> => {
    signal.throwIfAborted();
    const { status } = await api.read(path, form);
    if (status !== 200) throw new Error(`${path} answered ${status}`);
  };
  await read();
  const { spentMs, tookMs } = await spent(server, async () => {
    for (let time = 0; time < times; time++) await read();
  });
  return (spentMs - (mcpu * tookMs) / 1000) / times;
}

/**
 * What the longest of all answers costs in memory, and how long its first byte takes. What the first one leaves behind counts
 * as the second one's too.
 */
async function firstLists({ api, server, say, signal }: Running): Promise<Figures> {
  say('memory of a list');
  await sleep(2_000, undefined, { signal });
  const { rssMb } = await costOf(server.pid);
  const peakOf = async (
    form: keyof typeof forms,
  ): Promise<{ readonly firstByteMs: number; readonly memory: number }> => {
    await forgetPeak(server.pid);
    const { firstByteMs } = await api.read(paths.pods, form);
    return { firstByteMs, memory: (await costOf(server.pid)).peakMb - rssMb };
  };
  const json = await peakOf('json');
  const protobuf = await peakOf('protobuf');
  return {
    jsonMemory: json.memory,
    protobufMemory: protobuf.memory,
    firstByte: Math.max(json.firstByteMs, protobuf.firstByteMs),
  };
}

const probeMs = 6_000;

/** Small requests while another process lists all pods without end. */
async function others(running: Running): Promise<Figures> {
  const { cluster, port, signal, say } = running;
  say('other requests, alone');
  const calm = await probe(running);
  say('other requests, beside lists of all pods');
  const command = [process.execPath, import.meta.resolve('./lists.ts').slice(7), String(port), cluster.pkiDirectory];
  await using _lists = startProgram({ name: 'lists', command }, cluster.directory);
  await sleep(1_000, undefined, { signal });
  const beside = await probe(running);
  const p = { calmP99: percentile(calm, 0.99), otherP50: percentile(beside, 0.5), otherP99: percentile(beside, 0.99) };
  return { ...p, ...(await blocked(running)) };
}

/** The longest time for which the event loop of our server stood still while lists were read, and what of that it did itself. */
async function blocked(running: Running): Promise<Figures> {
  const { server, cluster, say, signal } = running;
  if (!wantsLoop(running)) return {};
  say('the event loop, beside lists of all pods');
  process.kill(server.pid, 'SIGUSR2');
  await sleep(probeMs, undefined, { signal });
  process.kill(server.pid, 'SIGUSR2');
  await sleep(500, undefined, { signal });
  const { blockedMs, cpuMs } = JSON.parse(await readFile(loopFile(cluster), 'utf8')) as {
    blockedMs: number;
    cpuMs: number;
  };
  return { blocked: blockedMs, longestTurn: cpuMs };
}

async function probe({ api, signal }: Running): Promise<readonly number[]> {
  const took: number[] = [];
  const since = performance.now();
  for (let turn = 0; performance.now() - since < probeMs; turn++) {
    const path = turn % 2 === 0 ? paths.node('node-00001') : paths.podsOf('team-1', 'app-1');
    took.push((await api.read(path)).totalMs);
    await sleep(5, undefined, { signal });
  }
  return took;
}

/** As many selects as a hundred HorizontalPodAutoscalers make, and somebody who looks at `kubectl top pods -A` all the time. */
async function busy({ api, server, cluster, port, signal, say }: Running): Promise<Figures> {
  say('autoscalers and kubectl top');
  using viewer = await apiAt(port, cluster.pkiDirectory);
  const stop = AbortSignal.any([signal, AbortSignal.timeout(2 * periodMs)]);
  const every = async (ms: number, ask: (turn: number) => Promise<unknown>): Promise<void> => {
    for (let turn = 0; !stop.aborted; turn++) {
      await ask(turn);
      await sleep(ms, undefined, { signal: stop }).catch(() => undefined);
    }
  };
  const { spentMs, tookMs } = await spent(server, () =>
    Promise.all([
      every(periodMs / 100, (turn) => api.read(paths.podsOf('team-1', `app-${1 + 20 * (turn % 30)}`))),
      every(1_000, () => viewer.read(paths.pods)),
    ]),
  );
  return { busyMcpu: (1000 * spentMs) / tookMs, busyRss: (await costOf(server.pid)).rssMb };
}
