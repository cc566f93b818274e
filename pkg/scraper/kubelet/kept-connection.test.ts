import assert from 'node:assert/strict';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import type { KubeletTarget } from './address.ts';
import { KubeletConnections } from './kubelet-connections.ts';

const keepAliveMs = 60_000;
const patient = new AbortController().signal;

describe('a kept connection', () => {
  let peer: Peer;
  let clock: WoundClock;
  let client: KubeletConnections;

  beforeEach(async () => {
    peer = await new Peer().listen();
    clock = new WoundClock();
    const credentials = { current: () => ({}) };
    client = new KubeletConnections({ credentials, trust: 'plain-http', keepAliveMs, clock, userAgent: 'tacho/test' });
  });

  afterEach(async () => {
    client[Symbol.dispose]();
    await peer[Symbol.asyncDispose]();
  });

  const ask = async (): Promise<string> => {
    const answer = await client.read(peer.target, patient);
    return answer.kind === 'ok' ? answer.body.toString() : answer.kind;
  };

  it('serves one asking after the other', async () => {
    assert.deepEqual([await ask(), await ask(), await ask()], ['1\n', '2\n', '3\n']);
    assert.equal(peer.sockets.length, 1);
  });

  it('is closed where the kubelet says that it will close it, though it does not', async () => {
    peer.fields = 'Connection: close\r\n';
    assert.deepEqual([await ask(), await ask()], ['1\n', '2\n']);
    assert.equal(peer.sockets.length, 2, 'each answer had a connection of its own');
    await peer.closed(0);
  });

  it('is closed when something comes that nobody asked for, so that it answers no other question', async () => {
    assert.equal(await ask(), '1\n');
    peer.sockets[0]?.write(answerOf('forged\n'));
    await peer.closed(0);
    assert.equal(await ask(), '2\n');
    assert.equal(peer.sockets.length, 2);
  });

  it('is closed when more comes than the answer', async () => {
    peer.behind = answerOf('forged\n');
    assert.equal(await ask(), '1\n');
    peer.behind = '';
    assert.equal(await ask(), '2\n');
    await peer.closed(0);
  });

  it('is over with an answer that ends with it, and that is whole only then', async () => {
    peer.lastWords = 'HTTP/1.0 200 OK\r\n\r\nall of it\n';
    assert.deepEqual([await ask(), await ask()], ['all of it\n', 'all of it\n']);
    assert.equal(peer.sockets.length, 2);
    peer.lastWords = 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of it\n';
    assert.equal(await ask(), 'unreachable', 'this one says that there would have been more');
  });

  it('is closed when nobody has used it for its time, and not before', async () => {
    await ask();
    await clock.wind(keepAliveMs / 2);
    await ask();
    await clock.wind(keepAliveMs / 2);
    assert.equal(client.size, 1, 'it was used half of its time ago');
    await clock.wind(keepAliveMs);
    assert.equal(client.size, 0);
    await peer.closed(0);
    assert.equal(clock.waiting, 0, 'no timer is left');
  });

  it('outlives a fault of ours in making an answer, and who waits for it is told', async () => {
    let isAsked = false;
    peer.onAsked = () => {
      isAsked = true;
    };
    const faulty = Object.defineProperty({ ...peer.target }, 'accept', {
      get: () => (isAsked ? assert.fail('a fault of ours') : 'text/plain'),
    });
    const answer = await client.read(faulty, patient);
    assert.equal(answer.kind, 'bad-body');
    assert.match(answer.kind === 'bad-body' ? answer.message : '', /met a fault in this server: .*a fault of ours/);
    assert.equal(await ask(), '2\n');
  });

  it('does not hide that a new one fails: only a kept one is tried again', async () => {
    peer.cuts = true;
    assert.equal(await ask(), 'unreachable');
    assert.equal(peer.sockets.length, 1);
  });
});

const answerOf = (body: string, fields = ''): string =>
  `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n${fields}\r\n${body}`;

/** Speaks HTTP byte by byte as the test wants it, and counts what it was asked. */
class Peer implements AsyncDisposable {
  readonly sockets: Socket[] = [];
  /** Goes into the head of each answer. */
  fields = '';
  /** Follows each answer within the same packet. */
  behind = '';
  /** Says this instead of an answer, and then that there is no more. */
  lastWords: string | undefined;
  /** Hangs up instead of answering. */
  cuts = false;
  /** Called when it is asked. */
  onAsked: () => void = () => undefined;
  #asked = 0;
  readonly #server = createServer((socket) => {
    this.sockets.push(socket);
    socket.on('error', () => undefined).on('data', () => this.#answer(socket));
  });

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get target(): KubeletTarget {
    const { port } = this.#server.address() as AddressInfo;
    return { node: 'n1', host: '127.0.0.1', port, path: '/metrics/resource' };
  }

  /** Resolves when the other side has closed the connection. */
  async closed(at: number): Promise<void> {
    const socket = this.sockets[at];
    if (socket === undefined || socket.destroyed) return;
    await new Promise((resolve) => socket.once('close', resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(socket: Socket): void {
    this.onAsked();
    if (this.cuts) return void socket.destroy();
    if (this.lastWords !== undefined) return void socket.end(this.lastWords);
    this.#asked++;
    socket.write(answerOf(`${this.#asked}\n`, this.fields) + this.behind);
  }
}
