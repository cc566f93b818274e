import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeptLog } from '../../../pkg/kube/testing/kept-log.ts';
import { WoundClock } from '../../../pkg/lifecycle/wound-clock.ts';
import { assemble } from '../../../pkg/server/assemble.ts';
import type { Server } from '../../../pkg/server/server.ts';
import type { ClusterFolder } from '../../../pkg/simulator/cluster-folder.ts';
import type { Right } from '../../../pkg/simulator/kube-apiserver/rights.ts';
import type { KubeletFault } from '../../../pkg/simulator/kubelets/faults.ts';
import type { ClusterShape } from '../../../pkg/simulator/shape/cluster-shape.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../../pkg/simulator/simulator.ts';
import { type ApiAnswer, type ApiClientOptions, ask } from '../../../pkg/simulator/testing/api-client.ts';
import { type Facts, silentLogger } from '../../../pkg/telemetry/logger.ts';
import { configOf } from '../config.ts';
import { parseOptions } from '../options.ts';
import { Traffic } from './traffic.ts';

/** What a caller brings along. */
export type CallerCredentials = Pick<ApiClientOptions, 'token' | 'certificate'>;

/** How a system under test starts. */
export interface SystemOptions {
  readonly shape: ClusterShape;
  /** Flags of the server beyond those that lead it to the pretend cluster, whose files lie in `folder`. */
  readonly flags?: (folder: ClusterFolder) => readonly string[];
  /** The kube-apiserver is away when the server starts. */
  readonly withoutApiServer?: boolean;
  /** What is wrong with kubelets when the server starts, by node. */
  readonly faults?: ReadonlyMap<string, KubeletFault>;
  /** Rights of the server beyond those of the base manifest. */
  readonly moreRights?: readonly Right[];
  /** What else is said to the simulator. */
  readonly simulator?: Pick<SimulatorOptions, 'churn' | 'historyLimit'>;
  /** How far time is wound at once; a quarter of a second when absent. */
  readonly stepMs?: number;
}

/** Small against every period and deadline, so that nothing is late only because it was wound past. */
const shortStepMs = 250;

/** Longer than any test has to wait. */
const longestMs = 600_000;

/** The whole server against a pretend cluster, in one process, over real sockets, in time that passes only when wound. */
export class RunningSystem implements AsyncDisposable {
  readonly clock: WoundClock;
  readonly log: KeptLog;
  readonly simulator: Simulator;
  readonly #server: Server;
  readonly #traffic: Traffic;
  readonly #opened: AsyncDisposableStack;
  readonly #directory: string;
  readonly #stepMs: number;
  #end: () => Promise<void> = async () => undefined;

  private constructor(parts: {
    readonly clock: WoundClock;
    readonly log: KeptLog;
    readonly simulator: Simulator;
    readonly server: Server;
    readonly traffic: Traffic;
    readonly directory: string;
    readonly stepMs: number;
    readonly opened: AsyncDisposableStack;
  }) {
    this.clock = parts.clock;
    this.log = parts.log;
    this.simulator = parts.simulator;
    this.#server = parts.server;
    this.#traffic = parts.traffic;
    this.#directory = parts.directory;
    this.#stepMs = parts.stepMs;
    this.#opened = parts.opened;
  }

  /** Starts both; resolves when the server listens. */
  static async start({
    shape,
    flags = () => [],
    withoutApiServer = false,
    faults = new Map(),
    moreRights = [],
    simulator: more = {},
    stepMs = shortStepMs,
  }: SystemOptions): Promise<RunningSystem> {
    await using opened = new AsyncDisposableStack();
    // TLS looks at the machine's clock, so ours begins where it is.
    const clock = new WoundClock(Date.now());
    const traffic = opened.use(new Traffic());
    const log = new HeardLog((message, node) => {
      // A node that has left is not known any more.
      const isThere = simulator.kubelets.shape().nodes.some(({ name }) => name === node);
      const port = isThere ? simulator.kubelets.portOf(node) : 0;
      if (message === 'Node asked') traffic.understood(port);
      else traffic.expectSilence(port, message === waits);
    });
    const directory = await mkdtemp(join(tmpdir(), 'tacho-'));
    opened.defer(() => rm(directory, { recursive: true, force: true }));
    const options = { directory, shape, clock, log: silentLogger, moreRights, ...more };
    const simulator = opened.use(await startSimulator(options));
    if (withoutApiServer) await simulator.apiServer.down();
    const server = opened.use(await serverFor(simulator.folder, flags(simulator.folder), { clock, log }));
    const system = new RunningSystem({
      clock,
      log,
      simulator,
      server,
      traffic,
      directory,
      stepMs,
      opened: opened.move(),
    });
    for (const [node, fault] of faults) await system.fault(node, fault);
    system.#run();
    await system.until('the server listens', () => server.address !== undefined);
    return system;
  }

  /** Where the server listens. */
  get port(): number {
    return this.#server.address?.port ?? 0;
  }

  /** Starts another replica of the server in the same cluster, stopped with it; returns the port it listens on. */
  async addReplica(flags: readonly string[]): Promise<number> {
    const { clock, log, simulator } = this;
    const server = this.#opened.use(await serverFor(simulator.folder, flags, { clock, log }));
    const stop = new AbortController();
    const running = server.run(stop.signal);
    running.catch(() => undefined);
    this.#opened.defer(async () => {
      stop.abort();
      await this.meanwhile(running);
    });
    await this.until('the replica listens', () => server.address !== undefined);
    return server.address?.port ?? 0;
  }

  /** Asks the server itself, as its aggregator and its probes do. */
  async ask(
    path: string,
    caller: CallerCredentials = {},
    headers: Readonly<Record<string, string>> = {},
  ): Promise<ApiAnswer> {
    const ca = await readFile(join(this.#directory, 'serving', 'apiserver.crt'), 'utf8');
    return await ask({ port: this.#server.address?.port ?? 0, ca, ...caller }, path, { headers });
  }

  /** The objects of a list of metrics.k8s.io, as an administrator gets them. */
  async items<Item>(resource: 'nodes' | 'pods'): Promise<readonly Item[]> {
    const path = `/apis/metrics.k8s.io/v1beta1/${resource}`;
    const { status, json, text } = await this.ask(path, { certificate: this.simulator.certificates.admin });
    if (status !== 200) throw new Error(`${path} answered ${status}: ${text}`);
    return (json as { items: Item[] }).items;
  }

  /** Lets time pass, no faster than answers come. */
  async wind(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= this.#stepMs) {
      await this.clock.wind(Math.min(this.#stepMs, left));
      await this.#traffic.quiet();
    }
  }

  /** Lets time pass until something holds; returns how long that took, in milliseconds. Throws when it never does. */
  async until(
    what: string,
    holds: () => boolean | Promise<boolean>,
    { everyMs = this.#stepMs }: { readonly everyMs?: number } = {},
  ): Promise<number> {
    const since = this.clock.monotonic();
    await this.#traffic.quiet();
    while (!(await holds())) {
      if (this.clock.monotonic() - since > longestMs) throw new Error(`waited ${longestMs} ms in vain: ${what}`);
      await this.wind(everyMs);
    }
    return this.clock.monotonic() - since;
  }

  /** Lets time pass while something is under way that may need it. */
  async meanwhile<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const watched = work.finally(() => {
      settled = true;
    });
    watched.catch(() => undefined);
    await this.until('the work under way ends', () => settled);
    return await watched;
  }

  /** From now on the node's kubelet misbehaves so, or not any more. */
  async fault(node: string, fault: KubeletFault | undefined): Promise<void> {
    const { kubelets } = this.simulator;
    this.#traffic.expectSilence(kubelets.portOf(node), fault?.kind === 'hang' || fault?.kind === 'slow');
    await kubelets.fault(node, fault);
  }

  /** Stops the server as SIGTERM does; returns how long that took, in milliseconds. */
  async stop(): Promise<number> {
    const since = this.clock.monotonic();
    await this.#end();
    return this.clock.monotonic() - since;
  }

  /** Stops the server, then the cluster. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened.disposeAsync();
  }

  #run(): void {
    const stop = new AbortController();
    const running = this.#server.run(stop.signal);
    // A server that breaks shows when it is stopped, at the latest.
    running.catch(() => undefined);
    this.#end = async () => {
      stop.abort();
      await this.meanwhile(running);
    };
    this.#opened.defer(() => this.#end());
  }
}

/** A request that waits so takes its time, and ours has to go on for it. */
const waits = 'First contact waits until its key is written down';
const heard: ReadonlySet<string> = new Set(['Node asked', waits, 'First contact has waited']);

/** A log that hears of it when the server has dealt with what a node's kubelet answered, or waits before it asks. */
class HeardLog extends KeptLog {
  readonly #hear: (message: string, node: string) => void;

  constructor(hear: (message: string, node: string) => void) {
    super();
    this.#hear = hear;
  }

  override detail(verbosity: number, message: string, facts: Facts | (() => Facts) = {}): void {
    super.detail(verbosity, message, facts);
    if (heard.has(message)) this.#hear(message, String(this.lines.at(-1)?.facts['node']));
  }
}

async function serverFor(
  folder: ClusterFolder,
  flags: readonly string[],
  means: { readonly clock: WoundClock; readonly log: KeptLog },
): Promise<Server> {
  const parsed = await parseOptions([
    `--kubeconfig=${folder.metricsServerKubeconfig}`,
    '--bind-address=127.0.0.1',
    `--cert-dir=${join(folder.directory, 'serving')}`,
    '--metric-resolution=15s',
    '--kubelet-use-node-status-port',
    '--kubelet-preferred-address-types=InternalIP',
    ...flags,
  ]);
  if (parsed.kind !== 'run') throw new Error(`these flags are no good: ${JSON.stringify(parsed)}`);
  const config = configOf(parsed.options);
  const assembled = await assemble(
    // Any free port: no flag can say that.
    { ...config, serving: { ...config.serving, port: 0 } },
    { ...means, environment: {}, release: { version: 'v0.0.0', runtime: 'node', platform: 'linux/amd64' } },
  );
  if (assembled.kind === 'failed') throw new Error(assembled.problems.join('\n'));
  return assembled.server;
}
