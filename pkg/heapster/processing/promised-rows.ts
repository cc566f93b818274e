import type { ContainerFacts, NodeFacts, PodFacts, ResourceAmounts } from '../../model/pod-facts.ts';
import { type Columns, columnsOf } from '../rows/columns.ts';
import { podKey, type Row } from '../rows/layout.ts';
import type { Draft } from './draft.ts';

/** A resource as the catalogue and as objects call it. */
const resources = [
  ['cpu', 'cpu'],
  ['memory', 'memory'],
  ['ephemeral_storage', 'ephemeralStorage'],
] as const;

/**
 * What pods on a node request and are limited to. A pod, or a container, of which the kubelet says nothing has a row of
 * its own all the same: what it was promised is promised. Init containers that ended have none. Returns the pods of which
 * the frame did not tell before.
 */
export function addPromised(draft: Draft, pods: Iterable<PodFacts>): readonly PodFacts[] {
  const untold: PodFacts[] = [];
  for (const facts of pods) {
    const { namespace, name, shape, restarts } = facts;
    const told = draft.rows.length;
    const pod = draft.row('pod', podKey(namespace, name));
    if (draft.rows.length > told) untold.push(facts);
    setPromises(draft, pod, shape);
    draft.set(pod, promises.pod.restarts, restarts?.reduce((sum, times) => sum + times, 0) ?? 0);
    for (const [at, container] of shape.containers.entries()) addContainer(draft, pod, container, restarts?.[at] ?? 0);
  }
  return untold;
}

function addContainer(draft: Draft, pod: Row, container: ContainerFacts, restarts: number): void {
  const measured = draft.layout.find('pod_container', container.name, pod);
  if (container.kind === 'init' && (measured === undefined || !draft.tells(measured))) return;
  const row = draft.row('pod_container', container.name, pod);
  setPromises(draft, row, container);
  draft.set(row, promises.pod_container.restarts, restarts);
}

/** Where the promises of a pod, or of a container, stand in its row. */
const promises = {
  pod: promisesIn(columnsOf('pod')),
  pod_container: promisesIn(columnsOf('pod_container')),
};

function promisesIn(columns: Columns) {
  const column = (metric: string): number => columns.columnOf(metric) ?? 0;
  const ofResources = resources.map(([metric, resource]) => ({
    resource,
    request: column(`${metric}/request`),
    limit: column(`${metric}/limit`),
  }));
  return { ofResources, restarts: column('restart_count') };
}

/** 0 where nothing is said, as in Heapster: nothing is promised. */
function setPromises(
  draft: Draft,
  row: Row,
  { requests, limits }: { readonly requests: ResourceAmounts; readonly limits: ResourceAmounts },
): void {
  for (const { resource, request, limit } of promises[row.kind === 'pod' ? 'pod' : 'pod_container'].ofResources) {
    draft.set(row, request, requests[resource] ?? 0);
    draft.set(row, limit, limits[resource] ?? 0);
  }
  if (requests.others === undefined) return;
  for (const [resource, amount] of Object.entries(requests.others))
    draft.set(draft.row('extra', `${resource}/request`, row), 0, amount);
}

/** What the node has, and which share of it is promised and in use. Sums over its pods must be there before. */
export function setShares(draft: Draft, node: Row, facts: NodeFacts): void {
  for (const [metric, resource] of resources) {
    const allocatable = facts.allocatable[resource];
    draft.setNamed(node, `${metric}/node_capacity`, facts.capacity[resource]);
    draft.setNamed(node, `${metric}/node_allocatable`, allocatable);
    if (allocatable === undefined || allocatable === 0) continue;
    const used = draft.getNamed(node, metric === 'cpu' ? 'cpu/usage_rate' : `${metric}/usage`);
    draft.setNamed(node, `${metric}/node_utilization`, used / allocatable);
    draft.setNamed(node, `${metric}/node_reservation`, draft.getNamed(node, `${metric}/request`) / allocatable);
  }
}
