import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach } from 'node:test';
import { Control } from './control.ts';
import { eventually } from './eventually.ts';
import { type Answer, type Visit, visit } from './https.ts';
import { readyNodes, readyPods } from './inventory.ts';
import { Kubectl } from './kubectl.ts';
import { keyOf, namesOf, nodeMetrics, podMetrics } from './metrics-api.ts';
import { ourNode, Program, scripts } from './program.ts';

/** Flags without their dashes. */
export type Flags = Readonly<Record<string, string | number | boolean>>;

export interface ClusterOptions {
  /** Flags of the server that differ from the usual ones. */
  readonly server?: Flags;
  /** Flags of the simulator that differ from the usual ones. */
  readonly simulator?: Flags;
}

/** A cluster that serves metrics: a pretend one of our own, or the one E2E_KUBECONFIG names. */
export interface Cluster {
  readonly admin: Kubectl;
  /** Absent where the cluster is not ours to break or to look behind. */
  readonly pretend: PretendCluster | undefined;
}

/** The cluster of E2E_KUBECONFIG, where metrics-server is installed already. */
const foreignKubeconfig = process.env['E2E_KUBECONFIG'] || undefined;

/** Small, and quick to be seen twice. */
const usualSimulatorFlags: Flags = {
  shape: 'plain',
  nodes: 2,
  'pods-per-node': 6,
  'containers-per-pod': 2,
  housekeeping: '2s-3s',
};

/** The shortest period there is. */
export const periodSeconds = 10;

/** How old an answer may be: a missed scrape or two of the default period on a cluster we know nothing about. */
export const freshSeconds = foreignKubeconfig === undefined ? 3 * periodSeconds : 180;

/** How far the clocks of the cluster may be ahead of ours; timestamps are cut to the second. */
export const aheadSeconds = foreignKubeconfig === undefined ? 1 : 60;

/** How long everything may take to have metrics: on a cluster we know nothing about two default periods, and a bit. */
const patienceSeconds = foreignKubeconfig === undefined ? 60 : 150;

/** Opens a cluster for the tests of this file, waits until everything in it has metrics, and closes it after them. */
export async function openCluster(options: ClusterOptions = {}): Promise<Cluster> {
  if (foreignKubeconfig === undefined) {
    const pretend = await openPretendCluster(options);
    pretend.startServer();
    await allServed(pretend.admin);
    return { admin: pretend.admin, pretend };
  }
  const cacheDirectory = await temporaryDirectory();
  const admin = new Kubectl({ kubeconfig: foreignKubeconfig, cacheDirectory });
  // Fails at once where there is no such cluster, or no metrics-server in it.
  await admin.print('get', 'apiservice', 'v1beta1.metrics.k8s.io');
  await allServed(admin);
  return { admin, pretend: undefined };
}

/** Registers tests that need a cluster of our own; against a foreign one it says why they are not there. */
export async function onPretendCluster(why: string, register: () => void | Promise<void>): Promise<void> {
  if (foreignKubeconfig === undefined) await register();
  else console.log(`Not checked on the cluster of E2E_KUBECONFIG: ${why}`);
}

/** A pretend cluster for the tests of this file, without a server so far; closed after them. */
export async function openPretendCluster({
  server = {},
  simulator = {},
}: ClusterOptions = {}): Promise<PretendCluster> {
  const directory = await temporaryDirectory();
  const port = await freePort();
  const program = new Program({
    command: ourNode,
    args: [
      scripts.simulator,
      ...flagsOf({ ...usualSimulatorFlags, ...simulator, directory, 'metrics-server-address': `127.0.0.1:${port}` }),
    ],
  });
  const cluster = new PretendCluster({ directory, port, simulator: program, serverFlags: server });
  closeAfterTests(cluster);
  await eventually('the simulator to announce itself', 30, async () => {
    assert.ok(program.alive, `it ended: ${program.logText}`);
    assert.ok(program.stdout.length > 0, program.logText);
  });
  return cluster;
}

/** Closes after the tests of this file; says what the server logged when one of them failed. */
function closeAfterTests(cluster: PretendCluster): void {
  let failed = false;
  afterEach((context) => {
    if ('passed' in context && !context.passed) failed = true;
  });
  after(async () => {
    if (failed) console.log(`The end of the server's log:\n${cluster.serverLogs().slice(-40).join('\n')}`);
    await cluster[Symbol.asyncDispose]();
  });
}

interface PretendParts {
  readonly directory: string;
  /** Where the server listens. */
  readonly port: number;
  readonly simulator: Program;
  readonly serverFlags: Flags;
}

/** The simulator at work, and the server once it is started. */
export class PretendCluster implements AsyncDisposable {
  readonly admin: Kubectl;
  /** May read metrics. */
  readonly viewer: Kubectl;
  /** Known, without any right. */
  readonly nobody: Kubectl;
  readonly control: Control;
  readonly directory: string;
  readonly simulator: Program;
  readonly #parts: PretendParts;
  readonly #servers: Program[] = [];

  constructor(parts: PretendParts) {
    const { directory } = parts;
    const as = (user: string) =>
      new Kubectl({ kubeconfig: join(directory, `${user}.kubeconfig`), cacheDirectory: join(directory, 'cache') });
    this.#parts = parts;
    this.directory = directory;
    this.simulator = parts.simulator;
    this.admin = as('admin');
    this.viewer = as('viewer');
    this.nobody = as('nobody');
    this.control = new Control(this.admin);
  }

  /** Starts the server, with flags that differ from the usual ones. Does not wait for anything. */
  startServer(flags: Flags = {}): Program {
    const program = new Program({
      command: ourNode,
      args: [scripts.metricsServer, ...flagsOf({ ...this.#usualServerFlags(), ...this.#parts.serverFlags, ...flags })],
    });
    this.#servers.push(program);
    return program;
  }

  #usualServerFlags(): Flags {
    const kubeconfig = join(this.directory, 'metrics-server.kubeconfig');
    return {
      kubeconfig,
      'authentication-kubeconfig': kubeconfig,
      'authorization-kubeconfig': kubeconfig,
      'bind-address': '127.0.0.1',
      'secure-port': this.#parts.port,
      'cert-dir': join(this.directory, 'serving'),
      'metric-resolution': `${periodSeconds}s`,
      'kubelet-request-timeout': `${periodSeconds * 0.9}s`,
      'kubelet-use-node-status-port': true,
      'kubelet-preferred-address-types': 'InternalIP,ExternalIP,Hostname',
    };
  }

  /** The server that was started last. */
  get server(): Program {
    const server = this.#servers.at(-1);
    assert.ok(server, 'no server was started');
    return server;
  }

  /** What all servers of this cluster have logged. */
  serverLogs(): string[] {
    return this.#servers.flatMap(({ log }) => log.map(({ text }) => text));
  }

  /** Where the server itself listens on 127.0.0.1. */
  get serverPort(): number {
    return this.#parts.port;
  }

  /** Asks the server itself, or one at another port, not through the kube-apiserver. */
  visitServer(path: string, as: Partial<Pick<Visit, 'headers' | 'certificate' | 'port'>> = {}): Promise<Answer> {
    return visit({ host: '127.0.0.1', port: this.#parts.port, path, ...as });
  }

  /** One of the pairs that the simulator issued: `admin`, `front-proxy-client`, `front-proxy-client-expired`, … */
  async certificate(name: string): Promise<{ readonly cert: string; readonly key: string }> {
    const pem = (extension: string) => readFile(join(this.directory, 'pki', `${name}.${extension}`), 'utf8');
    return { cert: await pem('crt'), key: await pem('key') };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#servers.map((server) => server[Symbol.asyncDispose]()));
    await this.simulator[Symbol.asyncDispose]();
  }
}

/** Waits until every node and every pod that owes us metrics has them. */
export async function allServed(admin: Kubectl, withinSeconds = patienceSeconds): Promise<void> {
  await eventually('metrics of every ready node and pod', withinSeconds, async () => {
    const [nodes, pods] = await Promise.all([readyNodes(admin), readyPods(admin)]);
    const [ofNodes, ofPods] = await Promise.all([nodeMetrics(admin), podMetrics(admin)]);
    assert.ok(nodes.length > 0, 'no node is Ready');
    assert.deepEqual(missing(namesOf(nodes), namesOf(ofNodes)), [], 'nodes without metrics');
    assert.deepEqual(missing(pods.map(keyOf), ofPods.map(keyOf)), [], 'pods without metrics');
  });
}

function missing(wanted: readonly string[], there: readonly string[]): string[] {
  return wanted.filter((one) => !there.includes(one));
}

const flagsOf = (flags: Flags): string[] => Object.entries(flags).map(([name, value]) => `--${name}=${value}`);

/** A folder that is gone after the tests of this file. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'tacho-e2e-'));
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/**
 * A port of the loopback interface that is free right now. Below those that the system hands out itself (32768 and up on
 * Linux): one of these may be another program's before ours listens there.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const probe = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => resolve(true));
    });
    await new Promise((resolve) => probe.close(resolve));
    if (isFree) return port;
  }
  throw new Error('no free port on 127.0.0.1 from 20000 to 29999');
}
