import { type NextFunction, type Request, type Response, Router } from 'express';
import type { Answer, ApiRequest } from './exchange.ts';
import { namesOneOf } from './negotiate.ts';
import { methodNotAllowed, noRepresentation, noSuchRoute, statusAnswer } from './status.ts';

/** Values of the `:names` in a route's path, unescaped. */
export type RouteParameters = Readonly<Record<string, string>>;

/** Answers the requests of one route. */
export type Handler = (request: ApiRequest, parameters: RouteParameters) => Answer | Promise<Answer>;

/** One path and who answers there. */
export interface Route {
  /** In express's pattern language: `:name` is one segment, `*rest` everything, `{/}` a slash that may be missing. */
  readonly pattern: string;
  readonly handler: Handler;
  /** How the index document names it; absent where it does not. */
  readonly listed?: string;
}

/** Any method on exactly this path. */
export function plainRoute(path: string, handler: Handler): Route {
  return { pattern: path, handler, listed: path };
}

/** What an API route says of itself beyond its path. */
export interface ServiceOptions {
  /** Media types it can be asked for, as the refusal lists them. */
  readonly produces: readonly string[];
  readonly listed?: boolean;
}

/** GET of an API path, a slash at its end tolerated: other methods are refused, then Accept headers that name nothing we produce. */
export function serviceRoute(path: string, { produces, listed = false }: ServiceOptions, handler: Handler): Route {
  const guarded: Handler = (request, parameters) => {
    if (request.method !== 'GET') return statusAnswer(methodNotAllowed, request);
    if (!namesOneOf(request.headers.accept ?? '', produces)) return statusAnswer(noRepresentation(produces), request);
    return handler(request, parameters);
  };
  return { pattern: `${path}{/}`, handler: guarded, ...(listed && { listed: path }) };
}

/** Everything else below an API's root: not found, as a Status. */
export function serviceRoot(path: string): Route {
  return { pattern: `${path}{/*rest}`, handler: (request) => statusAnswer(noSuchRoute, request) };
}

/** What travels through express: the little it reads of a request, and what our handlers need. */
interface Visit {
  readonly method: string;
  readonly url: string;
  readonly request: ApiRequest;
  /** Set by express for the route it found. */
  readonly params: RouteParameters;
  readonly answered: (answer: Answer) => void;
}

/**
 * Finds the route of a request, first match first. It is express's Router by itself, given a light object in place of a
 * request: an express application would change the prototypes of Node's request and response, which breaks on
 * `node:http2`, and would need a socket in every test. Here the same handlers answer whatever the protocol.
 */
export class RouteTable {
  readonly #router: ReturnType<typeof Router> = Router({ caseSensitive: true, strict: true });
  /** Paths for the index document, sorted. */
  readonly paths: readonly string[];

  constructor(routes: readonly Route[]) {
    this.paths = routes.flatMap(({ listed }) => listed ?? []).sort();
    for (const { pattern, handler } of routes) {
      this.#router.all(pattern, async (seen) => {
        const { request, params, answered } = seen as unknown as Visit;
        answered(await handler(request, params));
      });
    }
  }

  /** The answer of the first route that fits `path` (unescaped), or undefined when none does; rejects as its handler does. */
  async answer(request: ApiRequest, path: string): Promise<Answer | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer | undefined>();
    // Escaped again, segment by segment: a slash inside a name was a separator once unescaped, as in Go.
    const url = path.split('/').map(encodeURIComponent).join('/');
    const visit = { method: request.method, url, request, answered: resolve };
    const passed: NextFunction = (error?: unknown) =>
      error === undefined || error === null ? resolve(undefined) : reject(error);
    this.#router(visit as unknown as Request, {} as Response, passed);
    return promise;
  }
}
