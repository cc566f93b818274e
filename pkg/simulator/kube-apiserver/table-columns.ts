import type { KubernetesObject } from './object-store.ts';

/** One column of a Table, and how its cell is read from an object. */
export interface Column {
  readonly name: string;
  readonly format?: string;
  /** 0 is always shown, 1 only by `-o wide`. */
  readonly priority: number;
  cell(object: KubernetesObject, now: number): string;
}

/** The columns kubectl shows for a kind. */
export function columnsOf(kind: string): readonly Column[] {
  return [name, ...(byKind[kind] ?? []), age];
}

const name: Column = { name: 'Name', format: 'name', priority: 0, cell: (object) => object.metadata.name };
const age: Column = {
  name: 'Age',
  priority: 0,
  cell: (object, now) => ageText(now - Date.parse(object.metadata.creationTimestamp ?? '')),
};

const byKind: Readonly<Record<string, readonly Column[]>> = {
  Node: [
    column('Status', (node) => (conditionStatus(node, 'Ready') === 'True' ? 'Ready' : 'NotReady')),
    column('Roles', (node) => rolesOf(node)),
    column('Version', (node) => textAt(node, 'status', 'nodeInfo', 'kubeletVersion')),
    wide('Internal-IP', (node) => textAt(node, 'status', 'addresses', 0, 'address')),
  ],
  Pod: [
    column('Ready', (pod) => `${containersReady(pod)}/${listAt(pod, 'spec', 'containers').length}`),
    column('Status', (pod) => textAt(pod, 'status', 'phase')),
    column('Restarts', () => '0'),
    wide('IP', (pod) => textAt(pod, 'status', 'podIP')),
    wide('Node', (pod) => textAt(pod, 'spec', 'nodeName')),
  ],
  Namespace: [column('Status', (namespace) => textAt(namespace, 'status', 'phase'))],
  Service: [
    column('Type', (service) => textAt(service, 'spec', 'type')),
    column('Cluster-IP', (service) => textAt(service, 'spec', 'clusterIP')),
    column('Port(s)', (service) => `${textAt(service, 'spec', 'ports', 0, 'port')}/TCP`),
  ],
  APIService: [column('Service', serviceOf), column('Available', availability)],
};

function column(title: string, cell: (object: KubernetesObject) => string): Column {
  return { name: title, priority: 0, cell };
}

function wide(title: string, cell: (object: KubernetesObject) => string): Column {
  return { ...column(title, cell), priority: 1 };
}

function rolesOf(node: KubernetesObject): string {
  const prefix = 'node-role.kubernetes.io/';
  const roles = Object.keys(node.metadata.labels ?? {}).filter((label) => label.startsWith(prefix));
  return roles.map((role) => role.slice(prefix.length)).join(',') || '<none>';
}

function containersReady(pod: KubernetesObject): number {
  return listAt(pod, 'status', 'containerStatuses').filter((status) => at(status, ['ready']) === true).length;
}

function serviceOf(apiService: KubernetesObject): string {
  const service = textAt(apiService, 'spec', 'service', 'name');
  return service === '' ? 'Local' : `${textAt(apiService, 'spec', 'service', 'namespace')}/${service}`;
}

function availability(apiService: KubernetesObject): string {
  const condition = listAt(apiService, 'status', 'conditions').find((one) => at(one, ['type']) === 'Available');
  const status = String(at(condition, ['status']) ?? 'Unknown');
  return status === 'True' ? status : `${status} (${String(at(condition, ['reason']) ?? '')})`;
}

function conditionStatus(object: KubernetesObject, type: string): string {
  const condition = listAt(object, 'status', 'conditions').find((one) => at(one, ['type']) === type);
  return String(at(condition, ['status']) ?? '');
}

function textAt(object: KubernetesObject, ...path: readonly (string | number)[]): string {
  const found = at(object, path);
  return found === undefined ? '' : String(found);
}

function listAt(object: KubernetesObject, ...path: readonly string[]): readonly unknown[] {
  const found = at(object, path);
  return Array.isArray(found) ? found : [];
}

function at(value: unknown, path: readonly (string | number)[]): unknown {
  let found = value;
  for (const step of path) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = (found as Readonly<Record<string | number, unknown>>)[step];
  }
  return found;
}

/** As kubectl shortens an age: `12s`, `4m`, `5h`, `3d`. */
export function ageText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (Number.isNaN(seconds)) return '<unknown>';
  if (seconds < 120) return `${Math.max(0, seconds)}s`;
  if (seconds < 120 * 60) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}
