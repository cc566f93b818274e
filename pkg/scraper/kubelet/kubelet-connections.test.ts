import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type CertificatePair, generateKey, issueCertificate } from '../../apiserver/certificates/issue-certificate.ts';
import { type Clock, systemClock } from '../../lifecycle/clock.ts';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { as } from '../../model/units.ts';
import { ResourceDecoder } from '../decode/decode.ts';
import { FakeKubelet, plainText } from '../testing/fake-kubelet.ts';
import type { KubeletTarget } from './address.ts';
import type { KubeletAnswer, KubeletIdentity, KubeletTrust } from './kubelet-client.ts';
import { KubeletConnections } from './kubelet-connections.ts';

const patient = new AbortController().signal;
const usage = 'node_cpu_usage_seconds_total 1 5\n';

/** Made once: keys are what costs time. */
let ca: CertificatePair;
let otherCa: CertificatePair;
let kubeletPair: CertificatePair;
let clientPair: CertificatePair;
let key: string;

before(async () => {
  key = await generateKey();
  ca = await issueCertificate({ commonName: 'cluster-ca', isCa: true, usages: [], ...validNow(), key });
  otherCa = await issueCertificate({
    commonName: 'other-ca',
    isCa: true,
    usages: [],
    ...validNow(),
    key: await generateKey(),
  });
  kubeletPair = await kubeletCertificate(ca);
  clientPair = await issueCertificate({ commonName: 'tacho', issuer: ca, usages: ['client'], ...validNow(), key });
});

describe('a kubelet whose certificate is verified', () => {
  let kubelet: FakeKubelet;
  before(async () => {
    kubelet = await new FakeKubelet(kubeletPair).listen();
  });
  after(() => kubelet[Symbol.asyncDispose]());

  it('is asked with our token, and its answer handed on', async () => {
    using client = clientWith({ ca: ca.certPem, token: 'secret' });
    const answer = await client.read(targetAt(kubelet.port), patient);
    assert.equal(bodyOf(answer), usage);
    const { headers, url } = kubelet.requests.at(-1)!;
    assert.equal(url, '/metrics/resource');
    assert.equal(headers.authorization, 'Bearer secret');
    assert.equal(headers['accept-encoding'], 'gzip');
    assert.equal(headers['user-agent'], 'tacho/test');
    assert.equal(headers.host, `127.0.0.1:${kubelet.port}`);
  });

  it('is asked by name where it has one, and the certificate must bear that name', async () => {
    using client = clientWith({ ca: ca.certPem });
    assert.equal((await client.read(targetAt(kubelet.port, { host: 'localhost' }), patient)).kind, 'ok');
  });

  it('keeps one connection for all requests', async () => {
    using client = clientWith({ ca: ca.certPem });
    const before = kubelet.connections;
    for (let round = 0; round < 5; round++) await client.read(targetAt(kubelet.port), patient);
    assert.equal(kubelet.connections, before + 1);
  });

  it('gets the token of the moment', async () => {
    const identity = { ca: ca.certPem, token: 'first' };
    using client = clientWith(identity);
    await client.read(targetAt(kubelet.port), patient);
    identity.token = 'second';
    await client.read(targetAt(kubelet.port), patient);
    const seen = kubelet.requests.slice(-2).map(({ headers }) => headers.authorization);
    assert.deepEqual(seen, ['Bearer first', 'Bearer second']);
  });

  it('that refuses the token is asked once more with a newer one, if there is one', async () => {
    let token = 'old';
    let renewals = 0;
    const credentials = {
      current: () => ({ ca: ca.certPem, token }),
      renew: async () => {
        token = ++renewals > 1 ? token : 'new';
        return renewals === 1;
      },
    };
    using client = new KubeletConnections({
      credentials,
      trust: 'verified',
      keepAliveMs: 60_000,
      clock: systemClock,
      userAgent: 'x',
    });
    const answers: string[] = [];
    await using refusing = await new FakeKubelet(kubeletPair).listen();
    refusing.respond = (request, response) => {
      answers.push(String(request.headers.authorization));
      const good = request.headers.authorization === 'Bearer new';
      if (good) plainText(response, usage);
      else response.writeHead(401).end();
    };
    assert.equal(bodyOf(await client.read(targetAt(refusing.port), patient)), usage);
    assert.deepEqual(answers, ['Bearer old', 'Bearer new']);
    token = 'refused for good';
    assert.deepEqual(await client.read(targetAt(refusing.port), patient), { kind: 'status', code: 401 });
    assert.equal(answers.length, 3, 'asked again without anything new to show');
  });

  it('tells the time of its node', async () => {
    using client = clientWith({ ca: ca.certPem });
    await using dated = await new FakeKubelet(kubeletPair).listen();
    dated.respond = (_request, response) => plainText(response, usage, { date: 'Sat, 28 Nov 2026 07:20:26 GMT' });
    const answer = await client.read(targetAt(dated.port), patient);
    assert.equal(answer.kind === 'ok' && answer.date, Date.UTC(2026, 10, 28, 7, 20, 26));
    dated.respond = (_request, response) => plainText(response, usage, { date: 'yesterday' });
    assert.equal(Object.hasOwn(await client.read(targetAt(dated.port), patient), 'date'), false);
  });

  it('is connected to anew when our CA changes, and refused by the new one', async () => {
    const identity = { ca: ca.certPem };
    using client = clientWith(identity);
    assert.equal((await client.read(targetAt(kubelet.port), patient)).kind, 'ok');
    identity.ca = otherCa.certPem;
    assert.equal((await client.read(targetAt(kubelet.port), patient)).kind, 'tls');
    identity.ca = ca.certPem;
    assert.equal((await client.read(targetAt(kubelet.port), patient)).kind, 'ok');
  });

  it('is asked again at once when it had closed the idle connection', async () => {
    using client = clientWith({ ca: ca.certPem });
    await client.read(targetAt(kubelet.port), patient);
    let cut = false;
    kubelet.respond = (request, response) => {
      if (cut) return plainText(response, usage);
      cut = true;
      request.socket.destroy();
    };
    assert.equal(bodyOf(await client.read(targetAt(kubelet.port), patient)), usage);
    kubelet.respond = (_request, response) => plainText(response, usage);
  });

  it('is let go of when its node is gone', async () => {
    using client = clientWith({ ca: ca.certPem });
    await client.read(targetAt(kubelet.port), patient);
    client.forget('n1');
    assert.equal(client.size, 0);
    assert.equal(await kubelet.open(0), 0);
  });
});

describe('a kubelet that is not who we ask for', () => {
  it('of an unknown authority sees no request, and so no token', async () => {
    await using kubelet = await new FakeKubelet(kubeletPair).listen();
    using client = clientWith({ ca: otherCa.certPem, token: 'secret' });
    const answer = await client.read(targetAt(kubelet.port), patient);
    assert.equal(answer.kind, 'tls');
    assert.equal(codeOf(answer), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    assert.deepEqual(kubelet.requests, []);
  });

  it('receives not one byte of our token before it is verified', async () => {
    // Whoever answers plain bytes sees what we would say first: a TLS greeting and nothing else.
    const seen: Buffer[] = [];
    await using peer = await rawServer((socket) => {
      socket.on('data', (bytes: Buffer) => seen.push(bytes));
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
    });
    using client = clientWith({ ca: ca.certPem, token: 'secret' });
    assert.equal((await client.read(targetAt(peer.port), patient)).kind, 'tls');
    assert.ok(!Buffer.concat(seen).includes('secret'));
    assert.ok(!Buffer.concat(seen).includes('GET'));
  });

  it('with a certificate it signed itself is refused', async () => {
    const own = await issueCertificate({
      commonName: 'n1',
      ipAddresses: ['127.0.0.1'],
      usages: ['server'],
      ...validNow(),
      key,
    });
    await using kubelet = await new FakeKubelet(own).listen();
    using client = clientWith({ ca: ca.certPem, token: 'secret' });
    assert.equal(codeOf(await client.read(targetAt(kubelet.port), patient)), 'DEPTH_ZERO_SELF_SIGNED_CERT');
    assert.deepEqual(kubelet.requests, []);
  });

  it('with a certificate for another address or name is refused', async () => {
    const elsewhere = await kubeletCertificate(ca, { dnsNames: ['n2'], ipAddresses: ['10.0.0.2'] });
    await using kubelet = await new FakeKubelet(elsewhere).listen();
    using client = clientWith({ ca: ca.certPem, token: 'secret' });
    for (const host of ['127.0.0.1', 'localhost']) {
      assert.equal(
        codeOf(await client.read(targetAt(kubelet.port, { host }), patient)),
        'ERR_TLS_CERT_ALTNAME_INVALID',
      );
    }
    assert.deepEqual(kubelet.requests, []);
  });

  it('with a certificate that has expired is refused', async () => {
    const expired = await kubeletCertificate(ca, { notBefore: Date.now() - 2e9, notAfter: Date.now() - 1e9 });
    await using kubelet = await new FakeKubelet(expired).listen();
    using client = clientWith({ ca: ca.certPem });
    assert.equal(codeOf(await client.read(targetAt(kubelet.port), patient)), 'CERT_HAS_EXPIRED');
  });

  it('is asked all the same when told not to verify', async () => {
    await using kubelet = await new FakeKubelet(kubeletPair).listen();
    using client = clientWith({ ca: 'not even PEM', token: 'secret' }, 'insecure-tls');
    assert.equal((await client.read(targetAt(kubelet.port), patient)).kind, 'ok');
    assert.equal(kubelet.requests[0]?.headers.authorization, 'Bearer secret');
  });

  it('is told nothing about us over plain HTTP', async () => {
    await using kubelet = await new FakeKubelet().listen();
    using client = clientWith({ token: 'secret' }, 'plain-http');
    assert.equal((await client.read(targetAt(kubelet.port), patient)).kind, 'ok');
    assert.equal(kubelet.requests[0]?.headers.authorization, undefined);
  });
});

describe('credentials', () => {
  it('include a client certificate', async () => {
    await using kubelet = await new FakeKubelet(kubeletPair, { ca: ca.certPem, requestCert: true }).listen();
    using client = clientWith({ ca: ca.certPem, cert: clientPair.certPem, key: clientPair.keyPem });
    assert.equal((await client.read(targetAt(kubelet.port), patient)).kind, 'ok');
  });

  it('that cannot be used are an answer, and name what is wrong without showing it', async () => {
    using client = clientWith({ ca: ca.certPem, cert: clientPair.certPem, key: 'not a key' });
    const answer = await client.read(targetAt(1), patient);
    assert.equal(answer.kind, 'tls');
    assert.match(answer.kind === 'tls' ? answer.message : '', /client certificate or key could not be used/);
    assert.doesNotMatch(JSON.stringify(answer), /not a key/);
  });
});

describe('what a kubelet may answer', () => {
  let kubelet: FakeKubelet;
  let client: KubeletConnections;
  before(async () => {
    kubelet = await new FakeKubelet(kubeletPair).listen();
    client = clientWith({ ca: ca.certPem, token: 'a-token-of-some-length' });
  });
  after(async () => {
    client[Symbol.dispose]();
    await kubelet[Symbol.asyncDispose]();
  });
  const read = (): Promise<KubeletAnswer> => client.read(targetAt(kubelet.port), patient);

  it('a refusal, with the beginning of its reason, on a connection that is kept', async () => {
    const before = kubelet.connections;
    for (const code of [401, 403, 404, 500, 503]) {
      kubelet.respond = (_request, response) => response.writeHead(code).end('Forbidden\n(user=tacho,\u0007 verb=get)');
      assert.deepEqual(await read(), { kind: 'status', code, detail: 'Forbidden (user=tacho, verb=get)' });
    }
    assert.ok(kubelet.connections <= before + 1);
  });

  it('a packed refusal, whose bytes would tell nobody anything', async () => {
    kubelet.respond = (_request, response) =>
      response.writeHead(403, { 'content-encoding': 'gzip' }).end(gzipSync('Forbidden (user=tacho, verb=get)'));
    assert.deepEqual(await read(), { kind: 'status', code: 403 });
  });

  it('a redirect, which is not followed', async () => {
    const before = kubelet.requests.length;
    kubelet.respond = (_request, response) => response.writeHead(302, { location: '/elsewhere' }).end();
    assert.deepEqual(await read(), { kind: 'status', code: 302 });
    assert.equal(kubelet.requests.length, before + 1);
  });

  it('our own token, which is not repeated', async () => {
    kubelet.respond = (request, response) => response.writeHead(400).end(request.headers.authorization);
    assert.deepEqual(await read(), { kind: 'status', code: 400 });
    for (const header of ['content-type', 'content-encoding']) {
      kubelet.respond = ({ headers }, response) =>
        plainText(response, usage, { [header]: `text/html; ${headers.authorization}` });
      const answer = await read();
      assert.equal(answer.kind, 'bad-body');
      assert.doesNotMatch(JSON.stringify(answer), /a-token-of-some/, header);
    }
  });

  it('an endless refusal, of which the beginning is enough', async () => {
    kubelet.respond = (_request, response) => {
      response.writeHead(500);
      response.write('x'.repeat(200_000));
    };
    assert.deepEqual(await read(), { kind: 'status', code: 500, detail: 'x'.repeat(200) });
  });

  it('a packed body', async () => {
    kubelet.respond = (_request, response) => plainText(response, gzipSync(usage), { 'content-encoding': 'gzip' });
    assert.equal(bodyOf(await read()), usage);
    const large = usage.repeat(100_000);
    kubelet.respond = (_request, response) => plainText(response, gzipSync(large), { 'content-encoding': 'gzip' });
    assert.equal(bodyOf(await read()), large);
  });

  it("packed bodies, whose memory is free once they are released, and nobody else's", async () => {
    const bystander = Buffer.from('not yours');
    for (const size of [10, 20_000, 65_535, 500_000]) {
      const body = 'x'.repeat(size);
      kubelet.respond = (_request, response) => plainText(response, gzipSync(body), { 'content-encoding': 'gzip' });
      const answer = await read();
      assert.equal(bodyOf(answer), body);
      if (answer.kind !== 'ok') assert.fail();
      answer.release?.();
      assert.equal(answer.body.buffer.byteLength, 0);
    }
    // Two members in one: what it is in all stands nowhere, and it is put together of pieces.
    const both = Buffer.concat([gzipSync('x'.repeat(40_000)), gzipSync('y')]);
    kubelet.respond = (_request, response) => plainText(response, both, { 'content-encoding': 'gzip' });
    const answer = await read();
    assert.equal(bodyOf(answer), `${'x'.repeat(40_000)}y`);
    if (answer.kind === 'ok') answer.release?.();
    assert.equal(bystander.toString(), 'not yours');
    assert.equal(Buffer.from('new').toString(), 'new');
  });

  it('a packed body as a real kubelet makes it', async () => {
    const packed = readFileSync(join(import.meta.dirname, '../testdata', 'kubelet-v1.36.3-m02-steady.txt.gz'));
    kubelet.respond = (_request, response) => plainText(response, packed, { 'content-encoding': 'gzip' });
    const decoded = new ResourceDecoder().decode(Buffer.from(bodyOf(await read())), as(0));
    assert.equal(decoded.layout.containers.length, 13);
    assert.deepEqual(decoded.badLines, []);
  });

  it('a body that is small only while it is packed', async () => {
    const bomb = gzipSync(Buffer.alloc(17 * 2 ** 20));
    kubelet.respond = (_request, response) => plainText(response, bomb, { 'content-encoding': 'gzip' });
    assert.deepEqual(await read(), { kind: 'too-large', limitBytes: 16 * 2 ** 20 });
  });

  it('17 MiB, announced or not', async () => {
    const body = Buffer.alloc(17 * 2 ** 20, '#');
    kubelet.respond = (_request, response) => plainText(response, body, { 'content-length': String(body.length) });
    assert.deepEqual(await read(), { kind: 'too-large', limitBytes: 16 * 2 ** 20 });
    kubelet.respond = (_request, response) => plainText(response, body, { 'transfer-encoding': 'chunked' });
    assert.deepEqual(await read(), { kind: 'too-large', limitBytes: 16 * 2 ** 20 });
  });

  it('crumbs: an endless row of single bytes would cost gigabytes, were each of them kept', async () => {
    const crumbs = '1\r\n#\r\n'.repeat(70_000);
    await using peer = await rawServer((socket) =>
      socket.once('data', () => socket.write(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${crumbs}`)),
    );
    using other = clientWith({}, 'plain-http');
    assert.deepEqual(await other.read(targetAt(peer.port), patient), {
      kind: 'bad-body',
      message: 'it came in crumbs',
    });
  });

  it('a page, JSON, or a packing nobody asked for', async () => {
    kubelet.respond = (_request, response) =>
      plainText(response, '<html>', { 'content-type': 'text/html; charset=utf-8' });
    assert.deepEqual(await read(), { kind: 'bad-body', message: 'its content type is text/html; charset=utf-8' });
    kubelet.respond = (_request, response) => plainText(response, '{}', { 'content-type': 'application/json' });
    assert.equal((await read()).kind, 'bad-body');
    const asked = await client.read({ ...targetAt(kubelet.port), accept: 'application/json' }, patient);
    assert.equal(bodyOf(asked), '{}', 'unless it is what we asked for');
    kubelet.respond = (_request, response) => plainText(response, 'x', { 'content-encoding': 'br' });
    assert.equal((await read()).kind, 'bad-body');
    kubelet.respond = (_request, response) => plainText(response, 'no gzip', { 'content-encoding': 'gzip' });
    assert.equal((await read()).kind, 'bad-body');
  });

  it('early hints before the answer, and nothing in it', async () => {
    kubelet.respond = (_request, response) => {
      response.writeEarlyHints({ link: '</x>; rel=preload' });
      plainText(response, '');
    };
    assert.equal(bodyOf(await read()), '');
  });

  it('nothing: the connection is cut before, or within, the answer', async () => {
    kubelet.respond = (request) => request.socket.destroy();
    assert.deepEqual(await read(), { kind: 'unreachable', code: 'ECONNRESET' });
    kubelet.respond = (request, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('node_');
      setImmediate(() => request.socket.destroy());
    };
    assert.notEqual((await read()).kind, 'ok');
    kubelet.respond = (_request, response) => plainText(response, usage);
    assert.equal(bodyOf(await read()), usage, 'and the next request is as good as ever');
  });
});

describe('a request that takes too long', () => {
  it('ends with its deadline while the kubelet is silent, and the next one starts afresh', async () => {
    await using kubelet = await new FakeKubelet(kubeletPair).listen();
    using client = clientWith({ ca: ca.certPem });
    const arrived = Promise.withResolvers<void>();
    kubelet.respond = () => arrived.resolve();
    const deadline = new AbortController();
    const reading = client.read(targetAt(kubelet.port), deadline.signal);
    await arrived.promise;
    deadline.abort();
    assert.deepEqual(await reading, { kind: 'timed-out' });
    assert.equal(client.size, 0);
    assert.equal(await kubelet.open(0), 0);
    kubelet.respond = (_request, response) => plainText(response, usage);
    assert.equal(bodyOf(await client.read(targetAt(kubelet.port), patient)), usage);
  });

  it('ends with its deadline while bytes come one by one', async () => {
    await using kubelet = await new FakeKubelet(kubeletPair).listen();
    using client = clientWith({ ca: ca.certPem });
    const deadline = new AbortController();
    let bytes = 0;
    kubelet.respond = (_request, response) => {
      const drip = (): void => {
        if (response.destroyed) return;
        response.write('#');
        if (++bytes === 50) deadline.abort();
        setImmediate(drip);
      };
      drip();
    };
    assert.deepEqual(await client.read(targetAt(kubelet.port), deadline.signal), { kind: 'timed-out' });
    assert.equal(await kubelet.open(0), 0);
  });

  it('ends with its deadline while a handshake hangs, and leaves no socket behind', async () => {
    const closed = Promise.withResolvers<void>();
    const accepted = Promise.withResolvers<void>();
    await using peer = await rawServer((socket) => {
      accepted.resolve();
      socket.on('close', () => closed.resolve()).resume();
    });
    using client = clientWith({ ca: ca.certPem });
    const deadline = new AbortController();
    const reading = client.read(targetAt(peer.port), deadline.signal);
    await accepted.promise;
    deadline.abort();
    assert.deepEqual(await reading, { kind: 'timed-out' });
    await closed.promise;
  });

  it('has a time of its own for connecting, which means nothing afterwards', async () => {
    await using deaf = await rawServer(() => undefined);
    const clock = new WoundClock();
    using client = clientWith({ ca: ca.certPem }, 'verified', clock);
    const reading = client.read(targetAt(deaf.port), patient, 5_000);
    await clock.wind(4_999);
    assert.equal(client.size, 1);
    await clock.wind(1);
    assert.deepEqual(await reading, { kind: 'unreachable', code: 'ETIMEDOUT' });

    await using kubelet = await new FakeKubelet(kubeletPair).listen();
    kubelet.respond = async (_request, response) => {
      await clock.wind(5_000);
      plainText(response, usage);
    };
    for (const _ of ['new', 'kept']) {
      assert.equal(bodyOf(await client.read(targetAt(kubelet.port), patient, 5_000)), usage);
    }
    assert.equal(clock.waiting, 1, 'who closes what lies unused');
  });

  it('is not even begun when its time is up before', async () => {
    await using kubelet = await new FakeKubelet(kubeletPair).listen();
    using client = clientWith({ ca: ca.certPem });
    assert.deepEqual(await client.read(targetAt(kubelet.port), AbortSignal.abort()), { kind: 'timed-out' });
    assert.equal(kubelet.connections, 0);
  });
});

describe('a kubelet that is not there', () => {
  it('refuses', async () => {
    const peer = await rawServer(() => undefined);
    await peer[Symbol.asyncDispose]();
    using client = clientWith({ ca: ca.certPem });
    assert.deepEqual(await client.read(targetAt(peer.port), patient), { kind: 'unreachable', code: 'ECONNREFUSED' });
    assert.deepEqual(await client.read(targetAt(peer.port), patient), { kind: 'unreachable', code: 'ECONNREFUSED' });
  });

  it('cannot even be dialled: its node names a port that is none', async () => {
    for (const trust of ['verified', 'plain-http'] as const) {
      using client = clientWith({ ca: ca.certPem }, trust);
      const answer = await client.read(targetAt(70_000), patient);
      assert.deepEqual(answer, { kind: 'unreachable', code: 'ERR_SOCKET_BAD_PORT' });
      assert.equal(client.size, 0, 'nothing is kept of it');
    }
  });

  it('hangs up within the handshake', async () => {
    await using peer = await rawServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    using client = clientWith({ ca: ca.certPem });
    assert.deepEqual(await client.read(targetAt(peer.port), patient), { kind: 'unreachable', code: 'ECONNRESET' });
  });

  it('is something that does not speak HTTP', async () => {
    await using peer = await rawServer((socket) =>
      socket.once('data', () => socket.end('220 mail.example.com ESMTP\r\n')),
    );
    using client = clientWith({}, 'plain-http');
    const answer = await client.read(targetAt(peer.port), patient);
    assert.equal(answer.kind, 'bad-body', JSON.stringify(answer));
  });
});

const validNow = () => ({ notBefore: Date.now() - 60_000, notAfter: Date.now() + 3_600_000 });

function kubeletCertificate(issuer: CertificatePair, order: Partial<Parameters<typeof issueCertificate>[0]> = {}) {
  const names = { dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] };
  return issueCertificate({
    commonName: 'system:node:n1',
    issuer,
    usages: ['server'],
    ...names,
    ...validNow(),
    key,
    ...order,
  });
}

function clientWith(
  identity: KubeletIdentity,
  trust: KubeletTrust = 'verified',
  clock: Clock = systemClock,
): KubeletConnections {
  const credentials = { current: () => identity };
  return new KubeletConnections({
    credentials,
    trust,
    keepAliveMs: 60_000,
    clock,
    userAgent: 'tacho/test',
  });
}

const targetAt = (port: number, { host = '127.0.0.1' } = {}): KubeletTarget => ({
  node: 'n1',
  host,
  port,
  path: '/metrics/resource',
});

const bodyOf = (answer: KubeletAnswer): string =>
  answer.kind === 'ok' ? answer.body.toString() : assert.fail(JSON.stringify(answer));

const codeOf = (answer: KubeletAnswer): string =>
  answer.kind === 'tls' ? answer.code : assert.fail(JSON.stringify(answer));

/** A server that speaks whatever `talk` says. */
async function rawServer(talk: (socket: Socket) => void): Promise<AsyncDisposable & { readonly port: number }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    talk(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
