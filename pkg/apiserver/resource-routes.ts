import { goQuote } from '../model/go-quote.ts';
import { compressed } from './encode/compressed.ts';
import type { Answer, ApiRequest } from './exchange.ts';
import { parseListOptions } from './list-options.ts';
import { type MediaType, negotiate, servedMediaTypes } from './negotiate.ts';
import { listAnswer, objectAnswer, objectConversions, rowObjects, type View } from './render.ts';
import { wantsWatch } from './request-info.ts';
import type { ApiGroupVersion, NotFound, Resource } from './resource.ts';
import { type Handler, type Route, type RouteParameters, serviceRoute } from './router.ts';
import {
  badRequest,
  invalid,
  notAcceptable,
  notFound,
  onlyServedMediaTypes,
  type Status,
  statusAnswer,
  verbNotSupported,
} from './status.ts';
import { withWarnings } from './warnings.ts';

/** Get and list of every resource of an API version. */
export function resourceRoutes(api: ApiGroupVersion): readonly Route[] {
  return api.resources.flatMap((resource) => {
    const root = `/apis/${api.group}/${api.version}`;
    const list = serviceRoute(`${root}/${resource.name}`, { produces: listProduces }, listHandler(api, resource));
    const home = resource.namespaced ? `${root}/namespaces/:namespace/${resource.name}` : `${root}/${resource.name}`;
    const one = serviceRoute(`${home}/:name`, { produces: servedMediaTypes }, getHandler(api, resource));
    if (!resource.namespaced) return [list, one];
    return [list, serviceRoute(home, { produces: listProduces }, listHandler(api, resource)), one];
  });
}

const streamed = ['application/json', 'application/vnd.kubernetes.protobuf'];

/** Lists could be watched by their look, and the refusal text says so. */
const listProduces: readonly string[] = [...servedMediaTypes, ...streamed.map((type) => `${type};stream=watch`)];

function getHandler(api: ApiGroupVersion, resource: Resource<unknown>): Handler {
  return (request, { name = '', namespace }: RouteParameters): Answer | Promise<Answer> => {
    const media = negotiate(request, objectConversions);
    if (media === undefined) return statusAnswer(onlyServedMediaTypes, request);
    if (wantsExport(request.query)) return statusAnswer(badRequest(noExport), request);
    const found = resource.get(name, namespace);
    if (found.kind === 'not-found') return notFoundAnswer(found, request);
    const view = viewOf({ api, resource, media, one: true }, request);
    if ('code' in view) return statusAnswer(view, request);
    return compressed(objectAnswer(found.object, view), request);
  };
}

function listHandler(api: ApiGroupVersion, resource: Resource<unknown>): Handler {
  return async (request, { namespace }: RouteParameters): Promise<Answer> => {
    const media = negotiate(request, objectConversions);
    if (media === undefined) return statusAnswer(onlyServedMediaTypes, request);
    const options = parseListOptions(request.query, namespace);
    if (options.kind === 'invalid') return statusAnswer(badRequest(options.message), request);
    if (options.kind === 'contradictory') {
      return statusAnswer(invalid('meta.k8s.io', 'ListOptions', options.causes), request);
    }
    if (wantsWatch(request.query)) return statusAnswer(verbNotSupported('watch', api.group, resource.name), request);
    const view = viewOf({ api, resource, media, one: false }, request);
    if ('code' in view) return statusAnswer(view, request);
    // Asked for first: a long list is drawn while its headers are under way already.
    const warnings = resource.warnings?.(options.query) ?? [];
    const answer = await listAnswer(resource.list(options.query), view, request.signal);
    return withWarnings(await compressed(answer, request), warnings);
  };
}

async function notFoundAnswer(found: NotFound, request: ApiRequest): Promise<Answer> {
  const { message, details } = (await found.explained?.(request.signal)) ?? found;
  return statusAnswer(notFound(message, details), request);
}

const noExport = 'the export parameter, deprecated since v1.14, is no longer supported';

function wantsExport(query: URLSearchParams): boolean {
  const wish = query.get('export');
  return wish !== null && wish !== '0' && wish.toLowerCase() !== 'false';
}

interface Subject {
  readonly api: ApiGroupVersion;
  readonly resource: Resource<unknown>;
  readonly media: MediaType;
  /** One object, or a list. */
  readonly one: boolean;
}

/** What the client wants to see, or why it cannot have it: the reference looks at that once it has what is to be shown. */
function viewOf({ api, resource, media, one }: Subject, request: ApiRequest): View | Status {
  const wanted = media.as?.kind ?? '';
  // The reference names the Go type it holds.
  const internal = `*${api.group.split('.', 1).join('')}.${resource.kind}`;
  if (wanted === 'PartialObjectMetadata' && !one) {
    return notAcceptable(`you requested ${wanted}, but the requested object is a list (${internal}List)`);
  }
  if (wanted === 'PartialObjectMetadataList' && one) {
    return notAcceptable(`you requested ${wanted}, but the requested object is not a list (${internal})`);
  }
  const include = request.query.get('includeObject') ?? '';
  const rowObject = rowObjects.find((known) => known === (include === '' ? 'Metadata' : include));
  if (wanted === 'Table' && rowObject === undefined) {
    return badRequest(
      `Unable to convert to Table as requested: includeObject: Invalid value: ${goQuote(include)}: must be 'Metadata', 'Object', 'None', or empty`,
    );
  }
  return { api, resource, media, rowObject: rowObject ?? 'Metadata' };
}
