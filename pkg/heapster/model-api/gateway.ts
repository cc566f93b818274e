import { type Route, RouteTable } from '../../apiserver/router.ts';
import { refusal } from './plain-answers.ts';

/**
 * Heapster's API as a resource of a served version: `/apis/metrics.k8s.io/v1beta1/model?path=/api/v1/model/nodes`. The
 * kube-apiserver's aggregation layer passes on nothing but the paths of its APIServices, and a service proxy forgets who
 * asks; this way whoever may list `model` in the group reads it from anywhere. This path is a resource's, to the
 * kube-apiserver as to us: it is authorized as one, and those behind it are not asked about again. It is in no discovery.
 */
export function gatewayRoutes(routes: readonly Route[], versions: readonly string[]): readonly Route[] {
  const table = new RouteTable(routes);
  return versions.map((version) => ({
    pattern: `/apis/metrics.k8s.io/${version}/model{/}`,
    async handler(request) {
      const target = request.query.get('path') ?? '';
      const [path = '', ...query] = target.split('?');
      if (!path.startsWith('/api/v1/'))
        return refusal(400, `path must be one of Heapster's, such as /api/v1/model/nodes, got ${JSON.stringify(path)}`);
      const inner = { ...request, path, query: new URLSearchParams(query.join('?')) };
      return (await table.answer(inner, path)) ?? refusal(404, '404: Page Not Found');
    },
  }));
}
