import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createPlainServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { selfSigned } from '../testing/certificates.ts';
import { KeptLog } from '../testing/kept-log.ts';
import { openConnection } from './connection.ts';
import { problemOfFailure } from './problem.ts';
import type { KubeConnection } from './transport.ts';

const signal = new AbortController().signal;
const pair = selfSigned('kube-apiserver');
const client = selfSigned('client');

describe('a connection from inside a cluster', () => {
  it('verifies the kube-apiserver by the mounted CA and shows the mounted token', async () => {
    await using site = await tlsSite();
    await using connection = await opened(site.inCluster());
    using response = await connection.request({ method: 'GET', path: '/api/v1/nodes', query: { limit: '5' }, signal });
    assert.equal(response.status, 200);
    assert.deepEqual(await response.json(), { hello: 'world' });
    const [seen] = site.seen;
    assert.equal(seen?.url, '/api/v1/nodes?limit=5');
    assert.equal(seen?.headers.authorization, 'Bearer first');
    assert.match(seen?.headers['user-agent'] ?? '', /^metrics-server\/1\.2\.3 /);
    assert.deepEqual(connection.kubeletCredentials(), { token: 'first', ca: pair.cert });
  });

  it('knows the namespace of the pod, where it is mounted', async () => {
    await using site = await tlsSite();
    await using nowhere = await opened(site.inCluster());
    assert.equal(nowhere.namespace, undefined);
    await site.mount('namespace', 'monitoring\n');
    await using connection = await opened(site.inCluster());
    assert.equal(connection.namespace, 'monitoring');
  });

  it('does not speak to a server that another CA has issued', async () => {
    await using site = await tlsSite({ ca: selfSigned('another').cert });
    await using connection = await opened(site.inCluster());
    const failure = await connection.request({ method: 'GET', path: '/', signal }).catch((cause: unknown) => cause);
    assert.match(
      problemOfFailure(failure, connection).message,
      /its certificate is not issued by the CA we were given/,
    );
    assert.equal(site.seen.length, 0);
  });

  it('reads a rotated token within a minute, and not at every request', async () => {
    await using site = await tlsSite();
    const clock = new WoundClock();
    await using connection = await opened({ ...site.inCluster(), clock });
    await site.mount('token', 'second\n');
    await ask(connection);
    await clock.wind(60_000);
    await ask(connection);
    assert.deepEqual(site.tokens(), ['Bearer first', 'Bearer second']);
  });

  it('gives kubelets the rotated token although nobody asks the kube-apiserver anything', async () => {
    await using site = await tlsSite();
    const clock = new WoundClock();
    await using connection = await opened({ ...site.inCluster(), clock });
    await site.mount('token', 'second');
    await clock.wind(60_000);
    connection.kubeletCredentials();
    while (connection.kubeletCredentials().token === 'first') await new Promise(setImmediate);
    assert.equal(connection.kubeletCredentials().token, 'second');
  });

  it('reads the token again after a 401, and asks once more if it has changed', async () => {
    await using site = await tlsSite({ accepts: 'Bearer second' });
    const clock = new WoundClock();
    await using connection = await opened({ ...site.inCluster(), clock });
    assert.equal(await ask(connection), 401);
    await site.mount('token', 'second');
    assert.equal(await ask(connection), 401, 'not at every request');
    await clock.wind(5_000);
    assert.equal(await ask(connection), 200);
    assert.deepEqual(site.tokens(), ['Bearer first', 'Bearer first', 'Bearer first', 'Bearer second']);
  });

  it('keeps its token while the file cannot be read, and says so once', async () => {
    await using site = await tlsSite();
    const clock = new WoundClock();
    const log = new KeptLog();
    await using connection = await opened({ ...site.inCluster(), clock, log });
    await rm(join(site.folder, 'token'));
    for (let minute = 0; minute < 3; minute++) {
      await clock.wind(60_000);
      assert.equal(await ask(connection), 200);
    }
    await site.mount('token', 'third');
    await clock.wind(60_000);
    await ask(connection);
    assert.deepEqual(log.shown, [
      'Credentials cannot be read again, the last ones stay in use',
      'Credentials can be read again',
    ]);
    assert.equal(site.tokens().at(-1), 'Bearer third');
  });

  it('keeps its CA while the new one is spoilt', async () => {
    await using site = await tlsSite();
    const clock = new WoundClock();
    const log = new KeptLog();
    await using connection = await opened({ ...site.inCluster(), clock, log });
    await site.mount('ca.crt', 'half writ');
    await clock.wind(60_000);
    assert.equal(await ask(connection), 200);
    assert.match(String(log.lines[0]?.facts['cause']), /holds no PEM certificate/);
  });

  it('follows a CA that is replaced', async () => {
    await using site = await tlsSite({ ca: selfSigned('another').cert });
    const clock = new WoundClock();
    await using connection = await opened({ ...site.inCluster(), clock });
    await assert.rejects(ask(connection));
    await site.mount('ca.crt', pair.cert);
    await clock.wind(60_000);
    assert.equal(await ask(connection), 200);
  });

  it('says what is missing, and what would help', async () => {
    await using site = await tlsSite();
    assert.match(await failure({ environment: {} }), /KUBERNETES_SERVICE_HOST.*--kubeconfig/);
    await rm(join(site.folder, 'token'));
    assert.match(await failure(site.inCluster()), /cannot read .*token: the pod needs its ServiceAccount mounted/);
    await site.mount('token', ' ');
    assert.match(await failure(site.inCluster()), /token is empty/);
    await site.mount('token', 'x');
    await site.mount('ca.crt', 'not a certificate');
    assert.match(await failure(site.inCluster()), /the certificate authority holds no PEM certificate/);
    await site.mount('ca.crt', pair.cert.slice(0, 200) + pair.cert.slice(400));
    assert.match(await failure(site.inCluster()), /holds a certificate that cannot be read/);
  });
});

describe('a connection from a kubeconfig', () => {
  it('takes CA, client certificate and key as data', async () => {
    await using site = await tlsSite();
    const user = `{client-certificate-data: ${base64(client.cert)}, client-key-data: ${base64(client.key)}}`;
    const cluster = `{server: "${site.url}", certificate-authority-data: ${base64(pair.cert)}}`;
    await using connection = await opened({ kubeconfig: await site.kubeconfig({ cluster, user }) });
    assert.equal(await ask(connection), 200);
    assert.equal(site.commonNames.at(-1), 'client');
    assert.deepEqual(connection.kubeletCredentials(), { ca: pair.cert, cert: client.cert, key: client.key });
  });

  it('takes them as files beside it', async () => {
    await using site = await tlsSite();
    await site.mount('c.crt', client.cert);
    await site.mount('c.key', client.key);
    const cluster = `{server: "${site.url}", certificate-authority: ca.crt}`;
    const user = '{client-certificate: c.crt, client-key: c.key}';
    await using connection = await opened({ kubeconfig: await site.kubeconfig({ cluster, user }) });
    assert.equal(await ask(connection), 200);
    assert.equal(site.commonNames.at(-1), 'client');
  });

  it('follows a tokenFile as it rotates', async () => {
    await using site = await tlsSite();
    const clock = new WoundClock();
    const kubeconfig = await site.kubeconfig({ user: '{tokenFile: token, token: stale}' });
    await using connection = await opened({ kubeconfig, clock });
    await ask(connection);
    await site.mount('token', 'second\n');
    await clock.wind(60_000);
    await ask(connection);
    assert.deepEqual(site.tokens(), ['Bearer first', 'Bearer second']);
  });

  it('runs a credential plugin, and again when its token is refused', async () => {
    await using site = await tlsSite({ accepts: 'Bearer second' });
    const credential = (token: string): string =>
      JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token } });
    await site.mount('credential.json', credential('first'));
    const exec = `{apiVersion: client.authentication.k8s.io/v1, command: cat, args: [${join(site.folder, 'credential.json')}]}`;
    const clock = new WoundClock();
    await using connection = await opened({ kubeconfig: await site.kubeconfig({ user: `{exec: ${exec}}` }), clock });
    assert.equal(await ask(connection), 401);
    await site.mount('credential.json', credential('second'));
    await clock.wind(5_000);
    assert.equal(await ask(connection), 200);
    assert.equal(connection.kubeletCredentials().token, 'second');
  });

  it('takes a password, an impersonated user and another server name', async () => {
    await using site = await tlsSite();
    const cluster = `{server: "${site.url}/prefix/", certificate-authority: ca.crt, tls-server-name: localhost}`;
    const user = '{username: ann, password: secret, as: bob}';
    await using connection = await opened({ kubeconfig: await site.kubeconfig({ cluster, user }) });
    assert.equal(await ask(connection), 200);
    assert.equal(site.seen[0]?.url, '/prefix/version');
    assert.equal(site.tokens()[0], `Basic ${base64('ann:secret')}`);
    assert.equal(site.seen[0]?.headers['impersonate-user'], 'bob');
    assert.equal(connection.kubeletCredentials().token, undefined);
  });

  it('refuses a server whose certificate names another host', async () => {
    await using site = await tlsSite();
    const cluster = `{server: "${site.url}", certificate-authority: ca.crt, tls-server-name: elsewhere.test}`;
    await using connection = await opened({ kubeconfig: await site.kubeconfig({ cluster }) });
    await assert.rejects(ask(connection), /elsewhere\.test/);
  });

  it("tells the kubelets' side as well when credentials were renewed for it", async () => {
    await using site = await tlsSite();
    await using connection = await opened({ kubeconfig: await site.kubeconfig({ user: '{tokenFile: token}' }) });
    const refused = connection.kubeletCredentials();
    await site.mount('token', 'second');
    assert.equal(await connection.renewCredentials(refused), true);
    assert.equal(connection.kubeletCredentials().token, 'second');
    assert.equal(await connection.renewCredentials(connection.kubeletCredentials()), false);
  });

  it('warns when it is told not to verify', async () => {
    await using site = await tlsSite();
    const cluster = `{server: "${site.url}", insecure-skip-tls-verify: true}`;
    const log = new KeptLog();
    await using connection = await opened({ kubeconfig: await site.kubeconfig({ cluster }), log });
    assert.equal(await ask(connection), 200);
    assert.match(log.shown[0] ?? '', /not verified/);
  });

  it('says what is wrong with it, naming the file', async () => {
    await using site = await tlsSite();
    const wrong: readonly [string, RegExp][] = [
      ['a: [', /not a kubeconfig/],
      ['', /not a kubeconfig|current-context is not set/],
      ['{}', /current-context is not set; it has no contexts/],
      ['{current-context: x, contexts: [{name: y, context: {cluster: c}}]}', /x does not exist; its contexts are y/],
      ['{current-context: x, contexts: [{name: x, context: {cluster: c}}]}', /cluster c, which does not exist/],
    ];
    for (const [text, reason] of wrong) {
      await site.mount('config', text);
      const message = await failure({ kubeconfig: join(site.folder, 'config') });
      assert.match(message, reason);
      assert.ok(message.includes(join(site.folder, 'config')), message);
    }
    assert.match(await failure({ kubeconfig: join(site.folder, 'nowhere') }), /nowhere: cannot read the file/);
    const named: readonly [Partial<Record<'cluster' | 'user', string>>, RegExp][] = [
      [{ cluster: `{server: "${site.url}", certificate-authority: gone.crt}` }, /certificate-authority .*gone\.crt/],
      [{ cluster: '{server: "ftp://x"}' }, /is not an https:\/\/ or http:\/\/ address/],
      [{ user: '{tokenFile: gone}' }, /cannot read tokenFile .*gone/],
      [{ user: '{client-certificate: token}' }, /only work together/],
      [{ user: '{exec: {command: /nowhere/plugin}}' }, /credential plugin of user u failed/],
    ];
    for (const [parts, reason] of named) {
      assert.match(await failure({ kubeconfig: await site.kubeconfig(parts) }), reason);
    }
  });
});

describe('a connection', () => {
  it('keeps its sockets for the next request', async () => {
    await using site = await plainSite((_, response) => response.end('{}'));
    await using connection = await opened({ kubeconfig: site.kubeconfig });
    for (let turn = 0; turn < 20; turn++) assert.equal(await ask(connection), 200);
    // Two, not one: a socket is free a moment after the body's end was read.
    assert.ok(site.sockets() <= 2, `${site.sockets()} sockets for 20 requests`);
  });

  it('is not held up by a watch', async () => {
    await using site = await plainSite((request, response) => {
      if (request.url === '/watch') response.write('{"n":1}\n');
      else response.end('{}');
    });
    await using connection = await opened({ kubeconfig: site.kubeconfig });
    const stop = new AbortController();
    using watch = await connection.request({ method: 'GET', path: '/watch', signal: stop.signal });
    const lines = watch.lines()[Symbol.asyncIterator]();
    assert.deepEqual(await lines.next(), { value: ['{"n":1}'], done: false });
    assert.equal(await ask(connection), 200);
    stop.abort();
    await assert.rejects(lines.next(), /abort/i);
  });

  it('posts JSON', async () => {
    const bodies: string[] = [];
    await using site = await plainSite((request, response) => {
      request.on('data', (chunk: Buffer) => bodies.push(`${request.headers['content-type']} ${chunk.toString()}`));
      request.on('end', () => response.writeHead(201).end('{"status":{}}'));
    });
    await using connection = await opened({ kubeconfig: site.kubeconfig });
    using response = await connection.request({ method: 'POST', path: '/r', body: { spec: { token: 'ü' } }, signal });
    assert.equal(response.status, 201);
    const contentType = 'application/apply-patch+yaml';
    using patched = await connection.request({ method: 'PATCH', path: '/r', contentType, body: {}, signal });
    assert.equal(patched.status, 201);
    assert.deepEqual(bodies, ['application/json {"spec":{"token":"ü"}}', 'application/apply-patch+yaml {}']);
  });

  it('stops reading a body that is too large', async () => {
    await using site = await plainSite((_, response) => response.end('x'.repeat(100_000)));
    await using connection = await opened({ kubeconfig: site.kubeconfig });
    using response = await connection.request({ method: 'GET', path: '/', signal });
    await assert.rejects(response.text(1_000), /larger than 1000 bytes/);
    assert.equal(await ask(connection), 200);
  });

  it('ends a request whose time is up', async () => {
    await using site = await plainSite(() => undefined);
    await using connection = await opened({ kubeconfig: site.kubeconfig });
    const stop = new AbortController();
    const answer = connection.request({ method: 'GET', path: '/', signal: stop.signal });
    setImmediate(() => stop.abort());
    await assert.rejects(answer);
  });

  it('says who does not answer, and what to look at', async () => {
    const site = await plainSite(() => undefined);
    await using connection = await opened({ kubeconfig: site.kubeconfig });
    await site[Symbol.asyncDispose]();
    const failed = await connection.request({ method: 'GET', path: '/', signal }).catch((cause: unknown) => cause);
    const { message } = problemOfFailure(failed, connection);
    assert.match(
      message,
      /no answer from the kube-apiserver at http:\/\/127\.0\.0\.1:\d+: .*ECONNREFUSED.*; nothing listens/,
    );
  });
});

type Options = Partial<Parameters<typeof openConnection>[0]>;

async function opened(options: Options): Promise<KubeConnection> {
  const outcome = await openConnection(complete(options));
  if (outcome.kind === 'opened') return outcome.connection;
  return assert.fail(outcome.message);
}

async function failure(options: Options): Promise<string> {
  const outcome = await openConnection(complete(options));
  assert.equal(outcome.kind, 'failed');
  return 'message' in outcome ? outcome.message : '';
}

function complete(options: Options): Parameters<typeof openConnection>[0] {
  return { environment: {}, clock: new WoundClock(), log: new KeptLog(), version: '1.2.3', ...options };
}

async function ask(connection: KubeConnection): Promise<number> {
  using response = await connection.request({ method: 'GET', path: '/version', signal });
  await response.text();
  return response.status;
}

/** A kube-apiserver over TLS and the folder of files by which it is reached. */
async function tlsSite({ ca = pair.cert, accepts = '' } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'kube-'));
  const seen: Pick<IncomingMessage, 'url' | 'headers'>[] = [];
  const commonNames: string[] = [];
  const server = createTlsServer({ ...pair, requestCert: true, rejectUnauthorized: false }, (request, response) => {
    seen.push(request);
    const { subject } = (request.socket as TLSSocket).getPeerCertificate();
    commonNames.push(String(subject?.CN ?? ''));
    const refused = accepts !== '' && request.headers.authorization !== accepts;
    response.writeHead(refused ? 401 : 200, { 'content-type': 'application/json' }).end('{"hello":"world"}');
  });
  const port = await listening(server);
  const url = `https://127.0.0.1:${port}`;
  const mount = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);
  await mount('token', 'first');
  await mount('ca.crt', ca);
  return {
    folder,
    url,
    seen,
    commonNames,
    mount,
    tokens: () => seen.map(({ headers }) => headers.authorization),
    inCluster: () => ({
      environment: { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(port) },
      serviceAccountFolder: folder,
    }),
    async kubeconfig({ cluster = `{server: "${url}", certificate-authority: ca.crt}`, user = '{token: first}' }) {
      await mount('config', kubeconfigText(cluster, user));
      return join(folder, 'config');
    },
    async [Symbol.asyncDispose]() {
      await closed(server);
      await rm(folder, { recursive: true });
    },
  };
}

/** A kube-apiserver without TLS that answers as told. */
async function plainSite(answer: RequestListener) {
  const folder = await mkdtemp(join(tmpdir(), 'kube-'));
  let sockets = 0;
  const server = createPlainServer(answer).on('connection', () => sockets++);
  const port = await listening(server);
  const kubeconfig = join(folder, 'config');
  await writeFile(kubeconfig, kubeconfigText(`{server: "http://127.0.0.1:${port}"}`, '{token: first}'));
  return {
    kubeconfig,
    sockets: () => sockets,
    async [Symbol.asyncDispose]() {
      await closed(server);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function kubeconfigText(cluster: string, user: string): string {
  return `apiVersion: v1
kind: Config
current-context: here
contexts: [{name: here, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: ${cluster}}]
users: [{name: u, user: ${user}}]
`;
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
