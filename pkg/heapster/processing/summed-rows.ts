import type { Row } from '../rows/layout.ts';
import type { Draft } from './draft.ts';
import type { RoundSums } from './sums.ts';

/** Rows of namespaces and of the cluster, from the sums of a round. */
export function addSummed(draft: Draft, sums: RoundSums): void {
  const cluster = draft.row('cluster', 'cluster');
  const whole = new Map<string, number>();
  for (const [namespace, values] of sums.namespaces) {
    const row = draft.row('ns', namespace);
    for (const [column, { name }] of row.columns.metrics.entries()) {
      const value = values[column] ?? Number.NaN;
      if (Number.isNaN(value)) continue;
      draft.set(row, column, value);
      whole.set(name, (whole.get(name) ?? 0) + value);
    }
  }
  for (const [metric, value] of whole) draft.setNamed(cluster, metric, value);
  setClusterShares(draft, cluster, sums.nodes);
}

/** Shares of all machines together: what pods and daemons use, of what there is. */
function setClusterShares(draft: Draft, cluster: Row, nodes: ReadonlyMap<string, number>): void {
  for (const resource of ['cpu', 'memory', 'ephemeral_storage']) {
    const allocatable = nodes.get(`${resource}/node_allocatable`);
    draft.setNamed(cluster, `${resource}/node_capacity`, nodes.get(`${resource}/node_capacity`));
    draft.setNamed(cluster, `${resource}/node_allocatable`, allocatable);
    if (allocatable === undefined || allocatable === 0) continue;
    const used = nodes.get(resource === 'cpu' ? 'cpu/usage_rate' : `${resource}/usage`);
    const requested = nodes.get(`${resource}/request`);
    if (used !== undefined) draft.setNamed(cluster, `${resource}/node_utilization`, used / allocatable);
    if (requested !== undefined) draft.setNamed(cluster, `${resource}/node_reservation`, requested / allocatable);
  }
}
