import type { Found, ListQuery, Resource, Wire } from '../apiserver/resource.ts';
import type { Clock } from '../lifecycle/clock.ts';
import type { NodeRecord } from '../model/cluster.ts';
import { exactValue } from '../model/field-selector.ts';
import type { LabelSelector } from '../model/label-selector.ts';
import type { Usage } from '../model/sample.ts';
import type { Absences } from './absence/absences.ts';
import { listWarnings } from './absence/list-warnings.ts';
import type { Findings } from './absence/survey.ts';
import { usageCells, usageColumns } from './columns.ts';
import { type ApiInstruments, ageSeconds } from './instruments.ts';
import { notFound } from './not-found.ts';
import type { NodeLister, UsageSource } from './source.ts';
import { measuredFields, measuredJson, usageFields, usageJson } from './wire.ts';

/** What one node used, as of one answer. */
export interface NodeMetrics {
  readonly record: NodeRecord;
  readonly usage: Usage;
  /** Epoch milliseconds of the answer. */
  readonly answeredAt: number;
}

/** What the resource is made of. */
export interface NodeMetricsParts {
  readonly usage: Pick<UsageSource, 'nodeUsage'>;
  readonly nodes: NodeLister;
  /** Nodes that lists leave out; a node asked for by name is served all the same. Absent = none. */
  readonly nodeSelector?: LabelSelector | undefined;
  readonly clock: Pick<Clock, 'now'>;
  readonly instruments: ApiInstruments;
  readonly absences: Pick<Absences, 'ofNode'>;
  /** Those who had no metrics lately. Absent = lists do not say what they leave out. */
  readonly missing?: () => Findings['missingNodes'];
}

/** `nodes` of metrics.k8s.io: lists hold the nodes that have metrics, sorted by name. */
export function nodeMetrics(parts: NodeMetricsParts): Resource<NodeMetrics> {
  const { usage, nodes, nodeSelector, clock, instruments, absences, missing } = parts;
  const measured = (record: NodeRecord, answeredAt: number): NodeMetrics | undefined => {
    const used = usage.nodeUsage(record.name);
    if (used === undefined) return undefined;
    instruments.freshness.observe(ageSeconds(answeredAt, used.sampledAt));
    return { record, usage: used, answeredAt };
  };

  return {
    name: 'nodes',
    kind: 'NodeMetrics',
    namespaced: false,
    verbs: ['get', 'list'],
    wire,
    get(name): Found<NodeMetrics> {
      const record = nodes.get(name);
      if (record === undefined) return notFound({ kind: 'node', name });
      const object = measured(record, clock.now());
      if (object !== undefined) return { kind: 'found', object };
      return notFound({ kind: 'nodemetrics', name, group: 'metrics.k8s.io' }, absences.ofNode(record));
    },
    ...(missing && { warnings: (query) => warningsOf(missing(), query, parts) }),
    *list(query) {
      const answeredAt = clock.now();
      for (const record of candidates(nodes, query)) {
        if (nodeSelector?.matches(record.labels) === false || !isSelected(record, query)) continue;
        const object = measured(record, answeredAt);
        if (object !== undefined) yield object;
      }
    },
  };
}

function warningsOf(
  missing: Findings['missingNodes'],
  query: ListQuery,
  { usage, nodes, absences }: NodeMetricsParts,
): readonly string[] {
  return listWarnings(missing, {
    what: 'node',
    nameOf: ({ name }) => name,
    isSelected: (record) => isSelected(record, query),
    isMissing: ({ name }) => nodes.get(name) !== undefined && usage.nodeUsage(name) === undefined,
    absenceOf: (record) => absences.ofNode(nodes.get(record.name) ?? record),
  });
}

/** The nodes that can match: one where the query names it. */
function candidates(nodes: NodeLister, { fields }: ListQuery): Iterable<NodeRecord> {
  const name = exactValue(fields, 'metadata.name');
  if (name === undefined) return nodes.list();
  const record = nodes.get(name);
  return record === undefined ? [] : [record];
}

/** Nodes have no namespace, so a selector that demands one matches nothing. */
function isSelected({ name, labels: own }: NodeRecord, { labels, fields }: ListQuery): boolean {
  return (labels?.matches(own) ?? true) && (fields?.matches({ 'metadata.name': name }) ?? true);
}

const wire: Wire<NodeMetrics> = {
  metadata: ({ record: { name, labels }, answeredAt }) => ({ name, labels, creationTimestamp: answeredAt }),
  jsonMembers({ usage }, out) {
    measuredJson(usage, out);
    out.text(',"usage":');
    usageJson(usage, out);
  },
  protobufFields({ usage }, out) {
    measuredFields(usage, out);
    usageFields(4, usage, out);
  },
  columns: ({ usage }) => usageColumns([usage]),
  cells: ({ usage }, columns) => usageCells([usage], usage.windowNs, columns),
};
