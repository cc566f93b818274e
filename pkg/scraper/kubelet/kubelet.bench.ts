/**
 * What asking kubelets costs, beside what the machine takes for the same bytes over TLS with nothing around them:
 *
 *   node --expose-gc pkg/scraper/kubelet/kubelet.bench.ts
 *
 * Requests are paced as in a cluster of 1,000 nodes, one by one and in groups as the scraper has them: a process that sleeps
 * before each of them pays more for it than one that is kept warm. CPU is that of this process, the pretend kubelets have one
 * of their own.
 */
import { fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, createSecureContext, type TLSSocket } from 'node:tls';
import { systemClock } from '../../lifecycle/clock.ts';
import type { PretendKubelets } from '../testing/kubelets-process.ts';
import type { KubeletTarget } from './address.ts';
import { KubeletConnections } from './kubelet-connections.ts';

const kubelets = 1_000;
const askings = 400;
/** 1,000 nodes in 15 s. */
const everyMs = 15;
/** So many share a place in the period. */
const together = 32;

const signal = new AbortController().signal;
const child = fork(new URL('../testing/kubelets-process.ts', import.meta.url));
const told = await new Promise<PretendKubelets>((resolve) => {
  child.once('message', (message) => resolve(message as PretendKubelets));
});
try {
  for (const path of ['/packed', '/plain'] as const) await benchOf(path);
} finally {
  child.disconnect();
}

async function benchOf(path: '/packed' | '/plain'): Promise<void> {
  const identity = { ca: told.ca, token: 't'.repeat(900) };
  using client = new KubeletConnections({
    credentials: { current: () => identity },
    trust: 'verified',
    keepAliveMs: 120_000,
    userAgent: 'bench',
    clock: systemClock,
  });
  const ask = async (at: number): Promise<void> => {
    const answer = await client.read(targetOf(at, path), signal);
    if (answer.kind !== 'ok') throw new Error(`asked in vain: ${JSON.stringify(answer)}`);
    answer.release?.();
  };
  // The first ones load and compile what all others use.
  for (let at = 0; at < 100; at++) await ask(at);
  for (let at = 0; at < 100; at++) client.forget(`n${at}`);
  const before = settled();
  const contactMs = await cpuOf(async () => {
    for (let at = 0; at < kubelets; at++) await ask(at);
  });
  const keptKb = (settled() - before) / 1024 / kubelets;
  const warmMs = await cpuOf(async () => {
    for (let at = 0; at < kubelets; at++) await ask(at);
  });
  const pacedMs = await cpuOf(() => paced(ask));
  const groupedMs = await cpuOf(() => grouped(ask));
  const floorMs = await floorOf(path);
  const bytes = path === '/packed' ? told.packedBytes : told.plainBytes;
  console.log(
    `${path.slice(1)}, ${(bytes / 1024).toFixed(1)} KiB: first contact ${per(contactMs, kubelets)}, asking ` +
      `${per(warmMs, kubelets)} back to back and ${per(pacedMs, askings)} every ${everyMs} ms, ` +
      `${per(groupedMs, askings)} in groups of ${together} (CPU); the same bytes over ` +
      `bare TLS ${per(floorMs, askings)}; ${keptKb.toFixed(0)} KiB of memory a connection`,
  );
}

/** One request after the other over one bare connection, nothing parsed, nothing unpacked. */
async function floorOf(path: string): Promise<number> {
  const secureContext = createSecureContext({ ca: told.ca });
  const buffer = Buffer.alloc(65_536);
  let arrived: () => void = () => undefined;
  const end = Buffer.from('0\r\n\r\n');
  const callback = (length: number): boolean => {
    if (buffer.subarray(Math.max(0, length - end.length), length).equals(end)) arrived();
    return true;
  };
  const way = { host: '127.0.0.1', port: told.port, secureContext, onread: { buffer, callback } };
  const socket = await new Promise<TLSSocket>((resolve, reject) => {
    const dialled = connect(way, () => resolve(dialled)).once('error', reject);
  });
  const request = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${'t'.repeat(900)}\r\n\r\n`);
  const spentMs = await cpuOf(() =>
    paced(async () => {
      await new Promise<void>((resolve) => {
        arrived = resolve;
        socket.write(request);
      });
    }),
  );
  socket.destroy();
  return spentMs;
}

async function paced(ask: (at: number) => Promise<void>): Promise<void> {
  for (let at = 0; at < askings; at++) {
    await ask(at);
    await sleep(everyMs);
  }
}

async function grouped(ask: (at: number) => Promise<void>): Promise<void> {
  for (let at = 0; at < askings; at += together) {
    const size = Math.min(together, askings - at);
    await Promise.all(Array.from({ length: size }, (_, member) => ask(at + member)));
    await sleep(everyMs * size);
  }
}

async function cpuOf(work: () => Promise<void>): Promise<number> {
  const since = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

/** Resident bytes after a collection. */
function settled(): number {
  globalThis.gc?.();
  return process.memoryUsage().rss;
}

function per(ms: number, times: number): string {
  return `${(ms / times).toFixed(3)} ms`;
}

function targetOf(at: number, path: string): KubeletTarget {
  const node = `n${at}`;
  return { node, uid: `u${at}`, host: '127.0.0.1', names: [node], port: told.port, path };
}
