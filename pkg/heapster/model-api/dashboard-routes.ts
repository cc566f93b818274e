import type { Answer, ApiRequest } from '../../apiserver/exchange.ts';
import type { Entity } from '../entity.ts';
import type { ModelSource } from '../model-source.ts';
import { podListPath } from './entity-paths.ts';
import type { LegacyRoute } from './legacy-route.ts';
import { legacyTypeNames } from './legacy-types.ts';
import { ifUnderstood, itemsJson } from './model-routes.ts';
import { json } from './plain-answers.ts';
import { pointsJson } from './series-json.ts';
import { seriesParameters } from './series-parameters.ts';
import { metricOf, seriesWish } from './series-query.ts';

const root = '/api/v1/dashboard';

/** One curve that the dashboard asks for: whose, and under which name it finds it again. */
interface Curve {
  readonly uid: string;
  readonly entity: Entity;
}

/** The feeds of kubernetes-dashboard 2, as its metrics scraper answered them: one item for each pod or node asked for. */
export function dashboardRoutes(source: ModelSource): readonly LegacyRoute[] {
  return [
    {
      path: `${root}${podListPath.path}/metrics/{metric}`,
      id: 'readDashboardPodListMetric',
      description: 'Read the curves of pods for the dashboard.',
      query: seriesParameters,
      answer: legacyTypeNames.dashboard,
      handler: (request, { metric = '', ...parameters }) =>
        answerCurves(source, request, metric, podListPath.entitiesOf(parameters).map(curveOf)),
    },
    {
      path: `${root}/nodes/{node}/metrics/{metric}`,
      id: 'readDashboardNodeMetric',
      description: 'Read the curve of a node for the dashboard.',
      query: seriesParameters,
      answer: legacyTypeNames.dashboard,
      handler: (request, { metric = '', node = '' }) =>
        answerCurves(source, request, metric, [curveOf({ type: 'node', node })]),
    },
  ];
}

function curveOf(entity: Entity): Curve {
  const uid = entity.type === 'pod' ? entity.pod : entity.type === 'node' ? entity.node : '';
  return { uid, entity };
}

function answerCurves(source: ModelSource, { query }: ApiRequest, named: string, curves: readonly Curve[]): Answer {
  return ifUnderstood(seriesWish(query), (wish) => {
    const metric = metricOf(named);
    const items = curves.map(({ uid, entity }) => {
      const points = pointsJson(metric, source.series({ entity, metric, ...wish }));
      const names = `"metricName":${JSON.stringify(shortName(metric))},"uids":[${JSON.stringify(uid)}]`;
      return `{"dataPoints":[],"metricPoints":[${points}],${names}}`;
    });
    return json(itemsJson(items));
  });
}

/** `cpu` of `cpu/usage_rate`: what the dashboard tells its curves apart by. */
const shortName = (metric: string): string => metric.split('/', 1).join('');
