/**
 * What the first answer takes at least on this machine: nothing but two requests to every kubelet of a pretend cluster, over
 * bare TLS, whose answers nobody looks at. The simulator's part of it no server can save.
 *
 *   make build && node bench/floor.ts standard        (or medium, limit)
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import type { Cluster } from './contender.ts';
import { freePort } from './free-port.ts';
import { costOf } from './process-cost.ts';
import { startProgram } from './program.ts';
import { shapes, simulatorOf } from './shapes.ts';

/** As many first contacts as our server makes at a time. */
const together = 64;

/** Answers are small, and only their ends are looked at. */
const landing = Buffer.alloc(65_536);

const endOfBody = Buffer.from('0\r\n\r\n');

/** One connection; `answered` is called when an answer has ended. */
interface Bare {
  readonly socket: TLSSocket;
  answered: () => void;
}

/** What all of a kind took, and the milliseconds of CPU of each: ours and the simulator's, its churn and its garbage included. */
interface Spent {
  seconds: number;
  own: number;
  theirs: number;
}

const shape = shapes.find(({ name }) => name === (process.argv[2] ?? 'standard'));
if (shape === undefined) throw new Error(`known are ${shapes.map(({ name }) => name).join(', ')}`);
const directory = await mkdtemp(join(tmpdir(), 'floor-'));
{
  await using simulator = startProgram(simulatorOf(shape, directory, await freePort()), directory);
  const cluster = (await simulator.announcement) as Cluster;
  const ports = await kubeletPorts(cluster);
  const context = createSecureContext({ ca: await readFile(join(cluster.pkiDirectory, 'ca.crt')) });
  const token = (await readFile(join(cluster.serviceAccountDirectory, 'token'), 'utf8')).trim();
  const request =
    'GET /metrics/resource HTTP/1.1\r\nhost: 127.0.0.1\r\naccept-encoding: gzip\r\n' +
    `authorization: Bearer ${token}\r\n\r\n`;
  const connections: Bare[] = [];
  const ask = (at: number): Promise<void> =>
    new Promise((resolve) => {
      const connection = connections[at];
      if (connection === undefined) return resolve();
      connection.answered = resolve;
      connection.socket.write(request);
    });
  const dial = async (at: number): Promise<void> => {
    connections[at] = await dialled(ports[at] ?? 0, context);
  };
  const all: Spent = { seconds: 0, own: 0, theirs: 0 };
  for (const [what, each] of Object.entries({ handshake: dial, 'first answer': ask, 'second answer': ask })) {
    const spent = await spentOnEach(ports.length, each, simulator.pid);
    console.log(`${what}: ${told(spent, ports.length)}`);
    for (const part of ['seconds', 'own', 'theirs'] as const) all[part] += spent[part];
  }
  console.log(`complete at the earliest: ${told(all, ports.length)}`);
  for (const { socket } of connections) socket.destroy();
}
await rm(directory, { recursive: true, force: true });

async function spentOnEach(count: number, each: (at: number) => Promise<void>, simulatorPid: number): Promise<Spent> {
  const since = performance.now();
  const ours = process.cpuUsage();
  const before = await costOf(simulatorPid);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await each(next++);
  };
  await Promise.all(Array.from({ length: together }, worker));
  const { user, system } = process.cpuUsage(ours);
  const theirs = ((await costOf(simulatorPid)).cpuMs - before.cpuMs) / count;
  return { seconds: (performance.now() - since) / 1000, own: (user + system) / 1000 / count, theirs };
}

function told({ seconds, own, theirs }: Spent, count: number): string {
  const each = `each ${own.toFixed(2)} ms of CPU here, ${theirs.toFixed(2)} ms in the simulator`;
  return `${seconds.toFixed(2)} s for ${count}; ${each}`;
}

function dialled(port: number, secureContext: SecureContext): Promise<Bare> {
  return new Promise((resolve, reject) => {
    const buffer = landing;
    const callback = (length: number): boolean => {
      if (buffer.subarray(Math.max(0, length - endOfBody.length), length).equals(endOfBody)) bare.answered();
      return true;
    };
    const way = { host: '127.0.0.1', port, secureContext, noDelay: true, onread: { buffer, callback } };
    const bare: Bare = { socket: connect(way, () => resolve(bare)), answered: () => undefined };
    bare.socket.once('error', reject);
  });
}

async function kubeletPorts({ server, pkiDirectory }: Cluster): Promise<readonly number[]> {
  const [cert, key] = await Promise.all(['admin.crt', 'admin.key'].map((name) => readFile(join(pkiDirectory, name))));
  // Whose certificate the simulator shows is of no interest here: it is a child of ours, on the loopback interface.
  const agent = new Agent({ rejectUnauthorized: false, cert, key });
  const text = await new Promise<string>((resolve, reject) => {
    get(`${server}/api/v1/nodes`, { agent }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('end', () => resolve(Buffer.concat(pieces).toString('utf8')));
    }).once('error', reject);
  });
  interface Node {
    readonly status: { readonly daemonEndpoints: { readonly kubeletEndpoint: { readonly Port: number } } };
  }
  const { items } = JSON.parse(text) as { readonly items: readonly Node[] };
  return items.map(({ status }) => status.daemonEndpoints.kubeletEndpoint.Port);
}
