import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get } from 'node:https';
import { createServer } from 'node:net';
import { describe, it } from 'node:test';
import { issueCertificate } from '../apiserver/certificates/issue-certificate.ts';
import type { Answer, ApiRequest } from '../apiserver/exchange.ts';
import { ShutdownGate } from '../apiserver/filters/shutdown-gate.ts';
import type { Listener } from '../apiserver/listen/listener.ts';
import { KeptLog } from '../kube/testing/kept-log.ts';
import { type Clock, systemClock } from '../lifecycle/clock.ts';
import { WoundClock } from '../lifecycle/wound-clock.ts';
import { Server, type Shutdown } from './server.ts';

const validity = { notBefore: Date.now() - 60_000, notAfter: Date.now() + 3_600_000 };
const pair = await issueCertificate({ commonName: 'server', usages: ['server'], ...validity });

describe('the server', () => {
  it('listens while its loops run, and ends them and itself when asked to stop', async () => {
    const loop = new FakeLoop();
    const { server, log } = serverOf({ loops: [loop] });
    assert.equal(server.address, undefined);
    const running = start(server);
    assert.equal(await answerOf(server), 'well');
    assert.equal(loop.state, 'running');
    running.stop();
    await running.ended;
    assert.equal(loop.state, 'stopped');
    assert.deepEqual(log.shown, ['Serving', 'Stopped listening']);
  });

  it('hands its listener to whoever keeps the certificate up to date', async () => {
    const seen: Listener[] = [];
    const { server } = serverOf({ seen });
    const running = start(server);
    await answerOf(server);
    assert.equal(seen[0]?.port, server.address?.port);
    running.stop();
    await running.ended;
  });

  it('fails readiness before it stops listening, and finishes what is under way', async () => {
    const { server, stopping, release, asked } = serverOf({ slow: true });
    const running = start(server);
    const answer = answerOf(server);
    await asked;
    running.stop();
    assert.equal(stopping.signal.aborted, true);
    release();
    assert.equal(await answer, 'well');
    await running.ended;
  });

  it('answers everybody, with fresh figures, until the news that it leaves has got round', async () => {
    const [clock, loop] = [new WoundClock(), new FakeLoop()];
    const { server, stopping } = serverOf({ clock, loops: [loop], shutdown: { delayMs: 20_000 } });
    const running = start(server);
    await answerOf(server);
    running.stop();
    assert.equal(stopping.signal.aborted, true);
    await clock.wind(19_999);
    assert.equal(await answerOf(server), 'well');
    assert.equal(loop.state, 'running');
    await clock.wind(1);
    await running.ended;
    assert.equal(loop.state, 'stopped');
  });

  it('cuts what is under way when the time for a request is up', async () => {
    const clock = new WoundClock();
    const { server, asked } = serverOf({ clock, slow: true, shutdown: { drainMs: 8_000 } });
    const running = start(server);
    const cut = assert.rejects(answerOf(server), /hang up|ECONNRESET/);
    await asked;
    running.stop();
    await waitFor(() => clock.waiting === 3); // The request's own two limits, and ours.
    await clock.wind(8_000);
    await cut;
    await running.ended;
  });

  it('may send new requests elsewhere, in words, while it finishes those under way; probes are answered', async () => {
    const { server, asked, release, log } = serverOf({ slow: true, shutdown: { sendRetryAfter: true } });
    const running = start(server);
    const answer = answerOf(server);
    await asked;
    running.stop();
    const turnedAway = await ask(server, '/');
    assert.equal(turnedAway.status, 429);
    assert.equal(turnedAway.headers['retry-after'], '5');
    assert.equal(turnedAway.headers.connection, 'close');
    assert.equal(turnedAway.body, 'The apiserver is shutting down, please try again later.\n');
    assert.equal((await ask(server, '/livez')).body, 'well');
    assert.deepEqual(log.shown, ['Serving']);
    release();
    assert.equal(await answer, 'well');
    await running.ended;
    await assert.rejects(ask(server, '/livez'), /ECONNREFUSED/);
  });

  it('does not send new requests elsewhere for longer than a request may take', async () => {
    const clock = new WoundClock();
    const { server, asked } = serverOf({ clock, slow: true, shutdown: { sendRetryAfter: true, drainMs: 8_000 } });
    const running = start(server);
    const cut = assert.rejects(answerOf(server), /hang up|ECONNRESET/);
    await asked;
    running.stop();
    await waitFor(() => clock.waiting === 3);
    await clock.wind(7_999);
    assert.equal((await ask(server, '/')).status, 429);
    await clock.wind(1);
    await waitFor(() => clock.waiting === 3);
    await clock.wind(2_000);
    await cut;
    await running.ended;
  });

  it('ends as a whole when one loop breaks, with what broke', async () => {
    const [broken, other] = [new FakeLoop(), new FakeLoop()];
    const { server } = serverOf({ loops: [broken, other] });
    const { ended } = start(server);
    await answerOf(server);
    broken.break(new Error('the loop is broken'));
    await assert.rejects(ended, { message: 'the loop is broken' });
    assert.equal(other.state, 'stopped');
  });

  it('does not start on a port that is taken, and ends its loops', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    assert.ok(address !== null && typeof address === 'object');
    const loop = new FakeLoop();
    const { server } = serverOf({ loops: [loop], port: address.port });
    await assert.rejects(start(server).ended, /EADDRINUSE|in use/);
    assert.equal(loop.state, 'stopped');
    other.close();
  });

  it('closes what was opened for it when it is disposed of, and not before', async () => {
    const closed: string[] = [];
    const { server } = serverOf({ closed });
    const running = start(server);
    await answerOf(server);
    running.stop();
    await running.ended;
    assert.deepEqual(closed, []);
    await server[Symbol.asyncDispose]();
    assert.deepEqual(closed, ['connection']);
  });
});

/** Runs until stopped or broken. */
class FakeLoop {
  state: 'new' | 'running' | 'stopped' = 'new';
  readonly #broken = Promise.withResolvers<never>();

  async run(signal: AbortSignal): Promise<void> {
    this.state = 'running';
    const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    if (!signal.aborted) await Promise.race([stopped, this.#broken.promise]);
    this.state = 'stopped';
  }

  break(error: Error): void {
    this.#broken.reject(error);
  }
}

interface Story {
  readonly loops?: readonly FakeLoop[];
  readonly port?: number;
  readonly seen?: Listener[];
  readonly closed?: string[];
  /** Requests are answered only after `release`. */
  readonly slow?: boolean;
  readonly shutdown?: Partial<Shutdown>;
  readonly clock?: Clock;
}

function serverOf({
  loops = [],
  port = 0,
  seen = [],
  closed = [],
  slow = false,
  shutdown = {},
  clock = systemClock,
}: Story) {
  const log = new KeptLog();
  const gate = new ShutdownGate();
  const stopping = new AbortController();
  const asked = Promise.withResolvers<ApiRequest>();
  const released = Promise.withResolvers<void>();
  const opened = new AsyncDisposableStack();
  opened.defer(() => void closed.push('connection'));
  const answer = async (request: ApiRequest): Promise<Answer> => {
    asked.resolve(request);
    if (slow && request.path !== '/livez') await released.promise;
    return { status: 200, headers: {}, body: 'well' };
  };
  const handle = (request: ApiRequest): Promise<Answer> => gate.filter(request, () => answer(request));
  const server = new Server({
    api: { handle },
    listening: { bindAddress: '127.0.0.1', port, pair, requestTimeoutMs: 10_000, clock, log },
    whileListening: (listener) => async (signal) => {
      seen.push(listener);
      if (!signal.aborted) await once(signal, 'abort');
    },
    loops,
    shutdown: { delayMs: 0, sendRetryAfter: false, drainMs: 10_000, gate, ...shutdown },
    stopping,
    log,
    opened,
  });
  return { server, log, stopping, asked: asked.promise, release: () => released.resolve() };
}

function start(server: Server): { readonly ended: Promise<void>; stop(): void } {
  const stop = new AbortController();
  const ended = server.run(stop.signal);
  // Looked at by whoever expects it to fail.
  ended.catch(() => undefined);
  return { ended, stop: () => stop.abort() };
}

/** What the server answers, once it listens. */
async function answerOf(server: Server): Promise<string> {
  return (await ask(server, '/')).body;
}

async function ask(server: Server, path: string) {
  await waitFor(() => server.address !== undefined);
  const { host = '', port = 0 } = server.address ?? {};
  const asking = get({ host, port, path, rejectUnauthorized: false, agent: false });
  const [response] = await once(asking, 'response');
  const body: string = (await response.setEncoding('utf8').toArray()).join('');
  return { status: response.statusCode, headers: response.headers, body };
}

async function waitFor(happened: () => boolean): Promise<void> {
  for (let turns = 0; !happened() && turns < 100_000; turns++) await new Promise((resolve) => setImmediate(resolve));
}
