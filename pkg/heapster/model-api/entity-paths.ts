import type { RouteParameters } from '../../apiserver/router.ts';
import type { Entity } from '../entity.ts';

/** Where below a root the metrics of one kind of entity are found. */
export interface EntityPath {
  /** In OpenAPI's spelling: `/nodes/{node}`. Empty for the cluster. */
  readonly path: string;
  /** For operation ids and descriptions: `Node`. */
  readonly what: string;
  readonly entityOf: (parameters: RouteParameters) => Entity;
}

/** The six of them, as Heapster laid them out. */
export const entityPaths: readonly EntityPath[] = [
  { path: '', what: 'Cluster', entityOf: () => ({ type: 'cluster' }) },
  { path: '/nodes/{node}', what: 'Node', entityOf: ({ node = '' }) => ({ type: 'node', node }) },
  {
    path: '/nodes/{node}/freecontainers/{container}',
    what: 'SystemContainer',
    entityOf: ({ node = '', container = '' }) => ({ type: 'sys_container', node, container }),
  },
  {
    path: '/namespaces/{namespace}',
    what: 'Namespace',
    entityOf: ({ namespace = '' }) => ({ type: 'ns', namespace }),
  },
  {
    path: '/namespaces/{namespace}/pods/{pod}',
    what: 'Pod',
    entityOf: ({ namespace = '', pod = '' }) => ({ type: 'pod', namespace, pod }),
  },
  {
    path: '/namespaces/{namespace}/pods/{pod}/containers/{container}',
    what: 'PodContainer',
    entityOf: ({ namespace = '', pod = '', container = '' }) => ({ type: 'pod_container', namespace, pod, container }),
  },
];

/** Where several entities of one kind are asked for at once, their names separated by commas. */
export interface EntityListPath {
  readonly path: string;
  /** For operation ids: `PodList`. */
  readonly what: string;
  /** In the order in which they were asked for: clients count on it. */
  readonly entitiesOf: (parameters: RouteParameters) => readonly Entity[];
}

/** Pods of one namespace, as Heapster had it. */
export const podListPath: EntityListPath = {
  path: '/namespaces/{namespace}/pod-list/{pods}',
  what: 'PodList',
  entitiesOf: ({ namespace = '', pods = '' }) => pods.split(',').map((pod) => ({ type: 'pod', namespace, pod })),
};

/** The same of nodes and of namespaces, which Heapster had not: a table of a large cluster takes a few requests. */
export const entityListPaths: readonly EntityListPath[] = [
  podListPath,
  {
    path: '/node-list/{nodes}',
    what: 'NodeList',
    entitiesOf: ({ nodes = '' }) => nodes.split(',').map((node) => ({ type: 'node', node })),
  },
  {
    path: '/namespace-list/{namespaces}',
    what: 'NamespaceList',
    entitiesOf: ({ namespaces = '' }) => namespaces.split(',').map((namespace) => ({ type: 'ns', namespace })),
  },
];
