import type { Parameter } from '../../apiserver/openapi/parameters.ts';

const query = (name: string, description: string): Parameter => ({ name, in: 'query', type: 'string', description });

/** What a series can be asked for with. */
export const seriesParameters: readonly Parameter[] = [
  query('start', 'The first moment that counts, in RFC 3339. Default: the oldest point there is.'),
  query('end', 'The last moment that counts, in RFC 3339. Default: now.'),
  query('labels', 'For labeled metrics all labels of one value: `resource_id:/`.'),
];

/** What a history can be asked for with. */
export const historyParameters: readonly Parameter[] = [
  query('start', 'The first moment that counts, in RFC 3339. It must be given.'),
  ...seriesParameters.slice(1),
];

/** What an aggregation can be asked for with. */
export const aggregationParameters: readonly Parameter[] = [
  ...historyParameters,
  query(
    'bucket',
    'Length of the spans over which to aggregate: a whole number and ms, s, m, h or d. Default: one span.',
  ),
];

/** What lists of the metrics API can be asked for with. */
export const selectorParameter: Parameter = query(
  'labelSelector',
  'Only objects with these labels, such as `app=web`.',
);
