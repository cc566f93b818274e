import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

/**
 * A port of the loopback interface that is free, and stays so until it is listened on: it lies below those that the system
 * gives to whoever asks for any. Thousands of kubelets ask for any.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = lowest + Math.floor(Math.random() * (firstEphemeral() - lowest));
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port on 127.0.0.1 between ${lowest} and ${firstEphemeral()}`);
}

const lowest = 10_000;

/** The first port of the range that Linux hands out. */
function firstEphemeral(): number {
  const [first] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').trim().split(/\s+/);
  return Math.max(Number(first), lowest + 1);
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  const { promise, resolve } = Promise.withResolvers<boolean>();
  probe.once('error', () => resolve(false));
  probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  return await promise;
}
