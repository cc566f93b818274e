import type { ApiRequest } from '../exchange.ts';
import { wantsWatch } from '../request-info.ts';
import type { ApiGroupVersion } from '../resource.ts';

/** The labels by which Kubernetes tells requests apart; each has few values, whatever clients send. */
export interface RequestKind {
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  /** Of a resource, or the path where no resource is asked for. */
  readonly subresource: string;
  /** How much is asked for: `cluster`, `namespace`, one `resource`, or none of these. */
  readonly scope: string;
  readonly component: string;
}

/** What requests are counted as. */
export interface KnownKind extends RequestKind {
  /** Whether the reference counts such requests one by one; the others count only when they are cut short. */
  readonly counted: boolean;
}

const noResource = { group: '', version: '', resource: '', scope: '' };
const apiserver = 'apiserver';

/** Paths that are nobody's resource and have a name in the labels; all else is told apart by its verb only. */
const healthPaths: ReadonlySet<string> = new Set(['/healthz', '/livez', '/readyz']);
const otherPaths: ReadonlySet<string> = new Set(['/metrics', '/version', '/openapi/v2', '/openapi/v3']);

const verbs: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT', 'TRACE']);

/** Methods beyond HTTP's count as one. A HEAD asks for what a GET would answer. */
function verbOf(method: string): string {
  if (method === 'HEAD') return 'GET';
  return verbs.has(method) ? method : 'other';
}

/** Sorts requests into the kinds that are counted. There are as many as there are resources, scopes and verbs. */
export class RequestKinds {
  readonly #known = new Map<string, KnownKind>();
  /** By `group/version/resource`. */
  readonly #resources: ReadonlyMap<string, { readonly namespaced: boolean }>;

  constructor(groups: readonly ApiGroupVersion[]) {
    this.#resources = new Map(
      groups.flatMap(({ group, version, resources }) =>
        resources.map((resource) => [`${group}/${version}/${resource.name}`, resource] as const),
      ),
    );
  }

  /** Equal requests give the same object. */
  of(request: ApiRequest): KnownKind {
    return this.#resource(request) ?? this.#path(request);
  }

  #resource({ method, path, query }: ApiRequest): KnownKind | undefined {
    if (!path.startsWith('/apis/') || path.length > longestPath) return undefined;
    const [, , group = '', version = '', ...rest] = withoutSlash(path).split('/');
    const { resource, scope, within } = placeOf(rest);
    const served = this.#resources.get(`${group}/${version}/${resource}`);
    // Names stand right behind a resource of the cluster, and behind the namespace of any other.
    if (served === undefined || (scope !== 'cluster' && served.namespaced !== within)) return undefined;

    const watch = scope !== 'resource' && wantsWatch(query);
    const verb = method === 'GET' ? readVerb(scope, watch) : verbOf(method);
    const kind = { verb, group, version, resource, subresource: '', scope, component: apiserver };
    return this.#remembered({ ...kind, counted: method === 'GET' });
  }

  #path({ method, path }: ApiRequest): KnownKind {
    const verb = verbOf(method);
    const place = withoutSlash(path);
    const kind = { ...noResource, verb, subresource: '', component: apiserver };
    if (healthPaths.has(path)) return this.#remembered({ ...kind, subresource: path, component: '', counted: true });
    if (place === '/apis') return this.#remembered({ ...kind, subresource: 'apis', counted: method === 'GET' });
    const subresource = otherPaths.has(place) ? place : '';
    return this.#remembered({ ...kind, subresource, counted: false });
  }

  #remembered(kind: KnownKind): KnownKind {
    const key = `${kind.verb} ${kind.group} ${kind.version} ${kind.resource} ${kind.scope} ${kind.subresource}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#known.set(key, kind);
    return kind;
  }
}

/** Names of Kubernetes are shorter; a longer path is not worth taking apart to count it. */
const longestPath = 1024;

interface Place {
  readonly resource: string;
  readonly scope: 'cluster' | 'namespace' | 'resource';
  readonly within: boolean;
}

const nowhere: Place = { resource: '', scope: 'cluster', within: false };

/** `pods`, `nodes/n1`, `namespaces/ns/pods`, `namespaces/ns/pods/p1`; nothing else is a resource here. */
function placeOf(segments: readonly string[]): Place {
  const [first = '', second, third, ...more] = segments;
  if (second === undefined) return { resource: first, scope: 'cluster', within: false };
  if (third === undefined) return { resource: first, scope: 'resource', within: false };
  if (first !== 'namespaces' || more.length > 1) return nowhere;
  return { resource: third, scope: more.length === 0 ? 'namespace' : 'resource', within: true };
}

function readVerb(scope: Place['scope'], watch: boolean): string {
  if (scope === 'resource') return 'GET';
  return watch ? 'WATCH' : 'LIST';
}

const withoutSlash = (path: string): string => (path.endsWith('/') ? path.slice(0, -1) : path);
