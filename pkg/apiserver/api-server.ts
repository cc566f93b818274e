import type { Clock } from '../lifecycle/clock.ts';
import { deadline } from '../lifecycle/deadline.ts';
import { goQuote } from '../model/go-quote.ts';
import type { AccessAttributes, AccessVerdict, User } from '../model/user.ts';
import { expositionContentType } from '../telemetry/exposition.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Auditor } from './auditor.ts';
import { type StatuszOptions, statuszRoute } from './debug/statusz.ts';
import { discoveryRoutes, groupRoots } from './discovery/discovery.ts';
import type { Answer, ApiRequest, Body } from './exchange.ts';
import { type Filter, throughFilters, withHeaders } from './filters/filter.ts';
import type { InFlightLimit } from './filters/in-flight-limit.ts';
import { forbidden } from './forbidden.ts';
import { type HealthCheck, healthRoutes } from './health.ts';
import { impersonate } from './identity/impersonate.ts';
import { type OpenapiOptions, openapiRoutes } from './openapi/openapi-routes.ts';
import { type RequestInfo, requestInfo } from './request-info.ts';
import type { RequestObserver } from './request-observer.ts';
import { requestTarget } from './request-target.ts';
import type { ApiGroupVersion } from './resource.ts';
import { resourceRoutes } from './resource-routes.ts';
import { plainRoute, type Route, RouteTable } from './router.ts';
import { badRequest, internalError, type Status, statusAnswer, textError, timedOut, unauthorized } from './status.ts';
import { timeoutWish } from './timeout-wish.ts';
import { rawJson, type VersionInfo, versionRoutes } from './version.ts';
import { withWarnings } from './warnings.ts';

/** Finds out who asks. */
export interface Authenticator {
  authenticate(request: ApiRequest): Promise<Caller>;
}

/** Who asked. Nobody in particular is a user too: `system:anonymous`. */
export type Caller =
  /** `warnings`: what the caller should know of the credentials shown; absent = nothing. */
  | { readonly kind: 'user'; readonly user: User; readonly warnings?: readonly string[] }
  /** What was shown is wrong, or could not be verified; `reason` is for the log, never for the client. */
  | { readonly kind: 'unauthorized'; readonly reason: string };

/** Finds out whether they may. */
export interface Authorizer {
  authorize(user: User, attributes: AccessAttributes, signal: AbortSignal): Promise<AccessVerdict>;
}

/** What an API server serves, whom it asks about callers, and what it tells of itself. */
export interface ApiServerOptions {
  readonly groups: readonly ApiGroupVersion[];
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  readonly health: HealthChecks;
  /** The text of `/metrics`. */
  readonly expose: () => Body;
  readonly version: VersionInfo;
  readonly log: Logger;
  /** A new Audit-ID, for requests that bring none. */
  readonly newId: () => string;
  /** The `host:port` that discovery tells clients; empty host where only the port is known. */
  readonly serverAddress: string;
  /** What the server says of its types. Absent = nothing. */
  readonly openapi?: OpenapiOptions;
  /** Absent = there is no `/statusz`. */
  readonly statusz?: StatuszOptions;
  /** Absent = nobody may ask for less time than requests have anyway. */
  readonly timing?: RequestTiming;
  /** Absent = requests are not counted. */
  readonly observer?: RequestObserver;
  /** What else is served, to those who may. Absent = nothing. */
  readonly more?: readonly Route[];
  /** Paths that are non-resource URLs with all that lies below them; see `requestInfo`. Absent = none. */
  readonly nonResourceRoots?: readonly string[];
  /** Absent = nothing is recorded of requests. */
  readonly auditor?: Auditor;
  /** In front of everything else, the first one outermost. */
  readonly filters?: readonly Filter[];
  /** Absent = any number of requests may be under way at once. */
  readonly inFlight?: Pick<InFlightLimit, 'pass'>;
}

/** What keeping to a client's own time limit takes. */
export interface RequestTiming {
  readonly clock: Clock;
  /** No request has more; whoever asks for more has this. */
  readonly requestTimeoutMs: number;
}

/** The checks behind each health endpoint, in the order they are printed. */
export interface HealthChecks {
  readonly livez: readonly HealthCheck[];
  readonly readyz: readonly HealthCheck[];
  readonly healthz: readonly HealthCheck[];
  /** What readyz says, when asked verbosely, of things that go wrong without making us unready. Absent = nothing ever. */
  readonly degraded?: () => readonly string[];
}

/** An aggregated API server without its sockets: one request in, one answer out. */
export class ApiServer {
  readonly #options: ApiServerOptions;
  readonly #routes: RouteTable;

  constructor(options: ApiServerOptions) {
    this.#options = options;
    const program = { version: options.version, paths: () => this.#routes.paths };
    this.#routes = new RouteTable([
      ...healthRoutes('livez', { checks: options.health.livez }),
      ...healthRoutes('readyz', { checks: options.health.readyz, notes: options.health.degraded }),
      ...healthRoutes('healthz', { checks: options.health.healthz }),
      // Before the roots of groups, which take whatever lies below them.
      ...(options.more ?? []),
      ...options.groups.flatMap(resourceRoutes),
      ...discoveryRoutes(options.groups, options.serverAddress),
      ...groupRoots(options.groups),
      ...versionRoutes(options.version),
      ...(options.openapi ? openapiRoutes(options, options.openapi) : []),
      ...(options.statusz ? [statuszRoute(options.statusz, program)] : []),
      plainRoute('/metrics', () => this.#metrics()),
      { pattern: '/', handler: () => this.#index(200) },
      { pattern: '/index.html', handler: () => this.#index(200) },
    ]);
  }

  /** Answers, whatever happens: what breaks on the way becomes a 500 that says nothing of why. */
  async handle(request: ApiRequest): Promise<Answer> {
    const wish = timeoutWish(request);
    const { timing } = this.#options;
    if (wish.kind !== 'limit' || timing === undefined || wish.ms >= timing.requestTimeoutMs) {
      return await this.#handle(request);
    }
    using limit = deadline(request.signal, wish.ms, timing.clock);
    return await this.#handle({ ...request, signal: limit.signal });
  }

  async #handle(request: ApiRequest): Promise<Answer> {
    const { auditor, newId, observer } = this.#options;
    const id = auditId(request) ?? newId();
    const finished = observer?.began(request);
    auditor?.arrived(request, id);
    const filtered = throughFilters(this.#options.filters ?? [], request, () => this.#answer(request));
    const made = await filtered.catch((error: unknown) => this.#broken(request, error));
    // A client that is gone will not mind; one that waits learns that time was the problem, whatever broke for it.
    const answer = request.signal.aborted ? timedOut() : made;
    auditor?.ended(request, answer);
    const whole = completed(answer, request, id);
    return finished?.(whole) ?? whole;
  }

  /** Who, then whether, then what: nobody learns which routes exist before they may ask. */
  async #answer(request: ApiRequest): Promise<Answer> {
    const info = requestInfo(request, this.#options.nonResourceRoots);
    if (info.kind === 'bad-path') return textError(400, '400 Bad Request');
    if (info.kind === 'no-resource') return brokenOff(request, `failed to create RequestInfo: ${info.message}`);
    const wish = timeoutWish(request);
    if (wish.kind === 'invalid') return statusAnswer(badRequest(wish.message), request);

    const caller = await this.#options.authenticator.authenticate(request);
    const { auditor } = this.#options;
    const user = caller.kind === 'user' ? caller.user : undefined;
    if (auditor && !(await auditor.began(request, user, info.attributes))) return brokenOff(request, notRecorded);
    const plain = user === undefined ? statusAnswer(unauthorized, request) : await this.#answerTo(user, request, info);
    const answer = withWarnings(plain, warningsFor(caller));
    // Strangers could make us work on a hundred streams at once for the price of one connection.
    const isStranger = user === undefined || user.name === 'system:anonymous';
    return isStranger && request.httpMajor === 2 ? withHeaders(answer, { Connection: 'close' }) : answer;
  }

  async #answerTo(user: User, request: ApiRequest, info: KnownRequest): Promise<Answer> {
    const { auditor, inFlight, authorizer } = this.#options;
    const impersonation = await impersonate(request, user, authorizer);
    if (impersonation.kind === 'refused') return refusalOf(impersonation.status, request);
    if (impersonation.kind === 'acting') auditor?.impersonated(request, impersonation.user);
    const acting = impersonation.kind === 'acting' ? impersonation : { user, request };
    const answer = (): Promise<Answer> => this.#ifAllowed(request, acting, info);
    return (
      (await inFlight?.pass(request, { user: acting.user, verb: info.attributes.verb }, answer)) ?? (await answer())
    );
  }

  /** `sent` is what the auditor knows; `acting` who asks in the end, and what they ask. */
  async #ifAllowed(sent: ApiRequest, { user, request }: Acting, { attributes, path }: KnownRequest): Promise<Answer> {
    const verdict = await this.#options.authorizer.authorize(user, attributes, request.signal);
    this.#options.auditor?.decided(sent, verdict);
    switch (verdict.kind) {
      case 'unavailable':
        return brokenOff(request, verdict.reason);
      case 'denied':
        return refusalOf(forbidden(user, attributes, verdict.reason), request);
      case 'allowed':
        return (await this.#routes.answer(request, path)) ?? this.#index(404);
    }
  }

  #metrics(): Answer {
    return { status: 200, headers: { 'Content-Type': expositionContentType }, body: this.#options.expose() };
  }

  #index(status: number): Answer {
    return rawJson(status, { paths: this.#routes.paths });
  }

  #broken(request: ApiRequest, error: unknown): Answer {
    if (!request.signal.aborted) {
      const { method, path } = request;
      this.#options.auditor?.broke(request, error);
      this.#options.log.error('Answering a request failed unexpectedly; please report this', { method, path, error });
    }
    return statusAnswer(internalError, request);
  }
}

interface Acting {
  readonly user: User;
  readonly request: ApiRequest;
}

/** A request of which it is known what it is about. */
type KnownRequest = RequestInfo & { readonly kind: 'info' };

/** Why nobody is answered under `--audit-…-mode=blocking-strict` while events cannot be kept. */
const notRecorded = 'failed to store audit event';

const warningsFor = (caller: Caller): readonly string[] => (caller.kind === 'user' ? (caller.warnings ?? []) : []);

/** The client's own id, if it brought a sensible one. */
function auditId({ headers }: ApiRequest): string | undefined {
  const id = [headers['audit-id']].flat()[0];
  return id !== undefined && /^[\x21-\x7e]{1,64}$/.test(id) ? id : undefined;
}

/** A 500 in plain text, as the filters in front of the routes write it. */
function brokenOff(request: ApiRequest, reason: string): Answer {
  const text = `Internal Server Error: ${goQuote(requestTarget(request))}: ${reason}`;
  return textError(500, text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'));
}

/** The answer to who may not; browsers must not guess what it is. */
function refusalOf(status: Status, request: ApiRequest): Answer {
  const answer = statusAnswer(status, request);
  return status.code === 403
    ? { ...answer, headers: { ...answer.headers, 'X-Content-Type-Options': 'nosniff' } }
    : answer;
}

/** Adds what every answer carries; a HEAD keeps the headers and loses the body. */
function completed(answer: Answer, { method }: ApiRequest, id: string): Answer {
  const { status, headers, body, warnings } = answer;
  const isWhole = typeof body === 'string' || body instanceof Uint8Array;
  const length =
    isWhole && status !== 304 && status !== 204 ? { 'Content-Length': String(Buffer.byteLength(body)) } : {};
  return {
    status,
    headers: { 'Audit-ID': id, 'Cache-Control': 'no-cache, private', ...length, ...headers },
    body: method === 'HEAD' ? '' : body,
    ...(warnings && { warnings }),
  };
}
