import assert from 'node:assert/strict';
import type { X509Certificate } from 'node:crypto';
import { describe, it, type TestContext } from 'node:test';
import { systemClock } from '../../lifecycle/clock.ts';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { silentLogger } from '../../telemetry/logger.ts';
import { generateKey, issueCertificate } from '../certificates/issue-certificate.ts';
import { JsonWriter } from '../encode/json/json-writer.ts';
import { fullChunk } from '../encode/spare-chunks.ts';
import type { Answer, ApiRequest } from '../exchange.ts';
import { type Listener, type ListenOptions, listen } from './listener.ts';
import { type Client, type Contact, protocols } from './testing/clients.ts';

const key = await generateKey();
const validity = { notBefore: Date.now() - 60_000, notAfter: Date.now() + 86_400_000, key };
const pair = await issueCertificate({ commonName: 'server', usages: ['server'], ...validity });
const authority = await issueCertificate({ commonName: 'authority', isCa: true, usages: [], ...validity });
const alice = await issueCertificate({ commonName: 'alice', usages: ['client'], issuer: authority, ...validity });

/** What holds whatever the client speaks. */
for (const [protocol, clientOf] of protocols) {
  describe(`over ${protocol}`, () => {
    it('a request arrives with method, path, query, host and headers; its answer leaves whole', async (t) => {
      let seen: ApiRequest | undefined;
      const { client } = await meeting(t, async (request) => {
        seen = request;
        return { status: 201, headers: { 'X-Made-By': 'test' }, body: 'größer' };
      });
      const answer = await client.ask({
        path: '/apis/a%2Fb?limit=5&limit=6&x',
        method: 'PUT',
        body: 'thrown away',
        headers: { 'X-Remote-Group': ['a, b', 'c'], Accept: 'x/y' },
      });
      assert.deepEqual([answer.status, answer.body], [201, 'größer']);
      assert.equal(answer.headers['x-made-by'], 'test');
      assert.equal(answer.headers['content-length'], '8');
      assert.deepEqual([seen?.method, seen?.path], ['PUT', '/apis/a%2Fb']);
      assert.deepEqual(seen?.query.getAll('limit'), ['5', '6']);
      assert.deepEqual(seen?.headers['x-remote-group'], ['a, b', 'c']);
      assert.equal(seen?.headers.accept, 'x/y');
      assert.match(seen?.headers.host ?? '', /^127\.0\.0\.1:\d+$/);
      assert.deepEqual(
        Object.keys(seen?.headers ?? {}).filter((name) => name.startsWith(':')),
        [],
      );
      assert.equal(seen?.httpMajor, protocol === 'HTTP/2' ? 2 : 1);
      assert.deepEqual([seen?.peerChain, seen?.remoteAddress], [[], '127.0.0.1']);
    });

    it('the chain a client presents arrives with every request of its connection, and with no other one', async (t) => {
      const { listener, client } = await meeting(t, async ({ peerChain }) => ok(names(peerChain)), {
        contact: { cert: alice.certPem + authority.certPem, key: alice.keyPem },
      });
      for (let count = 0; count < 3; count++) assert.equal((await client.ask()).body, 'alice authority');
      const nobody = clientOf({ port: listener.port });
      t.after(() => nobody.close());
      assert.equal((await nobody.ask()).body, '');
    });

    it('long answers whose chunks are written into the memory of those before them leave whole, many at a time', async (t) => {
      const { listener } = await meeting(t, async ({ path }) => ({ status: 200, headers: {}, body: written(path) }));
      const bodies = await Promise.all(
        Array.from({ length: 12 }, async (_, number) => {
          const client = clientOf({ port: listener.port });
          t.after(() => client.close());
          return (await client.ask({ path: `/${number}` })).body;
        }),
      );
      for (const [number, body] of bodies.entries()) {
        assert.ok(
          body === [...written(`/${number}`)].map((chunk) => Buffer.from(chunk).toString()).join(''),
          `${number}`,
        );
      }
    });

    it('what an answer warns of leaves as a header per sentence, in front of a whole body and of one in chunks', async (t) => {
      const warnings = ['one "node"', 'two'];
      const { client } = await meeting(t, async ({ path }) => {
        return { ...ok(path === '/whole' ? 'body' : ['bo', 'dy']), warnings };
      });
      for (const path of ['/whole', '/chunks']) {
        const { headers, body } = await client.ask({ path });
        assert.deepEqual([headers.warning, body], ['299 - "one \\"node\\"", 299 - "two"', 'body'], path);
      }
    });

    it('a long answer is sent chunk by chunk, and others are answered meanwhile', async (t) => {
      const [reached, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const { listener, client } = await meeting(t, async ({ path }) => {
        if (path === '/short') return ok('short');
        return ok(
          (async function* () {
            yield 'one ';
            reached.resolve();
            await go.promise;
            yield Buffer.from('two');
          })(),
        );
      });
      const long = client.ask({ path: '/long' });
      await reached.promise;
      const other = clientOf({ port: listener.port });
      t.after(() => other.close());
      assert.equal((await other.ask({ path: '/short' })).body, 'short');
      go.resolve();
      assert.equal((await long).body, 'one two');
    });

    it('a client that does not read holds the answer back, and one that leaves ends the drawing', async (t) => {
      let drawn = 0;
      const ended = Promise.withResolvers<void>();
      const { client } = await meeting(t, async () =>
        ok(
          (async function* () {
            try {
              for (; drawn < 100_000; ) {
                drawn++;
                yield Buffer.alloc(64 * 1024);
              }
            } finally {
              ended.resolve();
            }
          })(),
        ),
      );
      client.askWithoutReading();
      for (let before = -1; drawn === 0 || before !== drawn; ) {
        before = drawn;
        await turns(500);
      }
      assert.ok(drawn < 10_000, `${drawn} chunks drawn for a client that reads nothing`);
      client.close();
      await ended.promise;
    });

    it('the signal aborts when the client gives up on one request', async (t) => {
      const arrived = Promise.withResolvers<AbortSignal>();
      const { client } = await meeting(t, async ({ signal }) => {
        arrived.resolve(signal);
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        return ok('');
      });
      const leave = new AbortController();
      const answer = assert.rejects(client.ask({ signal: leave.signal }));
      const signal = await arrived.promise;
      assert.equal(signal.aborted, false);
      leave.abort();
      await answer;
      await turns(500);
      assert.equal(signal.aborted, true);
    });

    it('a request is over when its answer was sent, and not before', async (t) => {
      let over: AbortSignal | undefined;
      const { client } = await meeting(t, async (request) => {
        over = request.over;
        assert.equal(over?.aborted, false);
        return ok('done');
      });
      await client.ask();
      await turns(500);
      assert.equal(over?.aborted, true);
    });

    it('a handler that ignores that its time is up is answered for', async (t) => {
      const clock = new WoundClock();
      const arrived = Promise.withResolvers<void>();
      const stubborn = (): Promise<Answer> => {
        arrived.resolve();
        return new Promise(() => undefined);
      };
      const { client } = await meeting(t, stubborn, { clock, requestTimeoutMs: 5_000 });
      const answer = client.ask();
      await arrived.promise;
      await clock.wind(5_000);
      await clock.wind(1_000);
      assert.equal((await answer).status, 504);
    });

    it('an answer that is too slow to send, or breaks on the way, is cut, never ended as if it were whole', async (t) => {
      const clock = new WoundClock();
      const started = Promise.withResolvers<void>();
      const { client } = await meeting(
        t,
        async ({ path, signal }) =>
          ok(
            (async function* () {
              yield 'begun';
              started.resolve();
              if (path === '/breaks') throw new Error('no more');
              await new Promise((resolve) => signal.addEventListener('abort', resolve));
            })(),
          ),
        { clock },
      );
      await assert.rejects(client.ask({ path: '/breaks' }), /aborted|hang up|closed with error/);
      const cut = assert.rejects(client.ask({ path: '/slow' }), /aborted|hang up|closed with error/);
      await turns(500);
      await clock.wind(60_000);
      await cut;
    });

    it('a handler that throws gives 500', async (t) => {
      const { client } = await meeting(t, async () => {
        throw new Error('boom');
      });
      assert.equal((await client.ask()).status, 500);
    });

    it('HEAD, 204 and 304 carry no body', async (t) => {
      const { client } = await meeting(t, async ({ query }) => ({ ...ok('body'), status: Number(query.get('s')) }));
      for (const [method, status] of [['HEAD', 200] as const, ['GET', 204] as const, ['GET', 304] as const]) {
        const answer = await client.ask({ method, path: `/?s=${status}` });
        assert.deepEqual([answer.status, answer.body], [status, '']);
      }
    });

    it('what would take long to take apart is refused; thousands of groups are not', async (t) => {
      const { client } = await meeting(t, async ({ headers }) => ok(String(headers['x-remote-group']?.length)));
      assert.equal((await client.ask({ path: `/${'a'.repeat(65_537)}` })).status, 414);
      assert.equal((await client.ask({ path: `/?${'a&'.repeat(1_000)}` })).status, 414);
      const groups = (count: number) => ({ 'X-Remote-Group': Array.from({ length: count }, (_, at) => `g${at}`) });
      assert.equal((await client.ask({ headers: groups(10_001) })).status, 431);
      assert.equal((await client.ask({ headers: groups(5_000) })).body, '5000');
    });

    it('closing finishes what is under way and accepts nobody', async (t) => {
      const [arrived, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const { listener, client } = await meeting(t, async () => {
        arrived.resolve();
        await go.promise;
        return ok('finished');
      });
      const answer = client.ask();
      await arrived.promise;
      const closed = listener.close({ graceMs: 60_000 });
      const late = clientOf({ port: listener.port });
      await assert.rejects(late.ask());
      late.close();
      go.resolve();
      assert.equal((await answer).body, 'finished');
      await closed;
    });

    it('closing cuts what has not ended after the grace', async (t) => {
      const clock = new WoundClock();
      const arrived = Promise.withResolvers<AbortSignal>();
      const stubborn = ({ signal }: ApiRequest): Promise<Answer> => {
        arrived.resolve(signal);
        return new Promise(() => undefined);
      };
      const { listener, client } = await meeting(t, stubborn, { clock });
      const cut = assert.rejects(client.ask());
      const signal = await arrived.promise;
      const closed = listener.close({ graceMs: 5_000 });
      await clock.wind(4_999);
      assert.equal(signal.aborted, false);
      await clock.wind(1);
      await closed;
      await cut;
      assert.equal(signal.aborted, true);
    });

    it('an answer may ask the client to leave, which comes again by another connection', async (t) => {
      let connections = 0;
      const seen = new WeakSet<object>();
      const { client } = await meeting(t, async ({ path, peerChain }) => {
        if (!seen.has(peerChain)) connections++;
        seen.add(peerChain);
        return { ...ok('bye'), headers: path === '/leave' ? { Connection: 'close' } : {} };
      });
      for (const path of ['/stay', '/leave', '/stay', '/stay']) {
        assert.equal((await client.ask({ path })).body, 'bye');
        await turns(500);
      }
      assert.equal(connections, 2);
    });
  });

  async function meeting(
    t: TestContext,
    handle: ListenOptions['handle'],
    { contact = {}, ...options }: Partial<ListenOptions> & { readonly contact?: Omit<Contact, 'port'> } = {},
  ): Promise<{ readonly listener: Listener; readonly client: Client }> {
    const defaults = { bindAddress: '127.0.0.1', port: 0, requestTimeoutMs: 60_000, clock: systemClock };
    const outcome = await listen({ ...defaults, pair, log: silentLogger, ...options, handle });
    assert.ok(outcome.kind === 'listening');
    const { listener } = outcome;
    const client = clientOf({ port: listener.port, ...contact });
    t.after(async () => {
      client.close();
      const closed = listener.close({ graceMs: 0 });
      if (options.clock instanceof WoundClock) await options.clock.wind(1);
      await closed;
    });
    return { listener, client };
  }
}

const ok = (body: Answer['body']): Answer => ({ status: 200, headers: {}, body });

const names = (chain: readonly X509Certificate[]): string => chain.map(({ subject }) => subject.slice(3)).join(' ');

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Forty full chunks, each line of which says where it belongs. */
function* written(path: string): Iterable<Uint8Array> {
  const out = new JsonWriter(fullChunk);
  for (let line = 0, chunk = 0; chunk < 40; chunk++) {
    while (out.length < fullChunk - 1_000) out.text(`${path} ${line++}\n`);
    yield out.take();
  }
}
