import type { Found, ListQuery, NotFound, Resource, Wire } from '../apiserver/resource.ts';
import type { Clock } from '../lifecycle/clock.ts';
import type { Labels, PodRecord } from '../model/cluster.ts';
import { exactValue } from '../model/field-selector.ts';
import { podReading } from '../model/pod-reading.ts';
import type { PodUsage } from '../model/sample.ts';
import type { Absence } from './absence/absence.ts';
import type { Absences, AskedPod } from './absence/absences.ts';
import { listWarnings } from './absence/list-warnings.ts';
import type { Findings, MissingNode } from './absence/survey.ts';
import { usageCells, usageColumns } from './columns.ts';
import { type ApiInstruments, ageSeconds } from './instruments.ts';
import { notFound } from './not-found.ts';
import type { PodLister, UsageSource } from './source.ts';
import { measuredFields, measuredJson, usageFields, usageJson } from './wire.ts';

/** Pods looked at without a turn of the event loop, be they sent or not: a millisecond at most. */
const looksPerTurn = 512;

/** What one pod used, as of one answer. */
export interface PodMetrics {
  readonly record: PodRecord;
  readonly usage: PodUsage;
  /** Epoch milliseconds of the answer. */
  readonly answeredAt: number;
}

/** What the resource is made of. */
export interface PodMetricsParts {
  readonly usage: Pick<UsageSource, 'podUsage'>;
  readonly pods: PodLister;
  readonly clock: Pick<Clock, 'now'>;
  readonly instruments: ApiInstruments;
  readonly absences: Pick<Absences, 'ofPod' | 'ofRunningPod'>;
  /** Those who had no metrics lately. Absent = lists do not say what they leave out. */
  readonly missing?: () => Pick<Findings, 'missingNodes' | 'missingPods'>;
}

/** `pods` of metrics.k8s.io: lists hold the running pods that have metrics, sorted by namespace and name. */
export function podMetrics(parts: PodMetricsParts): Resource<PodMetrics> {
  const { usage, pods, clock, instruments, absences, missing } = parts;
  const measured = (record: PodRecord, answeredAt: number, into = podReading()): PodMetrics | undefined => {
    const used = usage.podUsage(record, into);
    if (used === undefined) return undefined;
    instruments.freshness.observe(ageSeconds(answeredAt, used.sampledAt));
    return { record, usage: used, answeredAt };
  };

  return {
    name: 'pods',
    kind: 'PodMetrics',
    namespaced: true,
    verbs: ['get', 'list'],
    wire,
    get(name, namespace = ''): Found<PodMetrics> {
      const record = pods.get(namespace, name);
      const object = record && measured(record, clock.now());
      if (object !== undefined) return { kind: 'found', object };
      return notMeasured({ namespace, name, running: record !== undefined }, absences);
    },
    ...(missing && { warnings: (query) => warningsOf(missing(), query, parts) }),
    *list(query) {
      const answeredAt = clock.now();
      const selects = selectionOf(query);
      const into = podReading();
      let looks = 0;
      for (const record of candidates(pods, query)) {
        if (++looks % looksPerTurn === 0) yield undefined;
        if (!selects(record)) continue;
        const object = measured(record, answeredAt, into);
        if (object !== undefined) yield object;
      }
    },
  };
}

/** A pod that is not there, or of which there are no metrics: the reference's words, behind them why. */
function notMeasured(asked: AskedPod, absences: Pick<Absences, 'ofPod'>): NotFound {
  const { namespace, name, running } = asked;
  const noPod = (why?: Absence): NotFound => notFound({ kind: 'pods', name }, why);
  const noMetrics = (why?: Absence): NotFound =>
    notFound({ kind: 'podmetrics', name: `${namespace}/${name}`, group: 'metrics.k8s.io' }, why);
  const explained = async (signal: AbortSignal): Promise<NotFound> => {
    const why = await absences.ofPod(asked, signal);
    // A pod that ended a moment ago may still be taken for running.
    return why === undefined || why.kind === 'not-running' || !running ? noPod(why) : noMetrics(why);
  };
  return { ...(running ? noMetrics() : noPod()), explained };
}

function warningsOf(
  { missingNodes, missingPods: missing }: Pick<Findings, 'missingNodes' | 'missingPods'>,
  query: ListQuery,
  { usage, pods, absences }: PodMetricsParts,
): readonly string[] {
  if (missing.size === 0) return [];
  const namespace = query.namespace ?? exactValue(query.fields, 'metadata.namespace');
  const candidates = namespace === undefined ? flatten(missing.values()) : (missing.get(namespace) ?? []);
  return listWarnings(candidates, {
    what: 'pod',
    nameOf: (record) => `${record.namespace}/${record.name}`,
    isSelected: selectionOf(query),
    isMissing: (record) =>
      pods.get(record.namespace, record.name) !== undefined && usage.podUsage(record) === undefined,
    absenceOf: (record) => suspected(absences.ofRunningPod(record), missingNodes),
  });
}

/** A pod that nobody spoke of is likely to run where nobody answers. */
function suspected(absence: Absence, nodes: readonly MissingNode[]): Absence {
  const [first] = nodes;
  if (absence.kind !== 'unknown' || first === undefined) return absence;
  const name = `${first.record.name} (${first.kind})`;
  const also =
    nodes.length === 1
      ? `node ${name} has none either`
      : `${nodes.length} nodes have none either, the first is ${name}`;
  return { kind: 'unknown', text: `${absence.text}, and ${also}` };
}

function* flatten<T>(lists: Iterable<readonly T[]>): Iterable<T> {
  for (const list of lists) yield* list;
}

/** The pods that can match: one where the query names it, those of one namespace where it names that. */
function candidates(pods: PodLister, { namespace: asked, labels, fields }: ListQuery): Iterable<PodRecord> {
  const namespace = asked ?? exactValue(fields, 'metadata.namespace');
  const name = exactValue(fields, 'metadata.name');
  if (namespace === undefined || name === undefined) return pods.list(namespace, labels);
  const record = pods.get(namespace, name);
  return record === undefined ? [] : [record];
}

/** Pods side by side share their labels more often than not: these are then looked at once. */
function selectionOf({ labels, fields }: ListQuery): (record: PodRecord) => boolean {
  let last: Labels | undefined;
  let lastMatches = true;
  const byLabels = (own: Labels): boolean => {
    if (own !== last) lastMatches = labels?.matches(own) ?? true;
    last = own;
    return lastMatches;
  };
  return ({ namespace, name, labels: own }) =>
    byLabels(own) && (fields?.matches({ 'metadata.name': name, 'metadata.namespace': namespace }) ?? true);
}

const usagesOf = ({ usage }: PodMetrics) => usage.containers.map((container) => container.usage);

const firstLead = Buffer.from(',"containers":[{"name":');
const nextLead = Buffer.from('},{"name":');
const usageLead = Buffer.from(',"usage":');

const wire: Wire<PodMetrics> = {
  metadata: ({ record: { namespace, name, labels }, answeredAt }) => ({
    name,
    namespace,
    labels,
    creationTimestamp: answeredAt,
  }),
  jsonMembers({ usage }, out) {
    measuredJson(usage, out);
    let lead = firstLead;
    for (const container of usage.containers) {
      out.constant(lead);
      out.string(container.name);
      out.constant(usageLead);
      usageJson(container.usage, out);
      lead = nextLead;
    }
    out.text(usage.containers.length === 0 ? ',"containers":[]' : '}]');
  },
  protobufFields({ usage }, out) {
    measuredFields(usage, out);
    for (const container of usage.containers) {
      const opened = out.open(4);
      out.string(1, container.name);
      usageFields(2, container.usage, out);
      out.close(opened);
    }
  },
  columns: (first) => usageColumns(usagesOf(first)),
  cells: (object, columns) => usageCells(usagesOf(object), object.usage.windowNs, columns),
};
