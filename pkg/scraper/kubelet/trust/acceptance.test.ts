import assert from 'node:assert/strict';
import { connect, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { before, describe, it } from 'node:test';
import { createServer, type TLSSocket } from 'node:tls';
import {
  type CertificateOrder,
  type CertificatePair,
  generateKey,
  issueCertificate,
} from '../../../apiserver/certificates/issue-certificate.ts';
import { systemClock } from '../../../lifecycle/clock.ts';
import { FakeKubelet } from '../../testing/fake-kubelet.ts';
import type { KubeletTarget } from '../address.ts';
import type { KubeletTrust } from '../kubelet-client.ts';
import { KubeletConnections } from '../kubelet-connections.ts';
import type { KeyMemory, KeyOwner, Recognition } from './key-memory.ts';

const token = 'the-token-of-our-service-account';
const patient = new AbortController().signal;
const hour = 3_600_000;

let ca: CertificatePair;
let otherCa: CertificatePair;
let key: string;

before(async () => {
  key = await generateKey();
  ca = await authority('cluster-ca', key);
  otherCa = await authority('other-ca', await generateKey());
});

describe('the name in a certificate that our CA signed', () => {
  const rows: readonly [what: string, names: Partial<CertificateOrder>, accepted: boolean][] = [
    ['the address dialled', { ipAddresses: ['127.0.0.1'] }, true],
    ["the node's name, though it is dialled by address", { dnsNames: ['n1'] }, true],
    ["the node's Hostname, though it is dialled by address", { dnsNames: ['host-1.example.com'] }, true],
    ['a name with a wildcard for it', { dnsNames: ['*.example.com'] }, true],
    ['another name and another address', { dnsNames: ['n2'], ipAddresses: ['10.0.0.2'] }, false],
    ["the node's name in front of another domain", { dnsNames: ['n1.example.com'] }, false],
    ['nothing but the subject', { commonName: 'n1' }, false],
  ];
  for (const [what, names, accepted] of rows) {
    it(`${accepted ? 'may be' : 'may not be'} ${what}`, async () => {
      await using kubelet = await new FakeKubelet(await certificate(names)).listen();
      using client = clientWith('verified');
      const answer = await client.read(targetAt(kubelet.port), patient);
      assert.equal(answer.kind, accepted ? 'ok' : 'tls', JSON.stringify(answer));
      assert.equal(kubelet.requests.length, accepted ? 1 : 0);
      assert.equal(client.trustOf('n1'), accepted ? 'certificate' : 'refused');
    });
  }

  it('does not hide that nobody vouches for the certificate: both are said', async () => {
    await using kubelet = await new FakeKubelet(await certificate({ issuer: otherCa, dnsNames: ['n2'] })).listen();
    using client = clientWith('verified');
    const answer = await client.read(targetAt(kubelet.port), patient);
    assert.ok(answer.kind === 'tls');
    assert.equal(answer.code, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    assert.deepEqual(answer.also, {
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
      message: 'it names DNS:n2, and none of 127.0.0.1, n1, host-1.example.com',
    });
  });
});

describe('what is wrong with a certificate', () => {
  const now = Date.now();
  const rows: readonly [what: string, order: () => Partial<CertificateOrder>, code: string][] = [
    ['no name', () => ({}), 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['an unknown CA', () => ({ dnsNames: ['n1'], issuer: otherCa }), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['expired', () => ({ dnsNames: ['n1'], notBefore: now - 2 * hour, notAfter: now - hour }), 'CERT_HAS_EXPIRED'],
    ['not yet valid', () => ({ dnsNames: ['n1'], notBefore: now + hour }), 'CERT_NOT_YET_VALID'],
  ];
  for (const [what, order, code] of rows) {
    it(`has a code of its own: ${what}`, async () => {
      await using kubelet = await new FakeKubelet(await certificate(order())).listen();
      using client = clientWith('verified');
      const answer = await client.read(targetAt(kubelet.port), patient);
      assert.equal(answer.kind === 'tls' && answer.code, code);
      assert.deepEqual(kubelet.requests, []);
    });
  }
});

describe('a kubelet whose key is remembered', () => {
  it('is accepted by its key where its certificate does not verify, whatever the certificate says', async () => {
    const memory = new Memory();
    const own = await generateKey();
    const certificates = [
      await certificate({ issuer: otherCa, key: own, dnsNames: ['n1'] }),
      await certificate({ issuer: otherCa, key: own, notAfter: Date.now() - 1_000 }),
    ];
    for (const pair of certificates) {
      await using kubelet = await new FakeKubelet(pair).listen();
      using client = clientWith({ pinnedIn: memory });
      assert.equal((await client.read(targetAt(kubelet.port), patient)).kind, 'ok');
      assert.equal(client.trustOf('n1'), 'pin');
    }
    assert.equal(memory.keys.size, 1);
    assert.match(memory.keys.get('uid-1') ?? '', /^sha256\/[A-Za-z0-9+/]{43}=$/);
  });

  it('is refused with another key, and the refusal says how to accept it', async () => {
    const memory = new Memory();
    memory.keys.set('uid-1', 'sha256/before');
    await using kubelet = await new FakeKubelet(await certificate({ issuer: otherCa })).listen();
    using client = clientWith({ pinnedIn: memory });
    const answer = await client.read(targetAt(kubelet.port), patient);
    assert.ok(answer.kind === 'tls');
    assert.equal(answer.code, 'KUBELET_KEY_CHANGED');
    assert.match(answer.message, /than it did at first \(sha256\/before\).*accept the new one with: forget uid-1$/);
    assert.deepEqual(kubelet.requests, []);
    assert.equal(client.trustOf('n1'), 'refused');
  });

  it('is accepted with another key when an authority vouches for it, and that is its key from then on', async () => {
    const memory = new Memory();
    memory.keys.set('uid-1', 'sha256/before');
    await using kubelet = await new FakeKubelet(await certificate({ dnsNames: ['n1'] })).listen();
    using client = clientWith({ pinnedIn: memory });
    assert.equal((await client.read(targetAt(kubelet.port), patient)).kind, 'ok');
    assert.equal(client.trustOf('n1'), 'certificate');
    assert.notEqual(memory.keys.get('uid-1'), 'sha256/before');
  });

  it('is not asked while its key cannot be remembered; said with what is wrong with its certificate', async () => {
    const memory = new Memory();
    memory.trouble = 'the Secret cannot be read';
    await using kubelet = await new FakeKubelet(await certificate({ issuer: otherCa, dnsNames: ['n1'] })).listen();
    using client = clientWith({ pinnedIn: memory });
    const answer = await client.read(targetAt(kubelet.port), patient);
    assert.deepEqual(answer, {
      kind: 'tls',
      code: 'KUBELET_KEY_NOT_PINNED',
      message: 'the Secret cannot be read',
      also: { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', message: 'its certificate could not be verified' },
    });
    assert.deepEqual(kubelet.requests, []);
  });

  it('that hangs up while we look for its key is unreachable, and one that is slow to be known runs out of time', async () => {
    const memory = new Memory();
    memory.answer = new Promise(() => undefined);
    await using kubelet = await new FakeKubelet(await certificate({ issuer: otherCa })).listen();
    using client = clientWith({ pinnedIn: memory });
    const reading = client.read(targetAt(kubelet.port), patient);
    await memory.asked.promise;
    kubelet.hangUp();
    assert.deepEqual(await reading, { kind: 'unreachable', code: 'ECONNRESET' });

    memory.asked = Promise.withResolvers();
    const deadline = new AbortController();
    const another = client.read(targetAt(kubelet.port), deadline.signal);
    await memory.asked.promise;
    deadline.abort();
    assert.deepEqual(await another, { kind: 'timed-out' });
    assert.deepEqual(kubelet.requests, []);
  });
});

describe('a verdict', () => {
  it('that comes too late says nothing of a node that is gone: nobody would ever take it back', async () => {
    const memory = new Memory();
    const recognition = Promise.withResolvers<Recognition>();
    memory.answer = recognition.promise;
    await using kubelet = await new FakeKubelet(await certificate({ issuer: otherCa })).listen();
    using client = clientWith({ pinnedIn: memory });
    const reading = client.read(targetAt(kubelet.port), patient);
    await memory.asked.promise;
    client.forget('n1');
    assert.deepEqual(await reading, { kind: 'unreachable', code: 'ECONNABORTED' });
    recognition.resolve({ kind: 'known' });
    await recognition.promise;
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(client.trustOf('n1'), undefined);
  });

  it('that never comes, because looking at the certificate failed, is a refusal, and takes nobody else along', async () => {
    const memory = new Memory();
    const recognition = Promise.withResolvers<Recognition>();
    memory.answer = recognition.promise;
    await using kubelet = await new FakeKubelet(await certificate({ issuer: otherCa })).listen();
    using client = clientWith({ pinnedIn: memory });
    const reading = client.read(targetAt(kubelet.port), patient);
    await memory.asked.promise;
    recognition.reject(new Error('no such curve'));
    assert.deepEqual(await reading, {
      kind: 'tls',
      code: 'UNKNOWN',
      message: 'its certificate could not be looked at: Error: no such curve',
    });
    assert.equal(client.trustOf('n1'), 'refused');
    assert.deepEqual(kubelet.requests, []);
  });
});

describe('an impostor that completes the handshake', () => {
  const trusts: readonly [string, () => KubeletTrust][] = [
    ['verify', () => 'verified'],
    ['pin', () => ({ pinnedIn: new Memory(new Map([['uid-1', 'sha256/of the kubelet']])) })],
  ];
  for (const [mode, trust] of trusts) {
    it(`it receives no byte of the request, let alone of the token: ${mode}`, async () => {
      const { received, decrypted } = await attack(trust());
      assert.ok(received.length > 0, 'nobody came');
      assert.equal(decrypted.length, 0, decrypted.toString());
      assert.ok(!received.includes(token));
    });
  }

  it('does receive it when kubelets are not verified: the test can tell', async () => {
    const { decrypted } = await attack('insecure-tls');
    assert.ok(decrypted.includes(token));
  });
});

describe('a kubelet that is connected to again', () => {
  it('shows its certificate again: no session is resumed', async () => {
    const pair = await certificate({ dnsNames: ['n1'] });
    const resumed: boolean[] = [];
    const server = createServer({ cert: pair.certPem, key: pair.keyPem }, (socket: TLSSocket) => {
      resumed.push(socket.isSessionReused());
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end('HTTP/1.1 500 Oh\r\ncontent-length: 0\r\nconnection: close\r\n\r\n'));
    });
    await using door = await listening(server);
    using client = clientWith('verified');
    for (let turn = 0; turn < 3; turn++) {
      assert.equal((await client.read(targetAt(door.port), patient)).kind, 'status');
    }
    assert.deepEqual(resumed, [false, false, false]);
  });
});

/** Asks an impostor, who has a certificate of its own and records what comes in, before and after decryption. */
async function attack(trust: KubeletTrust): Promise<{ readonly received: Buffer; readonly decrypted: Buffer }> {
  const pair = await certificate({ issuer: otherCa, dnsNames: ['n1'], ipAddresses: ['127.0.0.1'] });
  const received: Buffer[] = [];
  const decrypted: Buffer[] = [];
  const closed = Promise.withResolvers<void>();
  const tls = createServer({ cert: pair.certPem, key: pair.keyPem }, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      decrypted.push(bytes);
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
    });
  });
  await using inner = await listening(tls);
  // A door in front, which sees what goes over the wire.
  const relay = createTcpServer((connection: Socket) => {
    const onward = connect(inner.port, '127.0.0.1');
    connection.on('data', (bytes: Buffer) => received.push(bytes));
    for (const socket of [connection, onward]) socket.on('error', () => undefined);
    connection.pipe(onward).pipe(connection);
    connection.on('close', () => onward.end());
    onward.on('close', () => closed.resolve());
  });
  await using door = await listening(relay);
  using client = clientWith(trust);
  await client.read(targetAt(door.port), patient);
  client.forget('n1');
  // Whatever was sent has come in when the impostor has seen the end.
  await closed.promise;
  return { received: Buffer.concat(received), decrypted: Buffer.concat(decrypted) };
}

/** A server on a port of its own; disposing of it ends its connections. */
async function listening(server: Server): Promise<AsyncDisposable & { readonly port: number }> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Remembers in memory. */
class Memory implements KeyMemory {
  readonly keys: Map<string, string>;
  asked = Promise.withResolvers<void>();
  trouble: string | undefined;
  /** Given in place of the truth. */
  answer: Promise<Recognition> | undefined;

  constructor(keys = new Map<string, string>()) {
    this.keys = keys;
  }

  async recognise({ uid }: KeyOwner, shown: string): Promise<Recognition> {
    this.asked.resolve();
    if (this.answer !== undefined) return await this.answer;
    if (this.trouble !== undefined) return { kind: 'unknown', message: this.trouble };
    const remembered = this.keys.get(uid) ?? shown;
    this.keys.set(uid, remembered);
    return remembered === shown ? { kind: 'known' } : { kind: 'another', remembered, howToForget: `forget ${uid}` };
  }

  vouchedFor({ uid }: KeyOwner, shown: string): void {
    this.keys.set(uid, shown);
  }
}

const targetAt = (port: number): KubeletTarget => ({
  node: 'n1',
  uid: 'uid-1',
  host: '127.0.0.1',
  names: ['n1', 'host-1.example.com'],
  port,
  path: '/metrics/resource',
});

function clientWith(trust: KubeletTrust): KubeletConnections {
  const credentials = { current: () => ({ ca: ca.certPem, token }) };
  return new KubeletConnections({
    credentials,
    trust,
    keepAliveMs: 60_000,
    clock: systemClock,
    userAgent: 'tacho/test',
  });
}

const valid = () => ({ notBefore: Date.now() - hour, notAfter: Date.now() + hour });

function certificate(order: Partial<CertificateOrder>): Promise<CertificatePair> {
  return issueCertificate({ commonName: 'system:node:n1', issuer: ca, usages: ['server'], key, ...valid(), ...order });
}

function authority(commonName: string, own: string): Promise<CertificatePair> {
  return issueCertificate({ commonName, isCa: true, usages: [], key: own, ...valid() });
}
