import assert from 'node:assert/strict';
import type { AccessVerdict } from '../../model/user.ts';
import { silentLogger } from '../../telemetry/logger.ts';
import { ApiServer, type Caller } from '../api-server.ts';
import type { Answer } from '../exchange.ts';
import { madeRequest } from '../made-request.ts';
import { answerOf, test } from '../testing/every-protocol.ts';
import { bodyBytes } from './body-bytes.ts';
import { type RecordedExchange, recordedExchanges } from './recorded-exchange.ts';
import { recordedResource } from './recorded-resource.ts';

const exchanges = recordedExchanges();
const straight = (path: string): RecordedExchange => {
  const found = exchanges.find((each) => each.capture > '055' && each.path === path);
  assert.ok(found);
  return found;
};
const nodes = straight('/apis/metrics.k8s.io/v1beta1/nodes');
const pods = straight('/apis/metrics.k8s.io/v1beta1/pods');

const openapi = ['104', '105', '111'];

/** The whole list. */
const differences: readonly Difference[] = [
  ...differ(
    ['030', '085'],
    ['body'],
    'a row always has a cell per column; the reference leaves them out where a pod has no usage',
  ),
  ...differ(['109'], ['body', 'content-length'], 'versions are our own'),
  ...differ(openapi, ['etag'], 'a hash of descriptions, which are in our own words'),
  ...differ(['105', '111'], ['content-length'], 'descriptions are in our own words'),
  ...differ(['111'], ['last-modified'], 'the reference made the document when it started, 208 seconds before'),
  ...differ(
    ['112'],
    ['process-start-time-unix'],
    "a habit of Prometheus' Go library which nobody reads; process_start_time_seconds says it",
  ),
];

for (const exchange of exchanges) {
  const { capture, method = 'GET', path, accept = 'everything', caller = 'administrator', answeredBy } = exchange;
  if (answeredBy !== undefined) continue;
  test(`recorded answer ${capture}: ${method} ${path} accepting ${accept} as ${caller}`, async () => {
    const answer = await answerTo(exchange);
    const body = await bodyBytes(answer.body);
    const listed = differences.filter(({ captures }) => captures.includes(capture)).map(({ part }) => part);
    const differing = partsThatDiffer({ ...answer, body }, exchange);
    assert.deepEqual(differing.toSorted(), listed.toSorted(), inWords({ ...answer, body }, exchange));
  });
}

/** What is not as in the reference, and why. What differs without standing here fails, and so does what no longer differs. */
interface Difference {
  readonly captures: readonly string[];
  /** `status`, `body`, or the name of a header. */
  readonly part: string;
  readonly reason: string;
}

function differ(captures: readonly string[], parts: readonly string[], reason: string): Difference[] {
  return parts.map((part) => ({ captures, part, reason }));
}

type Whole = Pick<Answer, 'status' | 'headers'> & { readonly body: Buffer };

function partsThatDiffer(answer: Whole, recorded: RecordedExchange): string[] {
  const headers = headersOf(answer, recorded);
  const names = new Set([...Object.keys(headers), ...Object.keys(recorded.headers)]);
  const parts = [...names].filter((name) => headers[name] !== recorded.headers[name]);
  if (answer.status !== recorded.status) parts.push('status');
  if (recorded.bodyIsElsewhere !== true && !answer.body.equals(recorded.body)) parts.push('body');
  return parts;
}

/** Lengths are compared where the reference gave one: over HTTP/2 it leaves that of longer answers away. */
function headersOf({ headers }: Whole, recorded: RecordedExchange): Readonly<Record<string, string>> {
  const { 'audit-id': _, ...ours } = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  if (recorded.headers['content-length'] === undefined) delete ours['content-length'];
  return ours;
}

function inWords(answer: Whole, recorded: RecordedExchange): string {
  const show = ({ status, headers, body }: Whole): string =>
    `${status}\n${JSON.stringify(headers, undefined, 1)}\n${body.toString().slice(0, 1500)}`;
  return `seen: ${show({ ...answer, headers: headersOf(answer, recorded) })}\n\nrecorded: ${show(recorded)}`;
}

async function answerTo(exchange: RecordedExchange): Promise<Answer> {
  const { path, method = 'GET', accept = '*/*', acceptEncoding } = exchange;
  const headers = { 'user-agent': 'curl/8.14.1', accept, ...(acceptEncoding && { 'accept-encoding': acceptEncoding }) };
  return await answerOf(serverFor(exchange), madeRequest(path, { method, headers }));
}

function callerOf({ caller }: RecordedExchange): Caller {
  if (caller === 'bad-token') return { kind: 'unauthorized', reason: 'unknown token' };
  const name = caller === 'anonymous' ? 'system:anonymous' : 'kubernetes-admin';
  return { kind: 'user', user: { name, groups: [], extra: {} } };
}

function serverFor(exchange: RecordedExchange): ApiServer {
  const ok = (name: string) => ({ name, check: () => undefined });
  const hooks = ['poststarthook/max-in-flight-filter', 'poststarthook/storage-object-count-tracker-hook'];
  const checks = (...names: readonly string[]) => ['ping', 'log', ...hooks, ...names].map(ok);
  const isAllowed = exchange.caller === undefined || exchange.path === '/livez';
  const verdict: AccessVerdict = { kind: isAllowed ? 'allowed' : 'denied', reason: '' };
  const clock = { now: () => exchange.created * 1000 };
  return new ApiServer({
    groups: [
      {
        group: 'metrics.k8s.io',
        version: 'v1beta1',
        resources: [
          recordedResource({ name: 'nodes', kind: 'NodeMetrics', namespaced: false, list: nodes }, exchange),
          recordedResource({ name: 'pods', kind: 'PodMetrics', namespaced: true, list: pods }, exchange),
        ],
      },
    ],
    authenticator: { authenticate: async () => callerOf(exchange) },
    authorizer: { authorize: async () => verdict },
    health: {
      livez: checks('metric-collection-timely', 'metadata-informer-sync'),
      readyz: checks('metric-storage-ready', 'metric-informer-sync', 'metadata-informer-sync', 'shutdown'),
      healthz: checks('metadata-informer-sync'),
    },
    expose: () => '',
    version: { major: '1', minor: '36', gitVersion: 'v1.36.3' } as never,
    statusz: { clock: clock as never, startedAtMs: exchange.created * 1000 },
    openapi: { title: 'Kubernetes metrics-server', clock: clock as never },
    log: silentLogger,
    newId: () => 'made-id',
    serverAddress: ':4444',
  });
}
