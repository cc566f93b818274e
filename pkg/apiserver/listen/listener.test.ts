import assert from 'node:assert/strict';
import type { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { connect as connectPlain, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { systemClock } from '../../lifecycle/clock.ts';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { type Facts, type Logger, silentLogger } from '../../telemetry/logger.ts';
import { type CertificatePair, generateKey, issueCertificate } from '../certificates/issue-certificate.ts';
import type { Answer, ApiRequest } from '../exchange.ts';
import { type Listener, type ListenOptions, listen } from './listener.ts';

const key = await generateKey();
const validity = { notBefore: Date.now() - 60_000, notAfter: Date.now() + 86_400_000, key };
const pair = await issueCertificate({ commonName: 'server', usages: ['server'], ...validity });
const authority = await issueCertificate({ commonName: 'authority', isCa: true, usages: [], ...validity });
const between = await issueCertificate({
  commonName: 'between',
  isCa: true,
  usages: [],
  issuer: authority,
  ...validity,
  key: await generateKey(),
});
const client = await issueCertificate({ commonName: 'alice', usages: ['client'], issuer: between, ...validity });
const clientChain = { cert: client.certPem + between.certPem, key: client.keyPem };

test('a request arrives with method, path, query and headers, and its answer leaves with status, headers and length', async (t) => {
  let seen: ApiRequest | undefined;
  const listener = await listening(t, async (request) => {
    seen = request;
    return { status: 201, headers: { 'X-Made-By': 'test' }, body: 'größer' };
  });
  const answer = await ask(listener, { path: '/apis/a%2Fb?limit=5&limit=6&x', method: 'PUT', body: 'thrown away' });

  assert.equal(answer.status, 201);
  assert.equal(answer.headers['x-made-by'], 'test');
  assert.equal(answer.headers['content-length'], '8');
  assert.equal(answer.body, 'größer');
  assert.equal(seen?.method, 'PUT');
  assert.equal(seen?.path, '/apis/a%2Fb');
  assert.deepEqual(seen?.query.getAll('limit'), ['5', '6']);
  assert.equal(seen?.query.get('x'), '');
  assert.deepEqual(seen?.peerChain, []);
  assert.equal(seen?.remoteAddress, '127.0.0.1');
});

test('a header sent twice stays two values, unless it is a list by definition', async (t) => {
  let headers: IncomingHttpHeaders = {};
  const listener = await listening(t, async (request) => {
    headers = request.headers;
    return ok('');
  });
  const lines = ['X-Remote-Group: a, b', 'X-Remote-Group: c', 'X-Remote-User: u, v', 'Accept: x/y', 'Accept: y/z'];
  await raw(listener, `GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${lines.join('\r\n')}\r\n\r\n`);

  assert.deepEqual(headers['x-remote-group'], ['a, b', 'c']);
  assert.equal(headers['x-remote-user'], 'u, v');
  assert.equal(headers.accept, 'x/y, y/z');
});

test('a whole URL as target, and an asterisk, are understood', async (t) => {
  const listener = await listening(t, async ({ path, query }) => ok(`${path} ${query}`));
  const target = (text: string): Promise<string> =>
    raw(listener, `OPTIONS ${text} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  assert.match(await target('https://host:1/a/b?c=d'), /\r\n\r\n\/a\/b c=d$/);
  assert.match(await target('https://host:1?c=d'), /\r\n\r\n\/ c=d$/);
  assert.match(await target('*'), /\r\n\r\n\* $/);
});

test('the chain a client presents arrives leaf first, with its intermediates, verified by nobody', async (t) => {
  const listener = await listening(t, async ({ peerChain }) => ok(names(peerChain)));
  assert.equal((await ask(listener, clientChain)).body, 'alice between');
});

for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
  test(`a connection never resumes another one's session, over ${maxVersion}, so that no identity is lost`, async (t) => {
    const listener = await listening(t, async ({ peerChain }) => ok(names(peerChain)));
    const first = await secure(t, listener, { ...clientChain, maxVersion });
    let session = first.getSession();
    first.on('session', (ticket) => {
      session = ticket;
    });
    assert.match(await exchange(first, 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'), /alice between$/);

    assert.ok(session);
    const withCertificate = await secure(t, listener, { ...clientChain, maxVersion, session });
    assert.equal(withCertificate.isSessionReused(), false);
    assert.match(await exchange(withCertificate, get), /alice between$/);
    const without = await secure(t, listener, { maxVersion, session });
    assert.match(await exchange(without, get), /\r\n\r\n$/);
  });
}

test('a client cannot renegotiate, and so not become somebody else on a connection', async (t) => {
  const listener = await listening(t, async ({ peerChain }) => ok(names(peerChain)));
  const socket = await secure(t, listener, { ...clientChain, maxVersion: 'TLSv1.2' });
  const error = await new Promise((resolve) => {
    socket.on('error', resolve);
    socket.renegotiate({}, resolve);
  });
  assert.match(String(error), /no renegotiation/i);
});

test('TLS 1.1 is refused', async (t) => {
  const listener = await listening(t, async () => ok(''));
  const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' } as const;
  await assert.rejects(secure(t, listener, old));
});

test('a long answer is sent chunk by chunk, and others are answered meanwhile', async (t) => {
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  const { promise: go, resolve: proceed } = Promise.withResolvers<void>();
  const listener = await listening(t, async ({ path }) => {
    if (path === '/short') return ok('short');
    return ok(
      (async function* () {
        yield 'one ';
        reach();
        await go;
        yield Buffer.from('two');
      })(),
    );
  });
  const long = ask(listener, { path: '/long' });
  await reached;
  assert.equal((await ask(listener, { path: '/short' })).body, 'short');
  proceed();
  assert.equal((await long).body, 'one two');
});

test('others get their turn between two chunks, also of a body that is there at once', async (t) => {
  const listener = await listening(t, async () => ok(Array.from({ length: 500 }, () => 'x')));
  let turns = 0;
  let done = false;
  const others = (async () => {
    for (; !done; turns++) await new Promise((resolve) => setImmediate(resolve));
  })();
  assert.equal((await ask(listener, {})).body.length, 500);
  done = true;
  await others;
  assert.ok(turns >= 500, `${turns} turns`);
});

test('a client that does not read holds the answer back, and one that leaves ends the drawing', async (t) => {
  let drawn = 0;
  let signal: AbortSignal | undefined;
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const listener = await listening(t, async (request) => {
    signal = request.signal;
    return ok(
      (async function* () {
        try {
          for (; drawn < 100_000; drawn++) yield Buffer.alloc(64 * 1024);
        } finally {
          end();
        }
      })(),
    );
  });
  const socket = await secure(t, listener, {});
  socket.pause();
  socket.write(get);
  let before = -1;
  // Held back once no more is drawn from one look to the next.
  while (drawn === 0 || before !== drawn) {
    before = drawn;
    for (let turn = 0; turn < 500; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(drawn < 10_000, `${drawn} chunks drawn for a client that reads nothing`);
  socket.destroy();
  await ended;
  assert.equal(signal?.aborted, true);
});

test('the signal aborts when the client leaves before the answer', async (t) => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<AbortSignal>();
  const listener = await listening(t, async ({ signal }) => {
    arrive(signal);
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    return ok('');
  });
  const socket = await secure(t, listener, {});
  socket.write(get);
  const signal = await arrived;
  assert.equal(signal.aborted, false);
  socket.destroy();
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
});

test('when the time is up the signal aborts, and a handler that ignores it is answered for', async (t) => {
  const clock = new WoundClock();
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<AbortSignal>();
  const stubborn = (request: ApiRequest): Promise<Answer> => {
    arrive(request.signal);
    return new Promise(() => undefined);
  };
  const listener = await listening(t, stubborn, { clock, requestTimeoutMs: 60_000 });
  const answer = ask(listener, {});
  const signal = await arrived;
  await clock.wind(59_999);
  assert.equal(signal.aborted, false);
  await clock.wind(1);
  assert.equal(signal.aborted, true);
  await clock.wind(1_000);
  assert.equal((await answer).status, 504);
  await settled();
  assert.equal(clock.waiting, 0);
});

test('an answer that is too slow to send is cut off, never ended as if it were whole', async (t) => {
  const clock = new WoundClock();
  const { promise: started, resolve: start } = Promise.withResolvers<void>();
  const endless = async function* (signal: AbortSignal) {
    yield 'begun';
    start();
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    yield 'never sent';
  };
  const listener = await listening(t, async ({ signal }) => ok(endless(signal)), { clock });
  const answer = ask(listener, {});
  const cut = assert.rejects(answer, /aborted|hang up/);
  await started;
  await clock.wind(60_000);
  await cut;
});

test('an answer made at once that nobody takes is cut off when its time is up', async (t) => {
  const clock = new WoundClock();
  const { promise: made, resolve: make } = Promise.withResolvers<AbortSignal>();
  const listener = await listening(
    t,
    async ({ signal }) => {
      make(signal);
      return ok(Buffer.alloc(64 * 1024 * 1024));
    },
    { clock },
  );
  const socket = await secure(t, listener, {});
  const closed = closing(socket);
  socket.pause();
  socket.write(get);
  const signal = await made;
  await settled();
  await clock.wind(60_000);
  assert.equal(signal.aborted, true);
  socket.resume();
  await closed;
});

test('a handler that throws gives 500 and one line in the log', async (t) => {
  const lines: string[] = [];
  const log = recording(lines);
  const broken = async (): Promise<Answer> => {
    throw new Error('boom');
  };
  const listener = await listening(t, broken, { log });
  const answer = await ask(listener, { path: '/a?token=secret' });
  assert.equal(answer.status, 500);
  assert.deepEqual(lines, ['Request handler failed method=GET path=/a cause=boom']);
});

test('a body that fails before its first chunk gives 500; after it the connection is cut', async (t) => {
  const lines: string[] = [];
  const failing = async function* (first: boolean) {
    if (first) yield 'some';
    throw new Error('no more');
  };
  const listener = await listening(t, async ({ path }) => ok(failing(path === '/late')), { log: recording(lines) });
  assert.equal((await ask(listener, { path: '/early' })).status, 500);
  await assert.rejects(ask(listener, { path: '/late' }), /aborted|hang up/);
  assert.equal(lines.length, 2);
});

test('HEAD, 204 and 304 carry no body, and nothing is drawn for them', async (t) => {
  let drawn = false;
  const body = async function* () {
    drawn = true;
    yield 'never';
  };
  const listener = await listening(t, async ({ query }) => ({ ...ok(body()), status: Number(query.get('s')) }));
  for (const [method, status] of [['HEAD', 200] as const, ['GET', 204] as const, ['GET', 304] as const]) {
    const answer = await ask(listener, { method, path: `/?s=${status}` });
    assert.deepEqual([answer.status, answer.body], [status, '']);
  }
  assert.equal(drawn, false);
});

test('what is not HTTP is answered with 400, headers beyond 1 MiB with 431, and the server lives on', async (t) => {
  const listener = await listening(t, async () => ok('alive'));
  assert.match(await raw(listener, 'NOT HTTP AT ALL\r\n\r\n'), /^HTTP\/1\.1 400 /);
  assert.match(await raw(listener, `GET / HTTP/1.1\r\nX: ${'x'.repeat(1 << 21)}\r\n\r\n`), /^HTTP\/1\.1 431 |^$/);
  const socket = await secure(t, listener, {});
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(socket, 'data');
  assert.match(await exchange(socket, 'NOT HTTP ANY MORE\r\n\r\n'), /400 Bad Request$/);
  assert.equal((await ask(listener, {})).body, 'alive');
});

test('plain HTTP, or a connection that breaks in its handshake, harms nobody and is counted', async (t) => {
  let failures = 0;
  const listener = await listening(t, async () => ok('alive'), { onHandshakeFailure: () => failures++ });
  for (const text of ['GET / HTTP/1.1\r\n\r\n', '\x16\x03\x01']) {
    const socket = connectPlain(listener.port, '127.0.0.1');
    socket.write(text);
    socket.end();
    socket.resume();
    await closing(socket);
  }
  assert.equal((await ask(listener, {})).body, 'alive');
  assert.equal(failures, 2);
});

test('whoever wants to knows how a body begins, once all of it has come', async (t) => {
  const listener = await listening(t, async ({ body }) => ok(`<${await body?.()}>`));
  assert.equal((await ask(listener, {})).body, '<>');
  assert.equal((await ask(listener, { method: 'PUT', body: '4' })).body, '<4>');
  assert.equal((await ask(listener, { method: 'PUT', body: 'x'.repeat(100_000) })).body, `<${'x'.repeat(1024)}>`);
});

test('a small body is thrown away and the connection stays; a large one ends it', async (t) => {
  const listener = await listening(t, async () => ok('fine'));
  const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
  t.after(() => agent.destroy());
  assert.equal((await ask(listener, { method: 'POST', body: 'x'.repeat(100_000), agent })).body, 'fine');
  assert.equal((await ask(listener, { agent })).body, 'fine');

  const socket = await secure(t, listener, {});
  socket.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n${'x'.repeat(400_000)}`);
  socket.resume();
  await closing(socket);
});

test('a request that would take long to take apart is refused before anybody looks at it', async (t) => {
  let handled = 0;
  const listener = await listening(t, async () => {
    handled++;
    return ok('');
  });
  const target = (path: string, headers = ''): Promise<string> =>
    raw(listener, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n`);
  assert.match(await target(`/${'a'.repeat(70_000)}`), /^HTTP\/1.1 414 /);
  assert.match(await target(`/?${'a&'.repeat(1_000)}`), /^HTTP\/1.1 414 /);
  assert.match(await target('/', 'a:\r\n'.repeat(10_001)), /^HTTP\/1.1 431 /);
  assert.equal(handled, 0);
  assert.match(await target(`/?${'a&'.repeat(999)}`, 'a:\r\n'.repeat(9_000)), /^HTTP\/1.1 200 /);
});

test('every header counts, however many there are', async (t) => {
  const groups = Array.from({ length: 5_000 }, (_, index) => `X-Remote-Group: group-${index}\r\n`).join('');
  const listener = await listening(t, async ({ headers }) => ok(String(headers['x-remote-group']?.length)));
  assert.match(await raw(listener, `GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${groups}\r\n`), /\r\n5000$/);
});

test('one client cannot open connections without end, and others still can', async (t) => {
  const lines: string[] = [];
  const listener = await listening(t, async () => ok('fine'), { log: recording(lines) });
  const greedy = Array.from({ length: 505 }, () => connectPlain(listener.port, '127.0.0.1'));
  t.after(() => {
    for (const socket of greedy) socket.destroy();
  });
  await Promise.race(greedy.slice(500).map(closing));
  const answer = await new Promise<string>((resolve, reject) => {
    const asked = httpsRequest(
      { host: '127.0.0.1', localAddress: '127.0.0.2', port: listener.port, rejectUnauthorized: false },
      (response) => response.setEncoding('utf8').on('data', resolve),
    );
    asked.on('error', reject).end();
  });
  assert.equal(answer, 'fine');
  assert.deepEqual(lines, [
    'Too many connections from one client; further ones are cut client=127.0.0.1 maxPerAddress=500',
  ]);
});

test('a new certificate is shown to new connections, while open ones live on', async (t) => {
  const listener = await listening(t, async () => ok('fine'));
  const open = await secure(t, listener, {});
  const next = await issueCertificate({ commonName: 'next', usages: ['server'], ...validity });
  listener.replacePair(next);

  const later = await secure(t, listener, {});
  assert.equal(open.getPeerCertificate().subject.CN, 'server');
  assert.equal(later.getPeerCertificate().subject.CN, 'next');
  assert.match(await exchange(open, get), /fine$/);
  assert.throws(() => listener.replacePair({ certPem: 'broken', keyPem: next.keyPem }));
  assert.match(await exchange(later, get), /fine$/);
});

test('closing ends idle connections, finishes requests in flight, and accepts nobody', async (t) => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
  const { promise: go, resolve: proceed } = Promise.withResolvers<void>();
  const listener = await listening(t, async () => {
    arrive();
    await go;
    return ok('finished');
  });
  const idle = await secure(t, listener, {});
  idle.resume();
  const busy = await secure(t, listener, {});
  const answer = exchange(busy, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await arrived;

  const closed = listener.close({ graceMs: 60_000 });
  await closing(idle);
  await assert.rejects(secure(t, listener, {}), /ECONNREFUSED/);
  proceed();
  assert.match(await answer, /Connection: close\r\n.*finished$/s);
  await closed;
});

test('closing cuts what has not ended after the grace', async (t) => {
  const clock = new WoundClock();
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<AbortSignal>();
  const stubborn = (request: ApiRequest): Promise<Answer> => {
    arrive(request.signal);
    return new Promise(() => undefined);
  };
  const listener = await listening(t, stubborn, { clock });
  const answer = ask(listener, {});
  const cut = assert.rejects(answer, /hang up|ECONNRESET/);
  const signal = await arrived;
  const handshaking = connectPlain(listener.port, '127.0.0.1');
  await once(handshaking, 'connect');
  const closed = listener.close({ graceMs: 5_000 });
  await clock.wind(4_999);
  assert.equal(signal.aborted, false);
  await clock.wind(1);
  await closed;
  await cut;
  assert.equal(signal.aborted, true);
  handshaking.destroy();
});

test('a port in use and a broken certificate are reported, not thrown', async (t) => {
  const listener = await listening(t, async () => ok(''));
  const taken = await listen({ ...defaults, handle: async () => ok(''), port: listener.port });
  assert.ok(taken.kind === 'failed');
  assert.equal(
    taken.message,
    `cannot listen on 127.0.0.1:${listener.port}: the address is in use; stop whoever uses it or choose another port`,
  );
  const broken = await listen({ ...defaults, handle: async () => ok(''), pair: { certPem: 'x', keyPem: 'y' } });
  assert.equal(broken.kind, 'failed');
});

const get = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';

const defaults = {
  bindAddress: '127.0.0.1',
  port: 0,
  pair,
  requestTimeoutMs: 60_000,
  clock: systemClock,
  log: silentLogger,
};

const ok = (body: Answer['body']): Answer => ({ status: 200, headers: {}, body });

const names = (chain: readonly X509Certificate[]): string => chain.map(({ subject }) => subject.slice(3)).join(' ');

async function listening(
  t: TestContext,
  handle: ListenOptions['handle'],
  options: Partial<ListenOptions> = {},
): Promise<Listener> {
  const outcome = await listen({ ...defaults, ...options, handle });
  assert.ok(outcome.kind === 'listening');
  t.after(() => outcome.listener.close({ graceMs: 0 }));
  t.after(() => (options.clock instanceof WoundClock ? options.clock.wind(1) : undefined));
  return outcome.listener;
}

interface Asked extends Partial<CertificatePair> {
  readonly method?: string;
  readonly path?: string;
  readonly body?: string;
  readonly agent?: Agent;
  readonly cert?: string;
  readonly key?: string;
}

interface Received {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

async function ask({ port }: Listener, { body, ...options }: Asked): Promise<Received> {
  const request = httpsRequest({ host: '127.0.0.1', port, rejectUnauthorized: false, agent: false, ...options });
  request.end(body);
  const [response] = await once(request, 'response');
  let text = '';
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode, headers: response.headers, body: text };
}

async function secure(t: TestContext, { port }: Listener, options: ConnectionOptions): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
  t.after(() => socket.destroy());
  await once(socket, 'secureConnect');
  return socket;
}

async function exchange(socket: TLSSocket, text: string): Promise<string> {
  let received = '';
  socket.setEncoding('utf8').on('data', (chunk) => {
    received += chunk;
  });
  socket.write(text);
  await closing(socket);
  return received;
}

async function raw({ port }: Listener, text: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  return await exchange(socket, text);
}

/** Unlike `once`, takes an error for what it is here: one way to end. */
function closing(socket: Socket): Promise<void> {
  socket.on('error', () => undefined);
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

function recording(lines: string[]): Logger {
  const line = (message: string, facts: Facts = {}): void => {
    const pairs = Object.entries(facts).map(
      ([name, value]) => ` ${name}=${value instanceof Error ? value.message : value}`,
    );
    lines.push(message + pairs.join(''));
  };
  return { ...silentLogger, error: line, warn: line };
}
