import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect as connectTcp, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import type { Connect } from '../connector.ts';
import { agentClient } from './agent-client.ts';
import type { HttpClient, HttpRequest, MakeHttpClient } from './http-client.ts';
import { readText } from './response-body.ts';
import { undiciClient } from './undici-client.ts';

const clients: Readonly<Record<string, MakeHttpClient>> = { 'Node.js’s own client': agentClient, undici: undiciClient };

for (const [name, makeClient] of Object.entries(clients)) {
  describe(`HTTP by ${name}`, () => {
    it('sends what it is given, and gives what it gets', async () => {
      await using site = await Site.open((request, response) => {
        const { method, url, headers } = request;
        void readText(request, 100).then((body) => {
          response.setHeader('X-Shown', 'yes');
          response.writeHead(418).end(JSON.stringify({ method, url, body, host: headers.host, x: headers['x-given'] }));
        });
      });
      await using client = await site.client(makeClient);
      const headers = { 'x-given': 'this' };
      const answer = await client.send({ ...asking(), method: 'POST', path: '/a%20b?c=d', headers, body: '{"ü":1}' });
      assert.equal(answer.status, 418);
      assert.equal(answer.headers['x-shown'], 'yes');
      assert.deepEqual(JSON.parse(await readText(answer.body, 1_000)), {
        method: 'POST',
        url: '/a%20b?c=d',
        body: '{"ü":1}',
        host: `127.0.0.1:${site.port}`,
        x: 'this',
      });
    });

    it('goes on over the sockets it has', async () => {
      await using site = await Site.open((_, response) => response.end('{}'));
      await using client = await site.client(makeClient);
      for (let turn = 0; turn < 20; turn++) await asked(client);
      assert.ok(site.opened <= 2, `${site.opened} sockets for 20 requests`);
    });

    it('opens no more sockets than it may, and lets the others wait their turn', async () => {
      const held: (() => void)[] = [];
      await using site = await Site.open((_, response) => void held.push(() => response.end('{}')));
      await using client = await site.client(makeClient, { maxSockets: 3 });
      const answers = Array.from({ length: 10 }, () => asked(client));
      for (let answered = 0; answered < 10; answered++) {
        while (held.length === 0) await new Promise(setImmediate);
        assert.ok(held.length <= 3 && site.opened <= 3, `${held.length} at a time over ${site.opened} sockets`);
        held.shift()?.();
      }
      assert.deepEqual(
        await Promise.all(answers),
        Array.from({ length: 10 }, () => 200),
      );
    });

    it('gives up what is aborted while it waits for a socket, and forgets it', async () => {
      await using site = await Site.open(() => undefined);
      await using client = await site.client(makeClient, { maxSockets: 1 });
      const stop = new AbortController();
      const first = client.send(asking(stop.signal));
      const second = client.send(asking(stop.signal));
      const reason = new Error('time is up');
      setImmediate(() => stop.abort(reason));
      for (const answer of [first, second]) await assert.rejects(answer, reason);
      await assert.rejects(client.send(asking(stop.signal)), reason);
    });

    it('breaks a body that is aborted, and its socket', async () => {
      await using site = await Site.open((_, response) => response.write('begun'));
      await using client = await site.client(makeClient);
      const stop = new AbortController();
      const { body } = await client.send(asking(stop.signal));
      const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
      assert.equal(String((await chunks.next()).value), 'begun');
      setImmediate(() => stop.abort(new Error('time is up')));
      await assert.rejects(chunks.next(), /time is up/);
      await site.socketsGone();
    });

    it('leaves nothing at a signal that outlives the request', async () => {
      await using site = await Site.open((_, response) => response.end('{}'));
      await using client = await site.client(makeClient);
      const stop = new AbortController();
      for (let turn = 0; turn < 5; turn++) await asked(client, stop.signal);
      while (getEventListeners(stop.signal, 'abort').length > 0) await new Promise(setImmediate);
    });

    it('says when a body breaks off, and goes on with the next', async () => {
      const breaks = [true, false];
      await using site = await Site.open((_, response) => {
        if (!breaks.shift()) return response.end('{}');
        response.write('half');
        return setImmediate(() => response.socket?.destroy());
      });
      await using client = await site.client(makeClient);
      await assert.rejects(asked(client));
      assert.equal(await asked(client), 200);
    });

    it('opens new sockets when the other side has closed those it kept', async () => {
      await using site = await Site.open((_, response) => response.end('{}'));
      await using client = await site.client(makeClient);
      for (let turn = 0; turn < 3; turn++) {
        assert.equal(await asked(client), 200);
        site.hangUp();
        await site.socketsGone();
        // What the loop still has to say about it.
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      assert.equal(site.opened, 3);
    });

    it('fails where nobody is, and succeeds when somebody has come', async () => {
      await using site = await Site.open((_, response) => response.end('{}'));
      const outcomes = [false, true];
      const connect: Connect = (done) =>
        outcomes.shift() ? site.connect(done) : done(new Error('nobody there'), null);
      await using client = await site.client(makeClient, { maxSockets: 1, connect });
      await assert.rejects(asked(client), /nobody there/);
      assert.equal(await asked(client), 200);
    });

    it('fails where somebody speaks something else', async () => {
      await using site = await Site.open((_, response) => response.socket?.end('SSH-2.0-Tacho\r\n\r\n'));
      await using client = await site.client(makeClient);
      await assert.rejects(asked(client), /HTTP/);
    });

    it('closes everything when it is closed, and sends nothing more', async () => {
      await using site = await Site.open((request, response) => {
        if (request.url === '/body') response.write('begun');
      });
      const client = await site.client(makeClient, { maxSockets: 2 });
      const { body } = await client.send({ ...asking(), path: '/body' });
      body.on('error', () => undefined);
      const pending = [asked(client), asked(client)].map((answer) => assert.rejects(answer));
      while (site.opened < 2) await new Promise(setImmediate);
      await client[Symbol.asyncDispose]();
      await Promise.all(pending);
      await assert.rejects(asked(client));
      await site.socketsGone();
    });
  });
}

describe('HTTP by Node.js’s own client alone', () => {
  it('keeps no socket that is open only after everything was closed', async () => {
    await using site = await Site.open((_, response) => response.end('{}'));
    const opening = Promise.withResolvers<void>();
    const slow: Connect = (done) => void opening.promise.then(() => site.connect(done));
    const client = await site.client(agentClient, { connect: slow });
    const answer = assert.rejects(asked(client), /the connection is closed/);
    await new Promise(setImmediate);
    await client[Symbol.asyncDispose]();
    opening.resolve();
    await answer;
    while (site.opened === 0) await new Promise(setImmediate);
    await site.socketsGone();
  });

  it('gives up what is aborted while its socket is opened, and goes on with the next', async () => {
    await using site = await Site.open((_, response) => response.end('{}'));
    const opening = Promise.withResolvers<void>();
    const slow: Connect = (done) => void opening.promise.then(() => site.connect(done));
    await using client = await site.client(agentClient, { maxSockets: 1, connect: slow });
    const stop = new AbortController();
    const answer = client.send(asking(stop.signal));
    setImmediate(() => stop.abort(new Error('time is up')));
    await assert.rejects(answer, /time is up/);
    opening.resolve();
    assert.equal(await asked(client), 200);
  });
});

const asking = (signal: AbortSignal = new AbortController().signal): HttpRequest => ({
  method: 'GET',
  path: '/',
  headers: {},
  body: null,
  signal,
});

async function asked(client: HttpClient, signal?: AbortSignal): Promise<number> {
  const { status, body } = await client.send(asking(signal));
  body.on('error', () => undefined);
  await readText(body, 1_000);
  return status;
}

/** A server on 127.0.0.1 that answers as told. */
class Site implements AsyncDisposable {
  opened = 0;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  readonly connect: Connect = (done) => {
    const socket = connectTcp(this.port, '127.0.0.1', () => done(null, socket));
    socket.once('error', (cause) => done(cause, null));
  };

  private constructor(answer: RequestListener) {
    this.#server = createServer(answer).on('connection', (socket: Socket) => {
      this.opened++;
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  static async open(answer: RequestListener): Promise<Site> {
    const site = new Site(answer);
    await new Promise<void>((resolve) => site.#server.listen(0, '127.0.0.1', resolve));
    return site;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  client(makeClient: MakeHttpClient, { maxSockets = 32, connect = this.connect } = {}): Promise<HttpClient> {
    return makeClient({ server: `http://127.0.0.1:${this.port}/prefix`, connect, maxSockets });
  }

  hangUp(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async socketsGone(): Promise<void> {
    while (this.#sockets.size > 0) await new Promise(setImmediate);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.hangUp();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
