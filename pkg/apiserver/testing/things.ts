import { silentLogger } from '../../telemetry/logger.ts';
import { ApiServer, type ApiServerOptions } from '../api-server.ts';
import type { Answer, ApiRequest } from '../exchange.ts';
import { madeRequest } from '../made-request.ts';
import { machineryNames } from '../openapi/machinery-types.ts';
import { ownType, reference, required, type TypeDescription, text } from '../openapi/type-description.ts';
import type { ApiGroupVersion, Resource } from '../resource.ts';
import { answerOf } from './every-protocol.ts';

/** A resource of the group that tests of the API server serve; it holds nothing. */
export const thingResource = (shape: Pick<Resource<unknown>, 'name' | 'kind' | 'namespaced'>): Resource<unknown> => ({
  ...shape,
  verbs: ['get', 'list'],
  wire: {
    metadata: () => ({ name: '', labels: {}, creationTimestamp: 0 }),
    jsonMembers: () => undefined,
    protobufFields: () => undefined,
    columns: () => [],
    cells: () => [],
  },
  get: (name) => ({
    kind: 'not-found',
    message: `${shape.name} "${name}" not found`,
    details: { name, kind: shape.name },
  }),
  list: () => [],
});

/** `things.example.com` in one version: things in the cluster, parts in namespaces. */
export const thingsIn = (version: string): ApiGroupVersion => ({
  group: 'things.example.com',
  version,
  resources: [
    thingResource({ name: 'things', kind: 'Thing', namespaced: false }),
    thingResource({ name: 'parts', kind: 'Part', namespaced: true }),
  ],
  types: thingTypes(version),
});

/** The stable one. */
export const thingsV1 = thingsIn('v1');

/** 2026-11-21T04:00:34Z in milliseconds: when the server was made, for what it says of itself. */
export const madeAt = Date.UTC(2026, 10, 21, 4, 0, 34);

/** Asks a server of things, its caller allowed everything; `changes` are to the server. */
export function askOfThings(
  target: string,
  request: Partial<ApiRequest> = {},
  changes: Partial<ApiServerOptions> = {},
): Promise<Answer> {
  return answerOf(thingsServer(changes), madeRequest(target, request));
}

/** The body of an answer, as text. */
export async function bodyText({ body }: Answer): Promise<string> {
  if (typeof body === 'string') return body;
  if (body instanceof Uint8Array) return Buffer.from(body).toString();
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(Buffer.from(chunk as string));
  return Buffer.concat(chunks).toString();
}

function thingsServer(changes: Partial<ApiServerOptions>): ApiServer {
  const user = { name: 'alice', groups: [], extra: {} };
  const ping = { name: 'ping', check: () => undefined };
  return new ApiServer({
    groups: [thingsV1],
    authenticator: { authenticate: async () => ({ kind: 'user', user }) },
    authorizer: { authorize: async () => ({ kind: 'allowed', reason: '' }) },
    health: { livez: [ping], readyz: [ping], healthz: [ping] },
    expose: () => '',
    version: {
      major: '1',
      minor: '36',
      gitVersion: 'v1.36.0',
      gitCommit: '',
      gitTreeState: '',
      buildDate: '1970-01-01T00:00:00Z',
      goVersion: '',
      compiler: '',
      platform: 'linux/amd64',
    },
    statusz: { clock: { now: () => madeAt as never }, startedAtMs: madeAt },
    openapi: { title: 'Things', clock: { now: () => madeAt as never } },
    log: silentLogger,
    newId: () => 'made-id',
    serverAddress: ':443',
    ...changes,
  });
}

function thingTypes(version: string): readonly TypeDescription[] {
  const nameOf = (type: string): string => `com.example.things.${version}.${type}`;
  return ['Thing', 'Part'].flatMap((kind) => [
    {
      name: nameOf(kind),
      description: `One ${kind}.`,
      shape: {
        kind: 'object',
        fields: {
          ...ownType,
          metadata: { ...reference(machineryNames.objectMeta, 'What it is called.'), default: {} },
          color: required(text('Its color.')),
        },
      },
      kinds: [{ group: 'things.example.com', version, kind }],
    },
    {
      name: nameOf(`${kind}List`),
      description: `A list of ${kind}.`,
      shape: {
        kind: 'object',
        fields: {
          ...ownType,
          metadata: reference(machineryNames.listMeta, 'What is said of the list.'),
          items: { description: 'They.', shape: { kind: 'list', of: { kind: 'reference', to: nameOf(kind) } } },
        },
      },
      kinds: [{ group: 'things.example.com', version, kind: `${kind}List` }],
    },
  ]);
}
