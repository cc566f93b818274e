import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Clock } from '../../lifecycle/clock.ts';
import type { Answer, ApiRequest } from '../exchange.ts';
import { parseAccept } from '../negotiate.ts';
import type { ApiGroupVersion } from '../resource.ts';
import type { Route } from '../router.ts';
import { type Further, openapi3Documents, type Subject, swaggerDocument } from './documents.ts';
import { openapi3Protobuf } from './openapi3-protobuf.ts';
import { contentAnswer } from './served-content.ts';
import { swaggerProtobuf } from './swagger-protobuf.ts';
import type { JsonObject } from './type-description.ts';

/** What OpenAPI documents are made with. */
export interface OpenapiOptions {
  /** What they call the server. */
  readonly title: string;
  readonly clock: Pick<Clock, 'now'>;
  /** What can be asked beside the groups. Absent = nothing. */
  readonly more?: Further;
}

/** What they describe. */
export interface Described {
  readonly groups: readonly ApiGroupVersion[];
  readonly version: { readonly gitVersion: string };
}

/**
 * `/openapi/v2`, and `/openapi/v3` with a document for each of its parts. The hash of a document stands in its URL, so
 * that clients keep what they have until it changes. Nothing is made before somebody asks for it.
 */
export function openapiRoutes({ groups, version }: Described, options: OpenapiOptions): readonly Route[] {
  const { title, clock, more } = options;
  const subject = { groups, title, version: version.gitVersion, ...(more && { more }) };
  const modifiedAt = clock.now();
  const swagger = once(() => new Representations(swaggerDocument(subject), 'v2', swaggerProtobuf));
  const documents = once(() => representationsOf(subject));
  const root = once(() => rootDocument(documents()));
  return [
    {
      pattern: '/openapi/v2',
      listed: '/openapi/v2',
      handler: (request) => swaggerAnswer(request, swagger(), modifiedAt),
    },
    {
      pattern: '/openapi/v3',
      listed: '/openapi/v3',
      handler: (request) =>
        contentAnswer(request, { ...root(), modifiedAt, headers: { 'Content-Type': 'application/json' } }),
    },
    {
      pattern: `${documentsPath}{*document}`,
      listed: documentsPath,
      handler: (request) => documentAnswer(request, documents(), { modifiedAt, now: clock.now() }),
    },
  ];
}

const documentsPath = '/openapi/v3/';

/** Bodies smaller than this, in bytes, are not worth compressing. */
const worthCompressing = 1400;

/** A document in the forms it is asked for, each made when first asked for. */
class Representations {
  /** Upper-case hex, of the JSON form whatever the form. */
  readonly hash: string;
  readonly #json: Buffer;
  readonly #protobuf: () => Uint8Array;
  readonly #protobufType: string;
  readonly #compressed = new Map<Uint8Array, Buffer>();

  /** `version` is that of OpenAPI, as media types spell it. */
  constructor(document: JsonObject, version: 'v2' | 'v3', protobufOf: (document: JsonObject) => Uint8Array) {
    this.#json = Buffer.from(JSON.stringify(document));
    this.hash = hashOf(this.#json);
    this.#protobuf = once(() => protobufOf(document));
    this.#protobufType = `com.github.proto-openapi.spec.${version}.v1.0+protobuf`;
  }

  /** What the client likes best of what there is; undefined when it likes nothing. */
  chosen({ headers }: ApiRequest): { readonly type: string; readonly bytes: Uint8Array } | undefined {
    const oldType = this.#protobufType.replace('.v1.0', '@v1.0');
    for (const { type, subtype } of parseAccept(headers.accept || '*/*')) {
      if (type !== 'application' && type !== '*') continue;
      if (subtype === 'json' || subtype === '*') return { type: 'application/json', bytes: this.#json };
      if (subtype === this.#protobufType || subtype === oldType) {
        return { type: `application/${this.#protobufType}`, bytes: this.#protobuf() };
      }
    }
    return undefined;
  }

  /** One of its own forms, gzipped. */
  compressed(bytes: Uint8Array): Uint8Array {
    const known = this.#compressed.get(bytes) ?? gzipSync(bytes);
    this.#compressed.set(bytes, known);
    return known;
  }
}

function representationsOf(subject: Subject): ReadonlyMap<string, Representations> {
  const documents = [...openapi3Documents(subject)];
  return new Map(documents.map(([name, document]) => [name, new Representations(document, 'v3', openapi3Protobuf)]));
}

function rootDocument(documents: ReadonlyMap<string, Representations>): {
  readonly bytes: Buffer;
  readonly etag: string;
} {
  const urls = [...documents].map(([name, { hash }]) => [name, { serverRelativeURL: documentUrl(name, hash) }]);
  const bytes = Buffer.from(JSON.stringify({ paths: Object.fromEntries(urls) }));
  return { bytes, etag: `"${hashOf(bytes)}"` };
}

const documentUrl = (name: string, hash: string): string => `${documentsPath}${name}?hash=${hash}`;

function swaggerAnswer(request: ApiRequest, document: Representations, modifiedAt: number): Answer {
  const vary = { Vary: 'Accept-Encoding, Accept' };
  const chosen = document.chosen(request);
  if (chosen === undefined) return { status: 406, headers: vary, body: '' };

  const { type, bytes } = chosen;
  const headers = { ...vary, 'Content-Type': type };
  const answer = contentAnswer(request, { bytes, etag: `"${document.hash}"`, modifiedAt, headers });
  // Only whole bodies: a range counts bytes as they are.
  if (answer.status !== 200 || bytes.length < worthCompressing || !takesGzip(request)) return answer;
  return { ...answer, headers: { ...answer.headers, 'Content-Encoding': 'gzip' }, body: document.compressed(bytes) };
}

interface Times {
  readonly modifiedAt: number;
  readonly now: number;
}

function documentAnswer(
  request: ApiRequest,
  documents: ReadonlyMap<string, Representations>,
  { modifiedAt, now }: Times,
): Answer {
  const vary = { Vary: 'Accept' };
  const name = decodeURIComponent(request.path).slice(documentsPath.length);
  const document = documents.get(name);
  // As in the reference: a document nobody listed is an empty one.
  if (document === undefined) return { status: 200, headers: vary, body: '' };
  const chosen = document.chosen(request);
  if (chosen === undefined) return { status: 406, headers: vary, body: '' };

  const { hash } = document;
  const headers = { ...vary, 'Content-Type': chosen.type };
  const wanted = request.query.get('hash') ?? '';
  if (wanted !== '' && wanted !== hash) {
    return { status: 301, headers: { ...headers, ETag: `"${hash}"`, Location: documentUrl(name, hash) }, body: '' };
  }
  const kept = wanted === '' ? {} : { 'Cache-Control': 'public, immutable', Expires: aYearAfter(now) };
  return contentAnswer(request, {
    bytes: chosen.bytes,
    etag: `"${hash}"`,
    modifiedAt,
    headers: { ...headers, ...kept },
  });
}

function aYearAfter(now: number): string {
  const date = new Date(now);
  date.setUTCFullYear(date.getUTCFullYear() + 1);
  return date.toUTCString();
}

function takesGzip({ headers }: ApiRequest): boolean {
  const wishes = [headers['accept-encoding'] ?? ''].flat().join(',').split(',');
  return wishes.some((wish) => {
    const [coding = '', quality = 'q=1'] = wish.split(';').map((part) => part.trim().toLowerCase());
    return coding === 'gzip' && Number.parseFloat(quality.replace(/^q=/, '')) > 0;
  });
}

const hashOf = (bytes: Uint8Array): string => createHash('sha512').update(bytes).digest('hex').toUpperCase();

/** Makes something when it is first wanted, and only then. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
