import type { Answer, ApiRequest } from '../../apiserver/exchange.ts';
import { type Entity, keyOf } from '../entity.ts';
import type { ModelSource } from '../model-source.ts';
import { entityListPaths, entityPaths } from './entity-paths.ts';
import type { LegacyRoute } from './legacy-route.ts';
import { legacyTypeNames } from './legacy-types.ts';
import { json, refusal } from './plain-answers.ts';
import { seriesJson } from './series-json.ts';
import { seriesParameters } from './series-parameters.ts';
import { metricOf, type SeriesWish, seriesWish } from './series-query.ts';

const root = '/api/v1/model';

/** Heapster's Model API: what there is, and the points of the last minutes. Whatever is not known is empty, never 404. */
export function modelRoutes(source: ModelSource): readonly LegacyRoute[] {
  return [
    ...listRoutes(source, { root, idPrefix: 'listModel' }),
    ...entityPaths.flatMap(({ path, what, entityOf }): readonly LegacyRoute[] => [
      {
        path: `${root}${path}/metrics`,
        id: `listModel${what}Metrics`,
        description: 'List the metrics that have one value each.',
        answer: legacyTypeNames.names,
        handler: (_, parameters) => json(JSON.stringify(source.metricNames(entityOf(parameters)))),
      },
      {
        path: `${root}${path}/metrics/{metric}`,
        id: `readModel${what}Metric`,
        description: 'Read the points of one metric.',
        query: seriesParameters,
        answer: legacyTypeNames.series,
        handler: (request, { metric = '', ...parameters }) =>
          answerSeries(source, request, { entities: [entityOf(parameters)], metric }, ([only = '']) => only),
      },
    ]),
    ...entityListPaths.map(
      ({ path, what, entitiesOf }): LegacyRoute => ({
        path: `${root}${path}/metrics/{metric}`,
        id: `readModel${what}Metric`,
        description: 'Read the points of one metric for several of a kind, in the order asked for.',
        query: seriesParameters,
        answer: legacyTypeNames.seriesList,
        handler: (request, { metric = '', ...parameters }) =>
          answerSeries(source, request, { entities: entitiesOf(parameters), metric }, itemsJson),
      }),
    ),
    {
      path: `${root}/debug/allkeys`,
      id: 'listModelKeys',
      description: 'List the keys of all entities of the newest round.',
      answer: legacyTypeNames.names,
      handler: () => json(JSON.stringify([...source.sets()].map(({ entity }) => keyOf(entity)))),
    },
  ];
}

/** What there is: nodes, namespaces, pods, containers. */
export function listRoutes(
  source: ModelSource,
  { root, idPrefix }: { readonly root: string; readonly idPrefix: string },
): readonly LegacyRoute[] {
  const list = (
    path: string,
    what: string,
    names: (parameters: Readonly<Record<string, string>>) => readonly string[],
  ): LegacyRoute => ({
    path: root + path,
    id: idPrefix + what,
    description: `List the names of ${what.replace(/(?<=.)[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).toLowerCase()}.`,
    answer: legacyTypeNames.names,
    handler: (_, parameters) => json(JSON.stringify(names(parameters))),
  });
  return [
    list('/nodes', 'Nodes', () => source.nodes()),
    list('/nodes/{node}/freecontainers', 'SystemContainers', ({ node = '' }) => source.systemContainers(node)),
    list('/namespaces', 'Namespaces', () => source.namespaces()),
    list('/namespaces/{namespace}/pods', 'Pods', ({ namespace = '' }) => source.pods(namespace)),
    list('/namespaces/{namespace}/pods/{pod}/containers', 'Containers', ({ namespace = '', pod = '' }) =>
      source.containers(namespace, pod),
    ),
  ];
}

/** Whose series of which metric are asked for. */
export interface Asked {
  readonly entities: readonly Entity[];
  /** As the path names it. */
  readonly metric: string;
}

/** Several series in one object, in the order asked for. */
export const itemsJson = (series: readonly string[]): string => `{"items":[${series.join(',')}]}`;

function answerSeries(
  source: ModelSource,
  { query }: ApiRequest,
  asked: Asked,
  written: (series: readonly string[]) => string,
): Answer {
  return ifUnderstood(seriesWish(query), (wish) => {
    const metric = metricOf(asked.metric);
    const series = asked.entities.map((entity) => seriesJson(metric, source.series({ entity, metric, ...wish })));
    return json(written(series));
  });
}

/** Goes on with what was understood; says what was not. */
export function ifUnderstood(
  wish: SeriesWish,
  go: (wish: Extract<SeriesWish, { kind: 'wish' }>['wish']) => Answer,
): Answer {
  return wish.kind === 'wish' ? go(wish.wish) : refusal(400, wish.message);
}
