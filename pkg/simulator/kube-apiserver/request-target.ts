/** What a request is about, in the terms that rights are given in. */
export type RequestTarget = ResourceTarget | PathTarget;

/** A request for objects of an API group. */
export interface ResourceTarget {
  readonly kind: 'resource';
  /** Lower-case Kubernetes verb. */
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** A request for something that is no object: discovery, health, the simulator's own paths. */
export interface PathTarget {
  readonly kind: 'path';
  /** Lower-case HTTP method. */
  readonly verb: string;
  readonly path: string;
}

const verbs: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

/** Reads method, path and query as a kube-apiserver's RequestInfo does. */
export function requestTarget(method: string, path: string, query: URLSearchParams): RequestTarget {
  const segments = path
    .split('/')
    .filter((segment) => segment !== '')
    .map(unescaped);
  const place = placeOf(segments);
  if (place === undefined) return { kind: 'path', verb: method.toLowerCase(), path };

  const { group, version, namespace, rest } = place;
  const [resource = '', named, subresource] = rest;
  // A right to one object by name also allows listing just that object, as kube-apiservers do it.
  const name = named ?? nameSelected(query);
  return {
    kind: 'resource',
    verb: verbs[method] ?? readingVerb(named, query),
    group,
    version,
    resource,
    ...(subresource !== undefined && { subresource }),
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
  };
}

interface Place {
  readonly group: string;
  readonly version: string;
  readonly namespace?: string;
  readonly rest: readonly string[];
}

function placeOf(segments: readonly string[]): Place | undefined {
  const [root, ...inner] = segments;
  if (root === 'api' && inner.length >= 2) return placeInGroup('', inner);
  if (root === 'apis' && inner.length >= 3) return placeInGroup(inner[0] ?? '', inner.slice(1));
  return undefined;
}

function placeInGroup(group: string, [version = '', ...rest]: readonly string[]): Place {
  const [first, namespace, ...deeper] = rest;
  const inNamespace = first === 'namespaces' && namespace !== undefined && deeper.length > 0;
  if (inNamespace && deeper[0] !== 'status') return { group, version, namespace, rest: deeper };
  return { group, version, rest };
}

function readingVerb(name: string | undefined, query: URLSearchParams): string {
  if (isTrue(query.get('watch'))) return 'watch';
  return name === undefined ? 'list' : 'get';
}

function nameSelected(query: URLSearchParams): string | undefined {
  return /(?:^|,)metadata\.name==?([^,!=]+)/.exec(query.get('fieldSelector') ?? '')?.[1];
}

/** What a parameter of a query says; absent = no. */
export const isTrue = (value: string | null): boolean => value === 'true' || value === '1' || value === '';

function unescaped(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // Broken escapes name nothing we have; the path as sent is the honest name.
    return segment;
  }
}
