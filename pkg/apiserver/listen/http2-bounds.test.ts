import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type ClientHttp2Session, connect, constants } from 'node:http2';
import { type TestContext, test } from 'node:test';
import { systemClock } from '../../lifecycle/clock.ts';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { silentLogger } from '../../telemetry/logger.ts';
import { generateKey, issueCertificate } from '../certificates/issue-certificate.ts';
import type { Answer } from '../exchange.ts';
import { type ListenOptions, listen } from './listener.ts';

const key = await generateKey();
const validity = { notBefore: Date.now() - 60_000, notAfter: Date.now() + 86_400_000, key };
const pair = await issueCertificate({ commonName: 'server', usages: ['server'], ...validity });

test('the client learns the bounds: streams, headers, window and frame', async (t) => {
  const { remoteSettings: standard } = await meeting(t);
  assert.deepEqual(
    [standard.maxConcurrentStreams, standard.maxHeaderListSize, standard.initialWindowSize, standard.maxFrameSize],
    [100, 1_048_576, 262_144, 262_144],
  );
  const { remoteSettings } = await meeting(t, { http2MaxStreamsPerConnection: 7 });
  assert.equal(remoteSettings.maxConcurrentStreams, 7);
});

test('a client that opens streams only to reset them loses its connection', async (t) => {
  let handled = 0;
  const count = async () => {
    handled++;
    return await new Promise<Answer>(() => undefined);
  };
  const session = await meeting(t, { handle: count });
  const ended = new Promise((resolve) => session.once('close', resolve));
  const flood = async (): Promise<void> => {
    while (!session.closed && !session.destroyed) {
      const streams = Array.from({ length: 50 }, () => session.request({ ':path': '/' }));
      for (const stream of streams) stream.on('error', () => undefined);
      // Once they are on their way: a request that is taken back before costs the server nothing.
      await Promise.race([pong(session), ended]);
      for (const stream of streams) stream.close(constants.NGHTTP2_CANCEL);
    }
  };
  await Promise.all([flood(), ended]);
  assert.ok(handled < 5_000, `${handled} requests handled`);
});

test('a body beyond what anybody reads ends its stream, and no other one of the connection', async (t) => {
  const session = await meeting(t);
  const stream = session.request({ ':path': '/', ':method': 'POST' });
  stream.on('error', () => undefined).resume();
  stream.end(Buffer.alloc(2_000_000));
  await new Promise((resolve) => stream.once('close', resolve));
  assert.equal(stream.rstCode, constants.NGHTTP2_ENHANCE_YOUR_CALM);
  const [headers] = await once(session.request({ ':path': '/' }), 'response');
  assert.equal(headers[':status'], 200);
});

const ends: readonly (readonly [how: string, answer: () => Answer, status: number])[] = [
  ['answered', () => ({ status: 200, headers: {}, body: 'fine' }), 200],
  ['refused after a failure', () => assert.fail('a failure that is meant'), 500],
];

for (const [how, answer, status] of ends) {
  test(`a request that never ends is over soon after it is ${how}, and its stream with it`, async (t) => {
    const over = Promise.withResolvers<void>();
    const handle: ListenOptions['handle'] = async (request) => {
      request.over?.addEventListener('abort', () => over.resolve());
      return answer();
    };
    const clock = new WoundClock();
    const session = await meeting(t, { handle, clock });
    const stream = session.request({ ':path': '/' }, { endStream: false }).resume();
    const closed = once(stream, 'close');
    const [headers] = await once(stream, 'response');
    if (!stream.readableEnded) await once(stream, 'end');
    while (!stream.closed) await clock.wind(1_000);
    await Promise.all([over.promise, closed]);
    assert.deepEqual([headers[':status'], stream.rstCode], [status, constants.NGHTTP2_NO_ERROR]);
  });
}

/** Resolves when the server has seen everything sent so far. */
function pong(session: ClientHttp2Session): Promise<void> {
  return new Promise((resolve) => {
    if (session.closed || session.destroyed || !session.ping(() => resolve())) resolve();
  });
}

async function meeting(t: TestContext, options: Partial<ListenOptions> = {}): Promise<ClientHttp2Session> {
  const outcome = await listen({
    bindAddress: '127.0.0.1',
    port: 0,
    pair,
    requestTimeoutMs: 60_000,
    clock: systemClock,
    log: silentLogger,
    handle: async () => ({ status: 200, headers: {}, body: 'fine' }),
    ...options,
  });
  assert.ok(outcome.kind === 'listening');
  const { listener } = outcome;
  const session = connect(`https://127.0.0.1:${listener.port}`, { rejectUnauthorized: false });
  session.on('error', () => undefined);
  t.after(async () => {
    session.destroy();
    await listener.close({ graceMs: 0 });
  });
  await once(session, 'remoteSettings');
  return session;
}
