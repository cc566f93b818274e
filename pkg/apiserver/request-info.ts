import { exactValue, parseAnyFieldSelector } from '../model/field-selector.ts';
import type { AccessAttributes } from '../model/user.ts';
import type { ApiRequest } from './exchange.ts';
import { requestTarget } from './request-target.ts';
import { maxSelectorLength, type SelectorAttributes, selectorAttributes } from './selector-attributes.ts';

/** What a request is about, as its path, method and query say it. */
export type RequestInfo =
  | { readonly kind: 'info'; readonly path: string; readonly attributes: AccessAttributes }
  /** The path is no proper escape of UTF-8. */
  | { readonly kind: 'bad-path' }
  /** A verb in the path with nothing behind it. */
  | { readonly kind: 'no-resource'; readonly message: string };

const verbOfMethod: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/**
 * Reads what a request is about, with the rules of Kubernetes' RequestInfo resolver: authorization asks about this before
 * any route is looked up, so it must not know which routes exist. What lies below one of `nonResourceRoots` is a
 * non-resource URL, whatever those rules would make of it.
 *
 * There the verb of reading is `list`, not `get`: every cluster lets everybody who is known get `/api/*` and `/apis/*`
 * (ClusterRole system:discovery), and what everybody may is no right.
 */
export function requestInfo(request: ApiRequest, nonResourceRoots: readonly string[] = []): RequestInfo {
  const path = decoded(request.path);
  if (path === undefined) return { kind: 'bad-path' };
  const verb = request.method.toLowerCase();
  const other: RequestInfo = { kind: 'info', path, attributes: { kind: 'path', verb, path } };

  if (nonResourceRoots.some((root) => path === root || path.startsWith(`${root}/`))) {
    const isRead = verbOfMethod[request.method] === 'get';
    return { kind: 'info', path, attributes: { kind: 'path', verb: isRead ? 'list' : verb, path } };
  }
  const [prefix, ...rest] = withoutOuterSlashes(path).split('/');
  if (prefix === 'api' && rest.length >= 2) return resourceInfo(request, path, ['', ...rest]);
  if (prefix === 'apis' && rest.length >= 3) return resourceInfo(request, path, rest);
  return other;
}

/** By hand: a regular expression looks again at every slash in the middle, and anybody may send a million of them. */
function withoutOuterSlashes(path: string): string {
  let start = 0;
  let end = path.length;
  while (path[start] === '/') start++;
  while (end > start && path[end - 1] === '/') end--;
  return path.slice(start, end);
}

/** Query parameter `watch`: everything but `0` and `false` means yes, the empty text too. */
export function wantsWatch(query: URLSearchParams): boolean {
  const wish = query.get('watch');
  return wish !== null && wish !== '0' && wish.toLowerCase() !== 'false';
}

/** `parts` are the segments from the group on. */
function resourceInfo(request: ApiRequest, path: string, parts: readonly string[]): RequestInfo {
  const [group = '', version = '', ...others] = parts;
  const verbInPath = others[0] === 'watch' || others[0] === 'proxy' ? others[0] : undefined;
  const segments = verbInPath === undefined ? others : others.slice(1);
  if (segments.length === 0) {
    return {
      kind: 'no-resource',
      message: `unable to determine kind and namespace from url, ${requestTarget(request)}`,
    };
  }
  const { namespace, resource, name, subresource } = place(segments, verbInPath);
  const verb = verbInPath ?? verbOf(request, name);
  // A verb in the path is of old, and selects nothing.
  const selection = verbInPath === undefined ? selectionOf(verb, request.query) : {};
  const attributes: AccessAttributes = {
    kind: 'resource',
    verb,
    group,
    version,
    resource,
    ...(subresource !== undefined && { subresource }),
    ...(namespace !== undefined && { namespace }),
    ...selection,
    ...(name !== undefined && { name }),
  };
  return { kind: 'info', path, attributes };
}

/** What of many is meant: the one name it can only be, and the terms of the selectors. */
function selectionOf(verb: string, query: URLSearchParams): SelectorAttributes & { readonly name?: string } {
  if (verb === 'deletecollection') return selectorAttributes(query);
  if (verb !== 'list' && verb !== 'watch') return {};
  const name = nameInFields(query);
  return { ...(name !== undefined && { name }), ...selectorAttributes(query) };
}

interface Place {
  readonly namespace: string | undefined;
  readonly resource: string;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

/** `namespaces/x` alone is the Namespace itself; with anything but its own subresources behind it, it is where to look. */
function place(segments: readonly string[], verbInPath: string | undefined): Place {
  const [first = '', second, third = ''] = segments;
  const isWithin = first === 'namespaces' && segments.length > 2 && third !== 'status' && third !== 'finalize';
  const namespace = first === 'namespaces' ? second : undefined;
  const [resource = '', name, part] = isWithin ? segments.slice(2) : segments;
  // What is proxied to is somebody else's path.
  const subresource = verbInPath === 'proxy' ? undefined : part;
  return { namespace, resource, name: name || undefined, subresource: subresource || undefined };
}

function verbOf({ method, query }: ApiRequest, name: string | undefined): string {
  const verb = verbOfMethod[method] ?? '';
  if (name !== undefined) return verb;
  if (verb === 'get') return wantsWatch(query) ? 'watch' : 'list';
  return verb === 'delete' ? 'deletecollection' : verb;
}

/** The one name a field selector demands: who may get that object may list it so. */
function nameInFields(query: URLSearchParams): string | undefined {
  const text = query.get('fieldSelector') ?? '';
  if (text.length > maxSelectorLength) return undefined;
  const result = parseAnyFieldSelector(text);
  if (result.kind === 'invalid') return undefined;
  const name = exactValue(result.selector, 'metadata.name');
  return name === undefined || !isPathSegment(name) ? undefined : name;
}

const isPathSegment = (name: string): boolean => name !== '' && name !== '.' && name !== '..' && !/[/%]/.test(name);

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined; // The only thing decoding can say is that it cannot.
  }
}
