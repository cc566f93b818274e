import type { Clock } from '../../lifecycle/clock.ts';
import type { AggregationProxy } from '../aggregation/aggregation-proxy.ts';
import { type ApiService, apiServices } from '../aggregation/api-service.ts';
import type { DiscoveryMerge } from '../aggregation/discovery-merge.ts';
import { beginDeletion } from '../aggregation/namespace-deletion.ts';
import { kubernetesVersion } from '../objects/pretend-objects.ts';
import type { ApiServerFaults, ReviewConduct } from './api-server-faults.ts';
import type { Call } from './call.ts';
import { aggregatedGroups, answerGroup, answerRoot, answerVersion } from './discovery.ts';
import type { TokenUsers } from './identity.ts';
import type { NodeProxy } from './node-proxy.ts';
import type { ObjectStore } from './object-store.ts';
import { answerOpenapiRoot, answerSwagger } from './openapi.ts';
import { notFound, type Reading } from './reading.ts';
import { json, type Reply, refusal, text } from './reply.ts';
import { type RequestTarget, type ResourceTarget, requestTarget } from './request-target.ts';
import { type ResourceType, resourceTypeOf, storeKey } from './resource-types.ts';
import { answerReview } from './reviews.ts';
import { forbiddenMessage, mayDo, type Right } from './rights.ts';
import { answerWrite } from './writing.ts';

/** Everything that a route may lead to. */
export interface RoutesOptions {
  readonly store: ObjectStore;
  readonly tokens: TokenUsers;
  readonly rights: readonly Right[];
  readonly proxy: AggregationProxy;
  readonly reading: Reading;
  readonly discovery: DiscoveryMerge;
  readonly faults: ApiServerFaults;
  readonly control: (call: Call) => Promise<Reply | undefined>;
  readonly clock: Pick<Clock, 'now'>;
  /** Absent = no kubelet can be asked through this kube-apiserver. */
  readonly nodeProxy?: NodeProxy;
  /** What a pod behind a Service answers, where that is what a path asks for. */
  readonly throughService: (call: Call) => Promise<Reply> | undefined;
}

const unknownPath = (): Reply => refusal('NotFound', 'the server could not find the requested resource');

/** Who answers what, once the sender is known. */
export class Routes {
  readonly #options: RoutesOptions;

  constructor(options: RoutesOptions) {
    this.#options = options;
  }

  /** Refuses what the sender may not do, and answers the rest. */
  async answer(call: Call): Promise<Reply> {
    const target = requestTarget(call.method, call.path, call.query);
    if (!mayDo(this.#options.rights, call.user, target)) return forbidden(call, target);
    const aggregated = this.#behind(target.kind === 'path' ? call.path : `/apis/${target.group}/${target.version}`);
    if (aggregated !== undefined) return this.#forward(call, aggregated);
    if (target.kind === 'path') return this.#answerPath(call);
    return this.#askKubelet(call) ?? this.#options.throughService(call) ?? this.#answerResource(call, target);
  }

  #askKubelet({ path, signal }: Call): Promise<Reply> | undefined {
    const [, node, onward] = /^\/api\/v1\/nodes\/([^/]+)\/proxy(\/.*)$/.exec(path) ?? [];
    return node === undefined || onward === undefined ? undefined : this.#options.nodeProxy?.(node, onward, signal);
  }

  /** The APIService that a path of three segments, or below, belongs to. */
  #behind(path: string): ApiService | undefined {
    const [, group, version] = /^(?:\/openapi\/v3)?\/apis\/([^/]+)\/([^/]+)/.exec(path) ?? [];
    return apiServices(this.#options.store).find((one) => one.group === group && one.version === version);
  }

  async #forward(call: Call, apiService: ApiService): Promise<Reply> {
    const body = call.method === 'GET' || call.method === 'HEAD' ? undefined : await call.readBody();
    return this.#options.proxy.forward({ ...call, ...(body && { body }) }, apiService);
  }

  async #answerPath(call: Call): Promise<Reply> {
    const { store, proxy, control } = this.#options;
    const path = call.path.length > 1 ? call.path.replace(/\/$/, '') : call.path;
    if (path.startsWith('/simulator')) return (await control(call)) ?? unknownPath();
    if (/^\/(healthz|livez|readyz)(\/ping)?$/.test(path)) return text('ok');
    if (path === '/version') return json(versionDocument);
    if (path === '/') return json({ paths: rootPaths });
    if (path === '/openapi/v2') return answerSwagger(call, apiServices(store), proxy);
    if (path === '/openapi/v3') return answerOpenapiRoot(apiServices(store), proxy, call.signal);
    return this.#answerDiscovery(call, path) ?? unknownPath();
  }

  #answerDiscovery(call: Call, path: string): Reply | undefined {
    const { store, discovery } = this.#options;
    const groups = aggregatedGroups(apiServices(store), (apiService) => discovery.found(apiService));
    if (path === '/api' || path === '/apis') return answerRoot(path, call.headers, groups);
    const [, root, first = '', second] = /^\/(apis?)\/([^/]+)(?:\/([^/]+))?$/.exec(path) ?? [];
    if (root === undefined) return undefined;
    if (root === 'api') return answerVersion('', first);
    return second === undefined ? answerGroup(first, groups) : answerVersion(first, second);
  }

  async #answerResource(call: Call, target: ResourceTarget): Promise<Reply> {
    const { store, reading } = this.#options;
    const type = resourceTypeOf(target.group, target.version, target.resource);
    if (type === undefined || target.subresource !== undefined) return unknownPath();
    if (!type.verbs.includes(target.verb)) {
      return refusal('MethodNotAllowed', `the server does not allow this method on the requested resource`);
    }
    if (type.verbs.length === 1) return this.#answerReview(call, type.name);
    if (type.kind === 'Namespace' && target.verb === 'delete') return this.#deleteNamespace(target.name ?? '', type);
    const reads = call.method === 'GET' || call.method === 'HEAD';
    return reads ? reading.answer(call, target, type) : answerWrite(store, call, target, type);
  }

  /** It goes when nothing is left in it, which others find out. */
  #deleteNamespace(name: string, type: ResourceType): Reply {
    const { store, clock } = this.#options;
    const namespace = store.get(storeKey(type), name);
    return namespace === undefined ? notFound(type, name) : json(beginDeletion(store, namespace, clock.now()));
  }

  async #answerReview(call: Call, resource: string): Promise<Reply> {
    const { tokens, rights } = this.#options;
    const conduct = this.#conductOf(resource);
    if (conduct === 'fail') return refusal('InternalError', `${resource} fail on demand`);
    if (conduct === 'hang') await goneOf(call.signal);
    return answerReview(call, resource, { tokens, rights });
  }

  #conductOf(resource: string): ReviewConduct {
    const { tokenReviews, accessReviews } = this.#options.faults;
    if (resource === 'tokenreviews') return tokenReviews;
    return resource === 'subjectaccessreviews' ? accessReviews : 'answer';
  }
}

function forbidden({ user }: Call, target: RequestTarget): Reply {
  const message = forbiddenMessage(user, target);
  if (target.kind === 'path') return refusal('Forbidden', message);
  const { group, resource, name } = target;
  const details = { ...(name !== undefined && { name }), ...(group !== '' && { group }), kind: resource };
  return refusal('Forbidden', message, details);
}

function goneOf(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

const rootPaths = ['/api', '/apis', '/healthz', '/livez', '/openapi/v2', '/openapi/v3', '/readyz', '/version'];

const [, major, minor] = /^v(\d+)\.(\d+)/.exec(kubernetesVersion) ?? [];

const versionDocument = {
  major,
  minor,
  gitVersion: kubernetesVersion,
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '2026-11-21T00:00:00Z',
  goVersion: 'pretend',
  compiler: 'pretend',
  platform: 'linux/amd64',
};
