import type { ApiGroupVersion } from '../apiserver/resource.ts';
import type { Clock } from '../lifecycle/clock.ts';
import type { LabelSelector } from '../model/label-selector.ts';
import type { Registry } from '../telemetry/exposition.ts';
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
}

/** `metrics.k8s.io/v1beta1`. */
export function metricsV1beta1({ registry, ...parts }: MetricsApiParts): ApiGroupVersion {
  const instruments = apiInstruments(registry);
  return {
    group: 'metrics.k8s.io',
    version: 'v1beta1',
    types: metricsTypes('v1beta1'),
    resources: [nodeMetrics({ ...parts, instruments }), podMetrics({ ...parts, instruments })],
  };
}
