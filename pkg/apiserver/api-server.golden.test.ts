import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { silentLogger } from '../telemetry/logger.ts';
import { ApiServer } from './api-server.ts';
import type { ProtobufWriter } from './encode/protobuf-writer.ts';
import type { Answer } from './exchange.ts';
import { madeRequest } from './made-request.ts';
import type { ListQuery, NotFound, Resource, Wire } from './resource.ts';

// Requests to a running metrics-server 0.9.0 (Kubernetes 1.36) by curl, and its answers. Objects are those of the answers.
const exchanges = JSON.parse(
  readFileSync(join(import.meta.dirname, 'testdata', 'recorded-answers.json'), 'utf8'),
) as readonly Exchange[];

for (const exchange of exchanges) {
  const { capture, method, path, accept = 'everything', anonymous = false } = exchange;
  test(`recorded answer ${capture}: ${method} ${path} accepting ${accept}${anonymous ? ' as nobody' : ''}`, async () => {
    const answer = await server(exchange).handle(
      madeRequest(path.split('?')[0] ?? '', {
        method,
        query: new URLSearchParams(path.split('?')[1] ?? ''),
        headers: { 'user-agent': 'curl/8.14.1', accept: exchange.accept ?? '*/*' },
      }),
    );
    assert.equal(answer.status, exchange.status);
    const headers = Object.fromEntries(
      Object.entries(answer.headers).map(([name, value]) => [name.toLowerCase(), value]),
    );
    const { 'audit-id': id, ...others } = headers;
    assert.equal(id, 'made-id');
    assert.deepEqual(others, { 'content-length': others['content-length'], ...exchange.headers });
    const body = await bodyOf(answer);
    if (exchange.base64 === undefined) assert.equal(body.toString(), exchange.body);
    else assert.equal(body.toString('hex'), Buffer.from(exchange.base64, 'base64').toString('hex'));
  });
}

interface Exchange {
  readonly capture: number;
  readonly method: string;
  readonly path: string;
  readonly accept?: string;
  /** Asked without any credential. */
  readonly anonymous?: boolean;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Body of an answer that is not text. */
  readonly base64?: string;
}

interface RecordedObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly creationTimestamp: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly timestamp: string;
  readonly window: string;
  readonly usage?: Usage;
  readonly containers?: readonly { readonly name: string; readonly usage: Usage }[];
}

type Usage = Readonly<Record<string, string>>;

/** A resource holding the items of a recorded list. Its wire form is made from their JSON, the slow and obvious way. */
function recorded(capture: number, shape: Pick<Resource<unknown>, 'name' | 'kind' | 'namespaced'>): Resource<unknown> {
  const { items } = JSON.parse(exchanges.find((other) => other.capture === capture)?.body ?? '') as {
    items: readonly RecordedObject[];
  };
  const wire: Wire<RecordedObject> = {
    metadata: ({ metadata: { name, namespace, creationTimestamp, labels = {} } }) => ({
      name,
      ...(namespace !== undefined && { namespace }),
      labels,
      creationTimestamp: Date.parse(creationTimestamp),
    }),
    jsonMembers: ({ metadata: _, ...others }) => JSON.stringify(others).slice(1, -1),
    protobufFields: protobufOf,
    columns: (first) => [
      ...Object.keys(totalOf(first)).map((name) => ({ name, type: 'string', format: 'quantity' })),
      { name: 'Window', type: 'string', format: 'duration' },
    ],
    cells: (object, columns) => columns.map(({ name }) => totalOf(object)[name] ?? object.window),
  };
  const matching = ({ namespace, labels, fields }: ListQuery) =>
    items
      .filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace)
      .filter(({ metadata }) => labels === undefined || labels.matches(metadata.labels ?? {}))
      .filter(({ metadata }) => fields === undefined || fields.matches({ 'metadata.name': metadata.name }));
  return {
    ...shape,
    verbs: ['get', 'list'],
    wire: wire as Wire<unknown>,
    get: (name, namespace) => {
      const object = matching(namespace === undefined ? {} : { namespace }).find((item) => item.metadata.name === name);
      return object === undefined ? missing(shape.name, name) : { kind: 'found', object };
    },
    list: matching,
  };
}

/** `rig-node-2` is known without metrics; nothing else that is missing is known. */
function missing(resource: string, name: string): NotFound {
  if (name === 'rig-node-2') {
    const message = `nodemetrics.metrics.k8s.io "${name}" not found`;
    return { kind: 'not-found', message, details: { name, group: 'metrics.k8s.io', kind: 'nodemetrics' } };
  }
  const kind = resource === 'nodes' ? 'node' : 'pods';
  return { kind: 'not-found', message: `${kind} "${name}" not found`, details: { name, kind } };
}

function protobufOf({ timestamp, window, usage }: RecordedObject, out: ProtobufWriter): void {
  out.message(2, (time) => {
    time.int64(1, Date.parse(timestamp) / 1000);
    time.int64(2, 0);
  });
  out.message(3, (duration) => duration.int64(1, Math.round(Number.parseFloat(window) * 1000) * 1e6));
  for (const [name, quantity] of Object.entries(usage ?? {})) {
    out.message(4, (entry) => {
      entry.string(1, name);
      entry.message(2, (inner) => inner.string(1, quantity));
    });
  }
}

function totalOf({ usage, containers = [] }: RecordedObject): Usage {
  if (usage !== undefined) return usage;
  const sum = (name: string): number =>
    containers.reduce((total, each) => total + Number.parseInt(each.usage[name]!, 10), 0);
  return { cpu: `${sum('cpu')}n`, memory: `${sum('memory')}Ki` };
}

function server({ anonymous = false }: Exchange): ApiServer {
  const ok = (name: string) => ({ name, check: () => undefined });
  const hooks = ['poststarthook/max-in-flight-filter', 'poststarthook/storage-object-count-tracker-hook'];
  const checks = (...names: readonly string[]) => ['ping', 'log', ...hooks, ...names].map(ok);
  const name = anonymous ? 'system:anonymous' : 'kubernetes-admin';
  return new ApiServer({
    groups: [
      {
        group: 'metrics.k8s.io',
        version: 'v1beta1',
        resources: [
          recorded(59, { name: 'nodes', kind: 'NodeMetrics', namespaced: false }),
          recorded(64, { name: 'pods', kind: 'PodMetrics', namespaced: true }),
        ],
      },
    ],
    authenticator: { authenticate: async () => ({ kind: 'user', user: { name, groups: [], extra: {} } }) },
    authorizer: { authorize: async () => ({ kind: anonymous ? 'denied' : 'allowed', reason: '' }) },
    health: {
      livez: checks('metric-collection-timely', 'metadata-informer-sync'),
      readyz: checks('metric-storage-ready', 'metric-informer-sync', 'metadata-informer-sync', 'shutdown'),
      healthz: checks('metadata-informer-sync'),
    },
    expose: () => '',
    version: { major: '1', minor: '36' } as never,
    log: silentLogger,
    newId: () => 'made-id',
    serverAddress: ':4444',
  });
}

async function bodyOf({ body }: Answer): Promise<Buffer> {
  if (typeof body === 'string' || body instanceof Uint8Array) return Buffer.from(body as string);
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(Buffer.from(chunk as string));
  return Buffer.concat(chunks);
}
