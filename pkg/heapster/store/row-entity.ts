import type { Labels } from '../../model/cluster.ts';
import type { Entity } from '../entity.ts';
import { acceleratorLabels } from '../processing/measured-rows.ts';
import { type Layout, podKey, type Row } from '../rows/layout.ts';

/** The row of an entity in a layout; undefined where the layout does not tell of it. */
export function rowOf(layout: Layout, entity: Entity): Row | undefined {
  switch (entity.type) {
    case 'cluster':
      return layout.find('cluster', 'cluster', undefined);
    case 'ns':
      return layout.find('ns', entity.namespace, undefined);
    case 'node':
      return layout.find('node', entity.node, undefined);
    case 'sys_container':
      return layout.find('sys_container', entity.container, undefined);
    case 'pod':
      return layout.find('pod', podKey(entity.namespace, entity.pod), undefined);
    case 'pod_container': {
      const pod = layout.find('pod', podKey(entity.namespace, entity.pod), undefined);
      return pod && layout.find('pod_container', entity.container, pod);
    }
    default:
      return entity satisfies never;
  }
}

/** The entity of a row in the frames of a node; undefined for rows of something that an entity has. */
export function entityOf(row: Row, node: string): Entity | undefined {
  switch (row.kind) {
    case 'cluster':
      return { type: 'cluster' };
    case 'ns':
      return { type: 'ns', namespace: row.name };
    case 'node':
      return { type: 'node', node: row.name };
    case 'sys_container':
      return { type: 'sys_container', node, container: row.name };
    case 'pod':
      return { type: 'pod', ...podOf(row) };
    case 'pod_container':
      return row.parent && { type: 'pod_container', ...podOf(row.parent), container: row.name };
    default:
      return undefined;
  }
}

/** Namespace and name from a pod's row. */
export function podOf({ name }: Row): { readonly namespace: string; readonly pod: string } {
  const slash = name.indexOf('/');
  return { namespace: name.slice(0, slash), pod: name.slice(slash + 1) };
}

/** The labels that tell the values of a labeled metric apart, from the row that holds them. */
export const labelsOfRow = ({ kind, name }: Row): Labels =>
  kind === 'accelerator' ? acceleratorLabels(name) : { resource_id: name };

/** True when both hold the same labels, in whatever order. */
export function sameLabels(a: Labels, b: Labels): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
