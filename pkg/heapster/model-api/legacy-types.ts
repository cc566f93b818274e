import {
  anyText,
  atomicList,
  type Field,
  type Fields,
  integer,
  reference,
  required,
  type TypeDescription,
  type TypeShape,
  text,
} from '../../apiserver/openapi/type-description.ts';

const nameOf = (type: string): string => `io.k8s.heapster.metrics.api.v1.${type}`;

/** Names by which routes refer to the types of Heapster's API. */
export const legacyTypeNames = {
  names: nameOf('NameList'),
  series: nameOf('MetricResult'),
  seriesList: nameOf('MetricResultList'),
  dashboard: nameOf('DashboardCurveList'),
  exportedSets: nameOf('TimeseriesList'),
  exportSchema: nameOf('TimeseriesSchema'),
  buckets: nameOf('MetricAggregationResult'),
  bucketsList: nameOf('MetricAggregationResultList'),
  nodeUsage: nameOf('NodeMetrics'),
  nodeUsageList: nameOf('NodeMetricsList'),
  podUsage: nameOf('PodMetrics'),
  podUsageList: nameOf('PodMetricsList'),
} as const;

const anything: TypeShape = { kind: 'any-object' };

const number = (description: string): Field => ({ description, shape: { kind: 'int64' } });

const object = (name: string, description: string, fields: Fields): TypeDescription => ({
  name,
  description,
  shape: { kind: 'object', fields },
});

const itemsOf = (to: string, description: string): Fields => ({
  items: required(atomicList({ kind: 'reference', to }, description)),
});

/** What the answers of Heapster's API look like. */
export const legacyTypes: readonly TypeDescription[] = [
  { name: legacyTypeNames.names, description: 'Names, sorted.', shape: { kind: 'list', of: anyText } },
  object(nameOf('MetricPoint'), 'A value at a moment.', {
    timestamp: required(text('When, in RFC 3339.')),
    value: required(number('The value, cut to a whole number.')),
    floatValue: { description: 'The value itself, for metrics with fractions.', shape: anything },
  }),
  object(legacyTypeNames.series, 'The points of one metric, oldest first.', {
    metrics: required(atomicList({ kind: 'reference', to: nameOf('MetricPoint') }, 'The points.')),
    latestTimestamp: required(text('When the last point was; the year 1 where there is none.')),
  }),
  object(
    legacyTypeNames.seriesList,
    'The points of one metric for several pods.',
    itemsOf(legacyTypeNames.series, 'One result for each pod asked for, in that order.'),
  ),
  object(nameOf('DashboardCurve'), 'One curve of the dashboard.', {
    dataPoints: required(atomicList(anything, 'Always empty.')),
    metricPoints: required(atomicList({ kind: 'reference', to: nameOf('MetricPoint') }, 'The points, oldest first.')),
    metricName: required(text('`cpu` or `memory`.')),
    uids: required(atomicList(anyText, 'Name of the pod or node.')),
  }),
  object(
    legacyTypeNames.dashboard,
    'Curves of the dashboard.',
    itemsOf(nameOf('DashboardCurve'), 'One curve for each pod or node asked for.'),
  ),
  object(nameOf('Timeseries'), 'What was measured of one node, pod or container.', {
    metrics: required({ description: 'Points by the name of the metric.', shape: { kind: 'map', of: anything } }),
    labels: required({ description: 'Whose it is.', shape: { kind: 'map', of: anyText } }),
  }),
  {
    name: legacyTypeNames.exportedSets,
    description: 'Everything measured in one round.',
    shape: { kind: 'list', of: { kind: 'reference', to: nameOf('Timeseries') } },
  },
  object(legacyTypeNames.exportSchema, 'Which metrics and labels an export has.', {
    metrics: required(atomicList(anything, 'The metrics, with type, unit and description.')),
    common_labels: required(atomicList(anything, 'Labels that everything may have.')),
    pod_labels: required(atomicList(anything, 'Labels of pods and their containers.')),
  }),
  object(nameOf('MetricAggregationBucket'), 'What values were over a span of time.', {
    timestamp: required(text('Beginning of the span, in RFC 3339.')),
    count: integer('How many values there are.'),
    average: { description: 'Their mean.', shape: anything },
    maximum: { description: 'The largest.', shape: anything },
    minimum: { description: 'The smallest.', shape: anything },
    median: { description: 'The one in the middle.', shape: anything },
    percentiles: { description: 'By percent, such as `95`.', shape: { kind: 'map', of: anything } },
  }),
  object(legacyTypeNames.buckets, 'Aggregated values, oldest first.', {
    buckets: required(atomicList({ kind: 'reference', to: nameOf('MetricAggregationBucket') }, 'Spans with values.')),
    bucketSize: required(integer('Length of each span, in nanoseconds.')),
  }),
  object(
    legacyTypeNames.bucketsList,
    'Aggregated values of several pods.',
    itemsOf(legacyTypeNames.buckets, 'One result for each pod asked for, in that order.'),
  ),
  ...usageTypes(),
];

function usageTypes(): readonly TypeDescription[] {
  const metadata = reference('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta', 'Name and namespace.');
  const usage: Field = {
    description: 'Amounts of `cpu` and `memory`.',
    shape: { kind: 'map', of: { kind: 'reference', to: 'io.k8s.apimachinery.pkg.api.resource.Quantity' } },
  };
  const measured: Fields = {
    metadata: required(metadata),
    timestamp: required(text('When, in RFC 3339.')),
    window: required(text('Over how long, such as `1m0s`.')),
  };
  const containers = atomicList(anything, 'Name and usage of each container.');
  return [
    object(legacyTypeNames.nodeUsage, 'What one node uses.', { ...measured, usage: required(usage) }),
    object(legacyTypeNames.nodeUsageList, 'What nodes use.', itemsOf(legacyTypeNames.nodeUsage, 'The nodes.')),
    object(legacyTypeNames.podUsage, 'What the containers of one pod use.', {
      ...measured,
      containers: required(containers),
    }),
    object(legacyTypeNames.podUsageList, 'What pods use.', itemsOf(legacyTypeNames.podUsage, 'The pods.')),
  ];
}
