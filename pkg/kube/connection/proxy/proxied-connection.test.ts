import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { WoundClock } from '../../../lifecycle/wound-clock.ts';
import { selfSigned } from '../../testing/certificates.ts';
import { FakeProxy } from '../../testing/fake-proxy.ts';
import { KeptLog } from '../../testing/kept-log.ts';
import { openConnection } from '../connection.ts';
import { problemOfFailure } from '../problem.ts';
import type { KubeConnection } from '../transport.ts';

const signal = new AbortController().signal;
const pair = selfSigned('kube-apiserver');

describe('a kube-apiserver behind a proxy', () => {
  it('is reached through the one of the environment, and verified all the same', async () => {
    await using site = await Site.open();
    await using proxy = await new FakeProxy().listenHttp(site.port);
    const log = new KeptLog();
    const HTTPS_PROXY = `http://ann:secret@127.0.0.1:${proxy.port}`;
    await using connection = await site.connection({ environment: { HTTPS_PROXY }, log });
    for (let turn = 0; turn < 10; turn++) assert.equal(await ask(connection), 200);
    assert.deepEqual([...new Set(proxy.asked)], ['kube.test:6443']);
    assert.ok(proxy.asked.length < 4, `${proxy.asked.length} tunnels for 10 requests`);
    assert.deepEqual([...new Set(proxy.authorizations)], [`Basic ${Buffer.from('ann:secret').toString('base64')}`]);
    assert.deepEqual([...new Set(site.tokens)], ['Bearer first']);
    assert.deepEqual(log.shown, ['The kube-apiserver is reached through a proxy']);
    assert.doesNotMatch(JSON.stringify(log.lines), /secret/);
  });

  it('is not asked anything when whoever is at the other end is another', async () => {
    await using site = await Site.open({ tlsServerName: 'elsewhere.test' });
    await using proxy = await new FakeProxy().listenHttp(site.port);
    await using connection = await site.connection({
      environment: { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` },
    });
    await assert.rejects(ask(connection), /elsewhere\.test/);
    assert.deepEqual(site.tokens, []);
  });

  it('is reached through the one of the kubeconfig, whatever the environment says', async () => {
    for (const scheme of ['http', 'socks5'] as const) {
      await using site = await Site.open();
      const proxy = new FakeProxy();
      await using _proxy = await (scheme === 'http' ? proxy.listenHttp(site.port) : proxy.listenSocks(site.port));
      site.proxyUrl = `${scheme}://127.0.0.1:${proxy.port}`;
      const environment = { HTTPS_PROXY: 'http://127.0.0.1:9', NO_PROXY: '*' };
      await using connection = await site.connection({ environment });
      assert.equal(await ask(connection), 200, scheme);
      assert.deepEqual(proxy.asked, ['kube.test:6443']);
    }
  });

  it('is reached without one where NO_PROXY says so', async () => {
    await using site = await Site.open();
    await using proxy = await new FakeProxy().listenHttp(site.port);
    const environment = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`, NO_PROXY: '.other.test,kube.test' };
    await using connection = await site.connection({ environment });
    await assert.rejects(ask(connection));
    assert.deepEqual(proxy.asked, []);
  });

  it('whose proxy refuses is unreachable, and the proxy is named with what it said', async () => {
    await using site = await Site.open();
    await using proxy = await new FakeProxy().listenHttp(site.port);
    proxy.refuses = '407 Proxy Authentication Required';
    await using connection = await site.connection({ environment: { HTTPS_PROXY: `127.0.0.1:${proxy.port}` } });
    const { message } = problemOfFailure(await ask(connection).catch((cause: unknown) => cause), connection);
    assert.match(message, /proxy http:\/\/127\.0\.0\.1:\d+ answered 407 Proxy Authentication Required to CONNECT/);

    await using socks = await new FakeProxy().listenSocks(site.port);
    socks.refuses = 'not allowed';
    site.proxyUrl = `socks5://127.0.0.1:${socks.port}`;
    await using through = await site.connection({});
    const problem = problemOfFailure(await ask(through).catch((cause: unknown) => cause), through);
    assert.match(problem.message, /proxy socks5:.* refused to connect to kube\.test:6443 \(SOCKS reply 2\)/);
  });

  it('whose proxy is away is unreachable, and the proxy is named', async () => {
    await using site = await Site.open();
    const proxy = await new FakeProxy().listenHttp(site.port);
    const environment = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
    await proxy[Symbol.asyncDispose]();
    await using connection = await site.connection({ environment });
    const { message } = problemOfFailure(await ask(connection).catch((cause: unknown) => cause), connection);
    assert.match(message, /proxy http:\/\/127\.0\.0\.1:\d+ cannot be used: .*ECONNREFUSED/);
  });

  it('is not looked for when the proxy is no address', async () => {
    await using site = await Site.open();
    await assert.rejects(site.connection({ environment: { HTTPS_PROXY: 'ftp://proxy.test' } }), /HTTPS_PROXY.*ftp:/);
    site.proxyUrl = 'ftp://proxy.test';
    await assert.rejects(site.connection({}), /kubeconfig .*ftp:\/\/proxy\.test is not/);
  });
});

async function ask(connection: KubeConnection): Promise<number> {
  using response = await connection.request({ method: 'GET', path: '/version', signal });
  await response.text();
  return response.status;
}

/** A kube-apiserver on 127.0.0.1 that goes by a name which nobody can look up. */
class Site implements AsyncDisposable {
  readonly tokens: (string | undefined)[] = [];
  proxyUrl: string | undefined;
  readonly #server = createServer(pair, ({ headers }, response) => {
    this.tokens.push(headers.authorization);
    response.end('{}');
  });
  readonly #folder: string;
  readonly #tlsServerName: string;

  private constructor(folder: string, tlsServerName: string) {
    this.#folder = folder;
    this.#tlsServerName = tlsServerName;
  }

  static async open({ tlsServerName = 'localhost' } = {}): Promise<Site> {
    const site = new Site(await mkdtemp(join(tmpdir(), 'kube-')), tlsServerName);
    await new Promise<void>((resolve) => site.#server.listen(0, '127.0.0.1', resolve));
    return site;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async connection(options: Partial<Parameters<typeof openConnection>[0]>): Promise<KubeConnection> {
    const kubeconfig = join(this.#folder, 'config');
    await writeFile(kubeconfig, this.#kubeconfig());
    const means = { environment: {}, clock: new WoundClock(), log: new KeptLog() };
    const outcome = await openConnection({ ...means, kubeconfig, ...options });
    if (outcome.kind === 'failed') throw new Error(outcome.message);
    return outcome.connection;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await rm(this.#folder, { recursive: true });
  }

  #kubeconfig(): string {
    const cluster = {
      server: 'https://kube.test:6443',
      'certificate-authority-data': Buffer.from(pair.cert).toString('base64'),
      'tls-server-name': this.#tlsServerName,
      ...(this.proxyUrl !== undefined && { 'proxy-url': this.proxyUrl }),
    };
    return JSON.stringify({
      'current-context': 'here',
      contexts: [{ name: 'here', context: { cluster: 'c', user: 'u' } }],
      clusters: [{ name: 'c', cluster }],
      users: [{ name: 'u', user: { token: 'first' } }],
    });
  }
}
