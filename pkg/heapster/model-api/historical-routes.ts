import type { Answer, ApiRequest } from '../../apiserver/exchange.ts';
import type { RouteParameters } from '../../apiserver/router.ts';
import type { Entity } from '../entity.ts';
import type { ModelSource, SeriesQuery } from '../model-source.ts';
import {
  type Aggregation,
  aggregated,
  bucketsOf,
  type HistoryValue,
  parseAggregations,
  parseBucket,
} from './aggregation.ts';
import { entityListPaths, entityPaths } from './entity-paths.ts';
import { historyOf, podEntityOf } from './history.ts';
import { instantText } from './instant.ts';
import type { LegacyRoute } from './legacy-route.ts';
import { legacyTypeNames } from './legacy-types.ts';
import { itemsJson, listRoutes } from './model-routes.ts';
import { json, refusal } from './plain-answers.ts';
import { isFractional, seriesJson, wholeText } from './series-json.ts';
import { aggregationParameters, historyParameters } from './series-parameters.ts';
import { metricOf, seriesWish } from './series-query.ts';

const root = '/api/v1/historical';

/** Whose history a path asks for: one entity's, or that of each of a list. */
interface Subject {
  readonly path: string;
  readonly what: string;
  readonly isList: boolean;
  readonly entitiesOf: (parameters: RouteParameters) => readonly Entity[];
}

/**
 * Heapster's historical API, answered from our own memory: the long history, then the last minutes. Unlike the Model API
 * it wants to know from when on, and has no answer where there are no values.
 */
export function historicalRoutes(source: ModelSource, clock: { now(): number }): readonly LegacyRoute[] {
  const subjects = subjectsOf(source);
  const metricNames = entityPaths.map(
    ({ path, what, entityOf }): LegacyRoute => ({
      path: `${root}${path}/metrics`,
      id: `listHistorical${what}Metrics`,
      description: 'List the metrics that have one value each.',
      answer: legacyTypeNames.names,
      handler: (_, parameters) => json(JSON.stringify(source.metricNames(entityOf(parameters)))),
    }),
  );
  return [
    ...listRoutes(source, { root, idPrefix: 'listHistorical' }),
    ...metricNames,
    ...subjects.map((subject) => rawRoute(source, subject, clock)),
    ...subjects.map((subject) => aggregatedRoute(source, subject, clock)),
  ];
}

function subjectsOf(source: ModelSource): readonly Subject[] {
  const byUid = (uid = '', container?: string): Entity => podEntityOf(source, uid, container);
  return [
    ...entityPaths.map(
      ({ path, what, entityOf }): Subject => ({ path, what, isList: false, entitiesOf: (named) => [entityOf(named)] }),
    ),
    ...entityListPaths.map((list): Subject => ({ ...list, isList: true })),
    { path: '/pod-id/{uid}', what: 'PodOfUid', isList: false, entitiesOf: ({ uid }) => [byUid(uid)] },
    {
      path: '/pod-id/{uid}/containers/{container}',
      what: 'ContainerOfUid',
      isList: false,
      entitiesOf: ({ uid, container }) => [byUid(uid, container)],
    },
    {
      path: '/pod-id-list/{uids}',
      what: 'PodsOfUids',
      isList: true,
      entitiesOf: ({ uids = '' }) => uids.split(',').map((uid) => byUid(uid)),
    },
  ];
}

function rawRoute(source: ModelSource, subject: Subject, clock: { now(): number }): LegacyRoute {
  return {
    path: `${root}${subject.path}/metrics/{metric}`,
    id: `readHistorical${subject.what}Metric`,
    description: 'Read the history of one metric, as far back as it is remembered.',
    query: historyParameters,
    answer: subject.isList ? legacyTypeNames.seriesList : legacyTypeNames.series,
    handler: (request, parameters) =>
      answerHistory(source, subject, { request, parameters, clock }, ({ metric, histories }) => {
        const series = histories.map((values) =>
          seriesJson(
            metric,
            values.map(({ at, mean }) => ({ at, value: mean })),
          ),
        );
        return subject.isList ? itemsJson(series) : (series[0] ?? '');
      }),
  };
}

function aggregatedRoute(source: ModelSource, subject: Subject, clock: { now(): number }): LegacyRoute {
  return {
    path: `${root}${subject.path}/metrics-aggregated/{aggregations}/{metric}`,
    id: `readHistorical${subject.what}Aggregation`,
    description: 'Read what the values of one metric were over spans of time.',
    query: aggregationParameters,
    answer: subject.isList ? legacyTypeNames.bucketsList : legacyTypeNames.buckets,
    handler(request, parameters) {
      const result = parseAggregations(parameters['aggregations'] ?? '');
      if (result.kind === 'invalid') return refusal(400, result.message);
      const text = request.query.get('bucket') ?? '';
      const bucketMs = text === '' ? undefined : parseBucket(text);
      if (text !== '' && bucketMs === undefined)
        return refusal(
          400,
          `bucket must be a whole number and ms, s, m, h or d, such as 5m, got ${JSON.stringify(text)}`,
        );
      return answerHistory(source, subject, { request, parameters, clock }, (found) => {
        const spans = found.histories.map((values) => bucketsJson(values, { ...found, ...result, bucketMs }));
        return subject.isList ? itemsJson(spans) : (spans[0] ?? '');
      });
    },
  };
}

/** What an answer is written from. */
interface Found {
  readonly metric: string;
  readonly wish: Omit<SeriesQuery, 'entity' | 'metric'>;
  readonly histories: readonly (readonly HistoryValue[])[];
  /** Epoch milliseconds of the answer. */
  readonly now: number;
}

interface Visit {
  readonly request: ApiRequest;
  readonly parameters: RouteParameters;
  readonly clock: { now(): number };
}

function answerHistory(
  source: ModelSource,
  { entitiesOf }: Subject,
  { request, parameters, clock }: Visit,
  written: (found: Found) => string,
): Answer {
  const asked = seriesWish(request.query);
  if (asked.kind === 'invalid') return refusal(400, asked.message);
  if (asked.wish.start === undefined) return refusal(400, 'start must be given, a time such as 2026-01-05T10:00:00Z');
  const metric = metricOf(parameters['metric'] ?? '');
  const histories = entitiesOf(parameters).map((entity) => historyOf(source, { entity, metric, ...asked.wish }));
  if (histories.every((values) => values.length === 0))
    return refusal(500, `no values of ${metric} are remembered for that time`);
  return json(written({ metric, wish: asked.wish, histories, now: clock.now() }));
}

interface Spans extends Found {
  readonly aggregations: readonly Aggregation[];
  /** Absent = one span over all the time asked for. */
  readonly bucketMs: number | undefined;
}

function bucketsJson(values: readonly HistoryValue[], spans: Spans): string {
  const { wish, bucketMs, now } = spans;
  const start = wish.start ?? 0;
  const whole = Math.max(1, (wish.end ?? now) - start);
  const buckets =
    bucketMs === undefined ? (values.length === 0 ? [] : [{ startsAt: start, values }]) : bucketsOf(values, bucketMs);
  const texts = buckets.map((bucket) => {
    const figures = figuresJson(bucket.values, spans);
    return `{"timestamp":"${instantText(bucket.startsAt as HistoryValue['at'])}"${figures}}`;
  });
  return `{"buckets":[${texts.join(',')}],"bucketSize":${BigInt(Math.round(bucketMs ?? whole)) * 1_000_000n}}`;
}

const members = { average: 'average', max: 'maximum', min: 'minimum', median: 'median' } as const;

function figuresJson(values: readonly HistoryValue[], { aggregations, metric }: Spans): string {
  const percentiles: string[] = [];
  let figures = '';
  for (const aggregation of aggregations) {
    const value = aggregated(aggregation, values);
    if (aggregation.kind === 'count') figures = `,"count":${value}${figures}`;
    else if (aggregation.kind === 'percentile')
      percentiles.push(`"${aggregation.percent}":${valueJson(value, isFractional(metric))}`);
    else {
      const isFraction = aggregation.kind === 'average' || isFractional(metric) || !Number.isInteger(value);
      figures += `,"${members[aggregation.kind]}":${valueJson(value, isFraction)}`;
    }
  }
  return percentiles.length === 0 ? figures : `${figures},"percentiles":{${percentiles.join(',')}}`;
}

const valueJson = (value: number, isFraction: boolean): string =>
  isFraction ? `{"floatValue":${value}}` : `{"intValue":${wholeText(value)}}`;
