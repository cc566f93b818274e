import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { plainRoute } from '../../apiserver/router.ts';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { silentLogger } from '../../telemetry/logger.ts';
import { LegacyPort } from './legacy-port.ts';

const routes = [plainRoute('/a-b', ({ query }) => ({ status: 200, headers: {}, body: `well ${query.get('x')}` }))];

describe('the plain port', () => {
  it('serves its routes, unescaped, and nothing else', async () => {
    await using port = await running();
    assert.equal(await ask(port.port, '/a%2Db?x=1'), '200 well 1');
    assert.equal(await ask(port.port, '/apis'), '404 404: Page Not Found\n');
    assert.equal(await ask(port.port, '/%zz'), '400 400 Bad Request\n');
  });

  it('is closed when the server stops', async () => {
    const port = await running();
    await port[Symbol.asyncDispose]();
    await assert.rejects(ask(port.port, '/a%2Db'), { code: 'ECONNREFUSED' });
  });

  it('that is taken ends the server with the name of the flag', async () => {
    await using port = await running();
    const second = portOf(port.port);
    await assert.rejects(second.run(new AbortController().signal), /--legacy-port: cannot listen on 127\.0\.0\.1:\d+/);
  });
});

const portOf = (port: number): LegacyPort =>
  new LegacyPort({
    bindAddress: '127.0.0.1',
    port,
    routes,
    requestTimeoutMs: 60_000,
    clock: new WoundClock(Date.now()),
    log: silentLogger,
  });

async function running(): Promise<{ readonly port: number } & AsyncDisposable> {
  const stop = new AbortController();
  const port = portOf(0);
  const ended = port.run(stop.signal);
  while (port.port === undefined) await new Promise((resolve) => setImmediate(resolve));
  return {
    port: port.port,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
    },
  };
}

async function ask(port: number, path: string): Promise<string> {
  const [response] = await once(get({ host: '127.0.0.1', port, path, agent: false }), 'response');
  return `${response.statusCode} ${await text(response)}`;
}
