import type { ApiGroupVersion } from '../apiserver/resource.ts';
import type { Clock } from '../lifecycle/clock.ts';
import type { LabelSelector } from '../model/label-selector.ts';
import type { Registry } from '../telemetry/exposition.ts';
import type { Absences } from './absence/absences.ts';
import type { Survey } from './absence/survey.ts';
import { apiInstruments } from './instruments.ts';
import { nodeMetrics } from './nodes.ts';
import { podMetrics } from './pods.ts';
import { metricsTypes } from './schema.ts';
import type { NodeLister, PodLister, UsageSource } from './source.ts';

/** What the API is made of. */
export interface MetricsApiParts {
  readonly usage: UsageSource;
  readonly nodes: NodeLister;
  readonly pods: PodLister;
  /** `--node-selector`: lists hold no other nodes. Absent = all. */
  readonly nodeSelector?: LabelSelector | undefined;
  readonly clock: Pick<Clock, 'now'>;
  readonly registry: Registry;
  /** Who says why something has no metrics. */
  readonly absences: Pick<Absences, 'ofNode' | 'ofPod' | 'ofRunningPod'>;
  /** Who had no metrics lately. Absent = lists do not say what they leave out. */
  readonly survey?: Pick<Survey, 'findings'>;
}

/** A version of `metrics.k8s.io`. All are the same but for the name (KEP-5207). */
export type MetricsVersion = 'v1beta1' | 'v1';

/**
 * `metrics.k8s.io` in `versions`, the preferred one first: the same resources over the same data, so that an object sent
 * counts alike whatever version it was asked for in.
 */
export function metricsApi(
  { registry, survey, ...shared }: MetricsApiParts,
  versions: readonly MetricsVersion[],
): readonly ApiGroupVersion[] {
  const instruments = apiInstruments(registry);
  const parts = { ...shared, instruments };
  const resources = [
    nodeMetrics({ ...parts, ...(survey && { missing: () => survey.findings.missingNodes }) }),
    podMetrics({ ...parts, ...(survey && { missing: () => survey.findings }) }),
  ];
  return versions.map((version) => ({
    group: 'metrics.k8s.io',
    version,
    types: metricsTypes(version),
    resources,
  }));
}
