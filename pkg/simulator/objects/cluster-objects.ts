import type { Clock } from '../../lifecycle/clock.ts';
import { apiServicesKey } from '../aggregation/api-service.ts';
import type { ObjectStore } from '../kube-apiserver/object-store.ts';
import type { ClusterChange, NodeShape, PodShape } from '../shape/cluster-shape.ts';
import {
  apiServiceObject,
  endpointSliceObject,
  endpointsObject,
  type MetricsServerAddress,
  type MetricsVersion,
  serviceObject,
} from './metrics-server-objects.ts';
import { namespaceObject, nodeObject, podObject } from './pretend-objects.ts';

/** The cluster whose objects are kept, and the store they are kept in. */
export interface ClusterObjectsOptions {
  readonly store: ObjectStore;
  readonly clock: Clock;
  /** The port of a node's kubelet. */
  readonly kubeletPort: (node: string) => number;
}

/** Keeps the objects of the pretend kube-apiserver true to what the pretend kubelets run. */
export class ClusterObjects {
  readonly #options: ClusterObjectsOptions;

  constructor(options: ClusterObjectsOptions) {
    this.#options = options;
  }

  /** Follows one change of the cluster. */
  apply(change: ClusterChange): void {
    const { store } = this.#options;
    switch (change.kind) {
      case 'node-added':
        return this.addNode(change.node);
      case 'node-removed':
        return this.#removeNode(change.node);
      case 'pod-added':
        return this.#addPod(change.pod, change.node);
      case 'pod-removed':
        store.remove('pods', change.pod.pod, change.pod.namespace);
    }
  }

  /** Adds a node and its pods. */
  addNode(node: NodeShape): void {
    const { store, clock, kubeletPort } = this.#options;
    store.put('nodes', nodeObject(node, kubeletPort(node.name), clock.now()));
    for (const pod of node.pods) this.#addPod(pod, node.name);
  }

  addNamespaces(names: readonly string[]): void {
    const { store } = this.#options;
    for (const name of names) {
      if (store.get('namespaces', name) === undefined) store.put('namespaces', namespaceObject(name));
    }
  }

  /** The Service of metrics-server leads to `address` from now on, or nowhere; its APIServices trust what it says. */
  pointMetricsServerAt(address: MetricsServerAddress | undefined, versions: readonly MetricsVersion[]): void {
    const { store } = this.#options;
    store.put('services', serviceObject());
    store.put('endpoints', endpointsObject(address));
    store.put('endpointslices.discovery.k8s.io', endpointSliceObject(address));
    for (const version of versions) {
      const object = apiServiceObject(version, address?.caBundle);
      const status = store.get(apiServicesKey, object.metadata.name)?.status;
      store.put(apiServicesKey, { ...object, ...(status !== undefined && { status }) });
    }
  }

  #addPod(pod: PodShape, node: string): void {
    const { store, clock } = this.#options;
    this.addNamespaces([pod.namespace]);
    store.put('pods', podObject(pod, node, clock.now()));
  }

  #removeNode(node: string): void {
    const { store } = this.#options;
    store.remove('nodes', node);
    const orphans = store.list('pods').filter(({ spec }) => (spec as { nodeName?: string }).nodeName === node);
    for (const { metadata } of orphans) store.remove('pods', metadata.name, metadata.namespace);
  }
}
