import type { Operation } from '../../apiserver/openapi/operations.ts';
import type { TypeDescription } from '../../apiserver/openapi/type-description.ts';
import type { Route } from '../../apiserver/router.ts';
import { dashboardRoutes } from './dashboard-routes.ts';
import { exportRoutes } from './export-routes.ts';
import { historicalRoutes } from './historical-routes.ts';
import { type LegacyRoute, operationOf, routeOf } from './legacy-route.ts';
import { legacyTypes } from './legacy-types.ts';
import { modelRoutes } from './model-routes.ts';
import { type UsageApiParts, usageRoutes } from './usage-routes.ts';

/** Everything over HTTP that Heapster served of metrics, and what OpenAPI says of it. */
export interface LegacyApi {
  readonly routes: readonly Route[];
  readonly operations: readonly Operation[];
  readonly types: readonly TypeDescription[];
  /** Non-resource URLs, with what lies below, that callers must be allowed to `list`. */
  readonly roots: readonly string[];
}

/** The first three segments of everything that is served; Kubernetes' own rules would see resources there. */
export const legacyRoots: readonly string[] = [
  '/api/v1/model',
  '/api/v1/historical',
  '/api/v1/dashboard',
  '/api/v1/metric-export',
  '/api/v1/metric-export-schema',
  '/apis/metrics/v1alpha1',
  '/apis/metrics.k8s.io/v1alpha1',
];

/** The API over one model. */
export function legacyApi(parts: UsageApiParts): LegacyApi {
  const { source, clock } = parts;
  const all: readonly LegacyRoute[] = [
    ...modelRoutes(source),
    ...dashboardRoutes(source),
    ...exportRoutes(source),
    ...historicalRoutes(source, clock),
    ...usageRoutes(parts),
  ];
  return {
    // A fixed name such as metrics-aggregated comes before what takes everything.
    routes: all.map(routeOf),
    operations: all.map((route) => operationOf(route, documentOf(route.path))),
    types: legacyTypes,
    roots: legacyRoots,
  };
}

/** The first three segments: `apis/metrics/v1alpha1`, `api/v1/model`. */
const documentOf = (path: string): string => path.split('/').slice(1, 4).join('/');
