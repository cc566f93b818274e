/** What metrics are of, under Heapster's own names for the six types. Pods and namespaces are those of Kubernetes. */
export type Entity =
  | { readonly type: 'cluster' }
  | { readonly type: 'node'; readonly node: string }
  /** A daemon of the machine, by Heapster's name for it: `docker-daemon` is whatever runtime there is. */
  | { readonly type: 'sys_container'; readonly node: string; readonly container: string }
  | { readonly type: 'ns'; readonly namespace: string }
  | { readonly type: 'pod'; readonly namespace: string; readonly pod: string }
  | { readonly type: 'pod_container'; readonly namespace: string; readonly pod: string; readonly container: string };

/** The value of the label `type`. */
export type EntityType = Entity['type'];

/** Heapster's key of an entity, as `/api/v1/model/debug/allkeys` lists it. */
export function keyOf(entity: Entity): string {
  switch (entity.type) {
    case 'cluster':
      return 'cluster';
    case 'node':
      return `node:${entity.node}`;
    case 'sys_container':
      return `node:${entity.node}/container:${entity.container}`;
    case 'ns':
      return `namespace:${entity.namespace}`;
    case 'pod':
      return `namespace:${entity.namespace}/pod:${entity.pod}`;
    case 'pod_container':
      return `namespace:${entity.namespace}/pod:${entity.pod}/container:${entity.container}`;
    default:
      return entity satisfies never;
  }
}
