import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingHttpHeaders } from 'node:http';
import { after, test as nodeTest, type TestContext } from 'node:test';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { silentLogger } from '../../telemetry/logger.ts';
import { issueCertificate } from '../certificates/issue-certificate.ts';
import type { Answer, ApiRequest } from '../exchange.ts';
import { listen } from '../listen/listener.ts';
import { type Client, type Contact, protocols } from '../listen/testing/clients.ts';
import { requestTarget } from '../request-target.ts';

/** Whoever answers requests, without its sockets. */
export interface Answering {
  handle(request: ApiRequest): Promise<Answer>;
}

/** How the requests of a test travel: undefined = not at all. */
const travelling = new AsyncLocalStorage<(contact: Contact) => Client>();

/** One promise, kept without a network, over HTTP/1.1 and over HTTP/2: whatever `answerOf` asks meanwhile goes that way. */
export function test(promise: string, body: (t: TestContext) => unknown): void {
  void nodeTest(promise, async (t) => void (await body(t)));
  for (const [protocol, clientOf] of protocols) {
    void nodeTest(`${promise}, over ${protocol}`, (t) => travelling.run(clientOf, async () => void (await body(t))));
  }
}

/** The answer of `server`, by the way the running test prescribes. */
export async function answerOf(server: Answering, request: ApiRequest): Promise<Answer> {
  const clientOf = travelling.getStore();
  if (clientOf === undefined) return await server.handle(request);
  const id = String(++arranged);
  meetings.set(id, { server, request });
  const client = clientOf({ port: listener.port });
  try {
    const { method, headers } = request;
    const received = await client.ask({
      method,
      path: requestTarget(request),
      headers: { ...headers, [idHeader]: id },
    });
    const { status, bytes, headers: sent } = received;
    const warnings = warningsIn(sent['warning']);
    return { status, headers: headersOf(sent), body: bytes, ...(warnings.length > 0 && { warnings }) };
  } finally {
    client.close();
    meetings.delete(id);
  }
}

interface Meeting {
  readonly server: Answering;
  readonly request: ApiRequest;
}

/** Who is asked by the request with that id, and what the test says of it that no network tells. */
const meetings = new Map<string, Meeting>();
let arranged = 0;
const idHeader = 'x-meeting';

const dates = { notBefore: Date.now() - 60_000, notAfter: Date.now() + 86_400_000 };
const outcome = await listen({
  bindAddress: '127.0.0.1',
  port: 0,
  pair: await issueCertificate({ commonName: 'server', usages: ['server'], ...dates }),
  requestTimeoutMs: 60_000,
  clock: new WoundClock(),
  log: silentLogger,
  handle: meet,
});
if (outcome.kind === 'failed') throw new Error(outcome.message);
const { listener } = outcome;
after(() => listener.close({ graceMs: 0 }));

async function meet(arrived: ApiRequest): Promise<Answer> {
  const { [idHeader]: id, ...headers } = arrived.headers;
  const meeting = meetings.get(String(id));
  if (meeting === undefined) throw new Error('nobody expects this request');
  const { peerChain, signal, over } = meeting.request;
  return await meeting.server.handle({ ...arrived, headers, peerChain, signal, ...(over && { over }) });
}

/** What a protocol adds by itself. */
const ofTransport: ReadonlySet<string> = new Set(['date', 'keep-alive', 'transfer-encoding', 'warning']);

/** In the spelling in which they were given. */
function headersOf(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const kept = Object.entries(headers).filter(([name, value]) => !ofTransport.has(name) && value !== 'keep-alive');
  return Object.fromEntries(kept.map(([name, value]) => [spelt(name), [value].flat().join(', ')]));
}

function spelt(name: string): string {
  const known: Readonly<Record<string, string>> = { etag: 'ETag', 'audit-id': 'Audit-ID' };
  return known[name] ?? name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}

function warningsIn(value: unknown): readonly string[] {
  const found = String(value ?? '').matchAll(/299 - "((?:[^"\\]|\\.)*)"/g);
  return [...found].map(([, text = '']) => text.replace(/\\(.)/g, '$1'));
}
