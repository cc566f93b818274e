import type { Answer, ApiRequest } from '../../apiserver/exchange.ts';
import type { Operation } from '../../apiserver/openapi/operations.ts';
import type { Parameter } from '../../apiserver/openapi/parameters.ts';
import type { Route, RouteParameters } from '../../apiserver/router.ts';
import { refusal } from './plain-answers.ts';

/** One thing that can be asked of the API that Heapster had: described once, for the router and for OpenAPI. */
export interface LegacyRoute {
  /** With `{name}` where a parameter stands; `{metric}` takes the rest of the path, slashes included. */
  readonly path: string;
  /** Unlike all others: `listModelNodes`. */
  readonly id: string;
  readonly description: string;
  /** What can be said in the query. */
  readonly query?: readonly Parameter[];
  /** Name of the type that is answered, see `legacyTypes`. */
  readonly answer: string;
  readonly handler: (request: ApiRequest, parameters: RouteParameters) => Answer;
}

/** What the parameters in paths stand for. */
const pathParameters: Readonly<Record<string, string>> = {
  node: 'Name of the node.',
  namespace: 'Name of the namespace.',
  pod: 'Name of the pod.',
  pods: 'Names of pods, separated by commas; the answer keeps their order.',
  nodes: 'Names of nodes, separated by commas; the answer keeps their order.',
  namespaces: 'Names of namespaces, separated by commas; the answer keeps their order.',
  container: 'Name of the container.',
  metric: 'Name of the metric, slashes included: `cpu/usage_rate`.',
  uid: 'UID of the pod.',
  uids: 'UIDs of pods, separated by commas; the answer keeps their order.',
  aggregations: 'Any of average, max, min, median, count, and percentiles such as 95-perc, separated by commas.',
};

/** For the router: GET, with a slash at the end or without. */
export function routeOf({ path, handler }: LegacyRoute): Route {
  const pattern = path.replace(/\{(\w+)\}/g, (_, name: string) => (name === 'metric' ? '*metric' : `:${name}`));
  return {
    pattern: path.endsWith('{metric}') ? pattern : `${pattern}{/}`,
    handler: (request, parameters) => {
      if (request.method !== 'GET' && request.method !== 'HEAD') return refusal(405, '405: Method Not Allowed');
      return handler(request, joined(parameters));
    },
  };
}

/** For OpenAPI. `document` is the part of the description it belongs to. */
export function operationOf({ path, id, description, query = [], answer }: LegacyRoute, document: string): Operation {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const parameters = names.map(
    (name): Parameter => ({ name, in: 'path', type: 'string', description: pathParameters[name] ?? '' }),
  );
  return {
    path,
    document,
    id,
    tag: 'heapster',
    description,
    parameters: [...parameters, ...query],
    produces: ['application/json'],
    answer,
  };
}

/** The router hands the rest of a path over in its segments. */
function joined(parameters: RouteParameters): RouteParameters {
  const { metric } = parameters as { readonly metric?: string | readonly string[] };
  return metric === undefined ? parameters : { ...parameters, metric: [metric].flat().join('/') };
}
