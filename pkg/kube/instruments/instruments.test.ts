import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { Registry } from '../../telemetry/exposition.ts';
import { silentLogger } from '../../telemetry/logger.ts';
import { openConnection } from '../connection/connection.ts';
import type { KubeConnection, KubeResponse } from '../connection/transport.ts';
import { RestClientInstruments } from './rest-client-instruments.ts';
import { countedReviews } from './review-instruments.ts';

const signal = new AbortController().signal;

describe('what is asked of the kube-apiserver', () => {
  it('is counted, timed and weighed', async () => {
    await using site = await openSite();
    using read = await site.connection.request({ method: 'GET', path: '/api', signal });
    await read.json();
    using created = await site.connection.request({ method: 'POST', path: '/api', body: { a: 'ä' }, signal });
    await created.text();
    const text = site.registry.expose();
    assert.match(text, lineOf(`rest_client_requests_total{code="200",host="${site.host}",method="GET"} 1`));
    assert.match(text, lineOf(`rest_client_requests_total{code="201",host="${site.host}",method="POST"} 1`));
    assert.match(text, lineOf(`rest_client_request_duration_seconds_count{host="${site.host}",verb="GET"} 1`));
    assert.match(text, lineOf(`rest_client_request_size_bytes_sum{host="${site.host}",verb="POST"} 10`));
    assert.match(text, lineOf(`rest_client_response_size_bytes_sum{host="${site.host}",verb="GET"} 13`));
  });

  it('counts watches without timing or weighing them', async () => {
    await using site = await openSite();
    const query = { watch: 'true' };
    using _watch = await site.connection.request({ method: 'GET', path: '/api/v1/nodes', query, signal });
    const text = site.registry.expose();
    assert.match(text, /^rest_client_requests_total\{code="200",.*\} 1$/m);
    assert.doesNotMatch(text, /^rest_client_request_duration_seconds_count/m);
  });

  it('counts requests that were never answered as errors', async () => {
    await using site = await openSite();
    await site.closeServer();
    await assert.rejects(site.connection.request({ method: 'GET', path: '/api', signal }));
    assert.match(site.registry.expose(), /^rest_client_requests_total\{code="<error>",.*,method="GET"\} 1$/m);
  });
});

describe('reviews', () => {
  it('are counted and timed by the status of each try', async () => {
    const registry = new Registry();
    const clock = new WoundClock();
    const answers = [500, 201];
    const transport = {
      server: 'https://apiserver',
      async request() {
        await clock.sleep(600, signal);
        const status = answers.shift();
        if (status === undefined) throw new Error('connection refused');
        return { status } as unknown as KubeResponse;
      },
    };
    const counted = countedReviews(transport, 'authz', { registry, clock });
    for (let tries = 1; tries <= 3; tries++) {
      const asked = counted.request({ method: 'POST', path: '/', signal }).catch(() => undefined);
      await clock.wind(600);
      await asked;
    }
    const text = registry.expose();
    for (const code of ['500', '201', '<error>'])
      assert.match(text, lineOf(`apiserver_delegated_authz_request_total{code="${code}"} 1`));
    assert.match(text, lineOf('apiserver_delegated_authz_request_duration_seconds_bucket{code="201",le="0.5"} 0'));
    assert.match(text, lineOf('apiserver_delegated_authz_request_duration_seconds_bucket{code="201",le="0.7"} 1'));
  });
});

const lineOf = (line: string): RegExp => new RegExp(`^${line.replaceAll(/[{}.]/g, '\\$&')}$`, 'm');

interface Site extends AsyncDisposable {
  readonly host: string;
  readonly registry: Registry;
  readonly connection: KubeConnection;
  closeServer(): Promise<void>;
}

/** A kube-apiserver that answers everything, and a connection to it that is counted. */
async function openSite(): Promise<Site> {
  await using opening = new AsyncDisposableStack();
  const folder = opening.adopt(await mkdtemp(join(tmpdir(), 'tacho-')), (path) => rm(path, { recursive: true }));
  const server = createServer((asked, answer) => {
    answer.writeHead(asked.method === 'POST' ? 201 : 200, { 'content-type': 'application/json' });
    answer.end('{"kind":"Al"}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const closeServer = async (): Promise<void> => {
    if (!server.listening) return;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  opening.defer(closeServer);
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, kubeconfigFor(`http://${host}`));

  const registry = new Registry();
  const clock = new WoundClock();
  const observer = new RestClientInstruments(registry, clock);
  const outcome = await openConnection({ kubeconfig, environment: {}, clock, log: silentLogger, observer });
  assert.ok(outcome.kind === 'opened');
  const connection = opening.use(outcome.connection);
  const opened = opening.move();
  return { host, registry, connection, closeServer, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

const kubeconfigFor = (server: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server } }],
    users: [{ name: 'u', user: {} }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  });
