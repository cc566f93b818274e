import { createServer } from 'node:net';

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
