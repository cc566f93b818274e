import assert from 'node:assert/strict';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { KubeletConnections } from './kubelet-connections.ts';

const kubelets = 60;

it('the answers of many kubelets that lie ready all at once are worked in over several turns of the event loop', async () => {
  await using opened = new AsyncDisposableStack();
  const asking: Socket[] = [];
  const everybodyAsked = Promise.withResolvers<void>();
  const server = createServer((socket) => {
    socket
      .on('error', () => undefined)
      .once('data', () => asking.push(socket) === kubelets && everybodyAsked.resolve());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.defer(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  opened.defer(() => asking.forEach((socket) => void socket.destroy()));
  const { port } = server.address() as AddressInfo;
  const credentials = { current: () => ({}) };
  const options = { credentials, trust: 'plain-http', keepAliveMs: 60_000, clock: new WoundClock() } as const;
  const client = opened.use(new KubeletConnections({ ...options, userAgent: 'tacho/test' }));
  const { signal } = new AbortController();
  let answered = 0;
  const whole = Array.from({ length: kubelets }, async (_, at) => {
    const target = { node: `n${at}`, host: '127.0.0.1', port, path: '/metrics/resource' };
    assert.equal((await client.read(target, signal)).kind, 'ok');
    answered++;
  });
  await everybodyAsked.promise;
  for (const socket of asking) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na 1');
  const perTurn: number[] = [];
  while (answered < kubelets) {
    const before = answered;
    await nextTurn();
    perTurn.push(answered - before);
  }
  await Promise.all(whole);
  // Between two looks of ours lies what one turn takes, or the ends of two turns.
  assert.ok(Math.max(...perTurn) <= 16, `so many in each turn: ${perTurn.join(' ')}`);
});
