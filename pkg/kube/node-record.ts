import type { Labels, NodeAddress, NodeRecord } from '../model/cluster.ts';
import { labelsOf, type Metadata } from './metadata.ts';

const metricsPathAnnotation = 'metrics.k8s.io/resource-metrics-path';

/**
 * Taints that end a node: an administrator says that the machine is off, or the cluster autoscaler takes it away. Not
 * karpenter's: it drains a node under `karpenter.sh/disrupted` for as long as disruption budgets ask, hours at times, and
 * the Node object goes together with the machine.
 */
const leavingTaints: ReadonlySet<unknown> = new Set([
  'node.kubernetes.io/out-of-service',
  'ToBeDeletedByClusterAutoscaler',
]);

interface NodeObject {
  readonly metadata?: Metadata | null;
  readonly spec?: { readonly taints?: unknown } | null;
  readonly status?: NodeStatus | null;
}

interface NodeStatus {
  readonly addresses?: unknown;
  readonly conditions?: unknown;
  readonly daemonEndpoints?: { readonly kubeletEndpoint?: { readonly Port?: unknown } | null } | null;
}

/** Keeps of a Node object what finding and answering for its kubelet takes; undefined where it is no Node. */
export function decodeNode(object: unknown): NodeRecord | undefined {
  const { metadata, spec, status } = (object ?? {}) as NodeObject;
  if (typeof metadata?.name !== 'string' || metadata.name === '') return undefined;
  return {
    name: metadata.name,
    uid: typeof metadata.uid === 'string' ? metadata.uid : '',
    labels: labelsOf(metadata),
    addresses: addressesOf(status?.addresses),
    kubeletPort: kubeletPortOf(status?.daemonEndpoints),
    ...metricsPathOf(metadata),
    ready: isReady(status?.conditions),
    ...leavingTaintOf(spec?.taints),
  };
}

/** True when nothing that we keep differs: a heartbeat is no news. */
export function sameNode(a: NodeRecord, b: NodeRecord): boolean {
  return (
    a.uid === b.uid &&
    a.ready === b.ready &&
    a.leaving === b.leaving &&
    a.kubeletPort === b.kubeletPort &&
    a.resourceMetricsPath === b.resourceMetricsPath &&
    sameAddresses(a.addresses, b.addresses) &&
    sameLabels(a.labels, b.labels)
  );
}

function kubeletPortOf(endpoints: NodeStatus['daemonEndpoints']): number {
  const port = endpoints?.kubeletEndpoint?.Port;
  return typeof port === 'number' ? port : 0;
}

function addressesOf(value: unknown): NodeAddress[] {
  if (!Array.isArray(value)) return [];
  return (value as readonly Partial<Record<'type' | 'address', unknown>>[]).flatMap((entry) => {
    const { type, address } = entry ?? {};
    return typeof type === 'string' && typeof address === 'string' ? [{ type, address }] : [];
  });
}

function isReady(conditions: unknown): boolean {
  if (!Array.isArray(conditions)) return false;
  return (conditions as readonly { readonly type?: unknown; readonly status?: unknown }[]).some(
    (condition) => condition?.type === 'Ready' && condition.status === 'True',
  );
}

function metricsPathOf({ annotations }: Metadata): Pick<NodeRecord, 'resourceMetricsPath'> {
  const path = annotations?.[metricsPathAnnotation];
  return typeof path === 'string' && path !== '' ? { resourceMetricsPath: path } : {};
}

function leavingTaintOf(taints: unknown): Pick<NodeRecord, 'leaving'> {
  if (!Array.isArray(taints)) return {};
  const keys = (taints as readonly { readonly key?: unknown }[]).map((taint) => taint?.key);
  const leaving = keys.find((key) => leavingTaints.has(key));
  return typeof leaving === 'string' ? { leaving } : {};
}

function sameAddresses(a: readonly NodeAddress[], b: readonly NodeAddress[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ type, address }, index) => type === b[index]?.type && address === b[index]?.address)
  );
}

/** True when both hold the same labels, in whatever order. */
function sameLabels(a: Labels, b: Labels): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
