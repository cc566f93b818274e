import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { silentLogger } from '../../telemetry/logger.ts';
import type { Answer, ApiRequest } from '../exchange.ts';
import { listenPlainly, type PlainListener } from './plain-listener.ts';

describe('listening for plain HTTP', () => {
  it('answers with path, query and headers as they came, and no certificate', async () => {
    await using server = await serving(async ({ path, query, headers, peerChain }) =>
      said(`${path} ${query.get('a')} ${headers['x-b']} ${peerChain.length}`),
    );
    assert.equal(await ask(server.port, '/one%20two?a=1', { 'x-b': 'c' }), '200 /one%20two 1 c 0');
  });

  it('sends long answers in pieces', async () => {
    await using server = await serving(async () => ({ status: 200, headers: {}, body: ['a'.repeat(70_000), 'b'] }));
    assert.equal(await ask(server.port, '/'), `200 ${'a'.repeat(70_000)}b`);
  });

  it('refuses what would take too long to take apart, and what is no HTTP', async () => {
    await using server = await serving(async () => said('fine'));
    assert.match(await ask(server.port, `/?${'&'.repeat(2_000)}`), /^414 /);
    assert.match(await raw(server.port, 'HELO there\r\n\r\n'), /^HTTP\/1\.1 400 /);
    assert.equal(await ask(server.port, '/'), '200 fine');
  });

  it('answers a handler that breaks with 500, and goes on', async () => {
    let broken = true;
    await using server = await serving(async () => {
      if (broken) throw new Error('broken on purpose');
      return said('fine');
    });
    assert.match(await ask(server.port, '/'), /^500 /);
    broken = false;
    assert.equal(await ask(server.port, '/'), '200 fine');
  });

  it('finishes what is under way when it closes, and accepts nobody any more', async () => {
    const { promise: asked, resolve: wasAsked } = Promise.withResolvers<void>();
    const { promise: may, resolve: go } = Promise.withResolvers<void>();
    const server = await serving(async () => {
      wasAsked();
      await may;
      return said('late');
    });
    const answer = ask(server.port, '/');
    await asked;
    const closed = server[Symbol.asyncDispose]();
    await assert.rejects(ask(server.port, '/'), { code: 'ECONNREFUSED' });
    go();
    assert.equal(await answer, '200 late');
    await closed;
  });

  it('says which port is taken and what would help', async () => {
    await using server = await serving(async () => said('fine'));
    const outcome = await listenPlainly({ ...optionsFor(async () => said('never')), port: server.port });
    assert.ok(outcome.kind === 'failed');
    assert.match(outcome.message, /cannot listen on 127\.0\.0\.1:\d+: the address is in use; .* choose another port/);
  });
});

const said = (body: string): Answer => ({ status: 200, headers: { 'Content-Type': 'text/plain' }, body });

const optionsFor = (handle: (request: ApiRequest) => Promise<Answer>) => ({
  bindAddress: '127.0.0.1',
  port: 0,
  handle,
  requestTimeoutMs: 60_000,
  clock: new WoundClock(Date.now()),
  log: silentLogger,
});

async function serving(
  handle: (request: ApiRequest) => Promise<Answer>,
): Promise<Pick<PlainListener, 'port'> & AsyncDisposable> {
  const outcome = await listenPlainly(optionsFor(handle));
  assert.ok(outcome.kind === 'listening');
  const { listener } = outcome;
  return { port: listener.port, [Symbol.asyncDispose]: () => listener.close({ graceMs: 5_000 }) };
}

async function ask(port: number, path: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const request = get({ host: '127.0.0.1', port, path, headers, agent: false });
  const [response] = await once(request, 'response');
  return `${response.statusCode} ${await text(response)}`;
}

async function raw(port: number, sent: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.end(sent);
  return await text(socket);
}
