import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:http2';
import { Agent, request as httpsRequest } from 'node:https';
import { after, test } from 'node:test';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { silentLogger } from '../../telemetry/logger.ts';
import { issueCertificate } from '../certificates/issue-certificate.ts';
import type { ApiRequest } from '../exchange.ts';
import { listen } from '../listen/listener.ts';
import { type RecordedExchange, recordedExchanges } from './recorded-exchange.ts';
import { ask, metricsServer } from './served-metrics.ts';

const dates = { notBefore: Date.now() - 60_000, notAfter: Date.now() + 86_400_000 };
const pair = await issueCertificate({ commonName: 'server', usages: ['server'], ...dates });
const server = metricsServer();
const outcome = await listen({
  bindAddress: '127.0.0.1',
  port: 0,
  pair,
  requestTimeoutMs: 60_000,
  clock: new WoundClock(),
  log: silentLogger,
  handle: (request) => server.handle(request),
});
assert.ok(outcome.kind === 'listening');
const { listener } = outcome;
const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
const session = connect(`https://127.0.0.1:${listener.port}`, { rejectUnauthorized: false });
after(async () => {
  session.close();
  agent.destroy();
  await listener.close({ graceMs: 0 });
});

interface Heard {
  readonly status: number;
  readonly type: string;
  readonly id: string;
  readonly body: string;
}

const protocols: readonly (readonly [name: string, hear: (exchange: RecordedExchange) => Promise<Heard>])[] = [
  ['HTTP/1.1', overHttp1],
  ['HTTP/2', overHttp2],
];

for (const [name, hear] of protocols) {
  test(`every recorded request is answered over ${name} as it is without a network`, async () => {
    for (const exchange of recordedExchanges().filter(({ answeredBy }) => answeredBy === undefined)) {
      const { status, headers, text } = await ask(exchange.path, inProcess(exchange));
      const wanted = { status, type: headers['Content-Type'], id: 'made-id', body: text };
      assert.deepEqual(await hear(exchange), wanted, `${exchange.capture} ${exchange.path}`);
    }
  });
}

const headersOf = ({ accept = '*/*', acceptEncoding }: RecordedExchange): Record<string, string> => ({
  accept,
  'user-agent': 'curl/8.14.1',
  ...(acceptEncoding !== undefined && { 'accept-encoding': acceptEncoding }),
});

const inProcess = (exchange: RecordedExchange): Partial<ApiRequest> => ({
  method: exchange.method ?? 'GET',
  headers: headersOf(exchange),
});

async function overHttp1(exchange: RecordedExchange): Promise<Heard> {
  const { path, method = 'GET' } = exchange;
  const where = { host: '127.0.0.1', port: listener.port, path, method, agent };
  const call = httpsRequest({ ...where, headers: headersOf(exchange) });
  call.end();
  const [response] = await once(call, 'response');
  const { statusCode: status, headers } = response;
  return { status, type: headers['content-type'], id: headers['audit-id'], body: await drawn(response) };
}

async function overHttp2(exchange: RecordedExchange): Promise<Heard> {
  const { path, method = 'GET' } = exchange;
  const stream = session.request({ ':path': path, ':method': method, ...headersOf(exchange) });
  stream.end();
  const [headers] = await once(stream, 'response');
  const { ':status': status, 'content-type': type, 'audit-id': id } = headers;
  return { status, type, id, body: await drawn(stream) };
}

async function drawn(stream: AsyncIterable<unknown>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
