import type { Clock } from '../../lifecycle/clock.ts';
import type { ClusterCertificates } from '../certificates-kit.ts';
import type { KubernetesObject, ObjectStore } from '../kube-apiserver/object-store.ts';
import { isRecord } from '../kube-apiserver/object-store.ts';
import type { Right } from '../kube-apiserver/rights.ts';
import type { KubeletFault } from '../kubelets/faults.ts';
import type { RunningKubelets } from '../kubelets/running-kubelets.ts';

/** What can be done wrong to a pretend cluster. */
export interface PatientOptions {
  readonly store: ObjectStore;
  /** Taken from, when a right is to be missing. */
  readonly rights: Right[];
  readonly kubelets: Pick<RunningKubelets, 'fault' | 'shape'>;
  readonly certificates: ClusterCertificates;
  readonly clock: Pick<Clock, 'now'>;
}

type Fields = Readonly<Record<string, unknown>>;

const namespace = 'kube-system';

/** A pretend cluster in the hands of somebody who makes a mistake. */
export class Patient {
  readonly #options: PatientOptions;

  constructor(options: PatientOptions) {
    this.#options = options;
  }

  get certificates(): ClusterCertificates {
    return this.#options.certificates;
  }

  get now(): number {
    return this.#options.clock.now();
  }

  /** The node that has the trouble, where it is one node's. */
  get node(): string {
    return this.#options.kubelets.shape().nodes.at(-1)?.name ?? '';
  }

  get nodeUid(): string {
    return this.#options.store.get('nodes', this.node)?.metadata.uid ?? '';
  }

  put(resource: string, object: KubernetesObject): void {
    this.#options.store.put(resource, object);
  }

  /** Of kube-system; of the cluster where `from` is empty. */
  remove(resource: string, name: string, from = namespace): void {
    this.#options.store.remove(resource, name, from === '' ? undefined : from);
  }

  /** Changes an object of kube-system, or of the cluster, by name. */
  change(resource: string, name: string, how: (object: KubernetesObject) => Fields): void {
    const { store } = this.#options;
    const object = store.get(resource, name, namespace) ?? store.get(resource, name);
    if (object === undefined) throw new Error(`there is no ${resource} ${name} to be changed`);
    store.put(resource, { ...object, ...how(object) });
  }

  /** Changes the spec of an object. */
  changeSpec(resource: string, name: string, how: (spec: Fields) => Fields): void {
    this.change(resource, name, ({ spec }) => ({ spec: { ...fieldsOf(spec), ...how(fieldsOf(spec)) } }));
  }

  /** Changes the pods of the server. */
  changePods(how: (pod: KubernetesObject) => Fields): void {
    this.#changeEach(isServer, how);
  }

  /** Changes the pods of a component of the control plane. */
  changePodsOf(component: string, how: (pod: KubernetesObject) => Fields): void {
    this.#changeEach(({ metadata }) => metadata.labels?.['component'] === component, how);
  }

  /** Removes the pods of the server. */
  removePods(): void {
    for (const { metadata } of this.#options.store.list('pods', namespace).filter(isServer)) {
      this.remove('pods', metadata.name);
    }
  }

  /** Changes the server's container in its pods. */
  changeContainer(how: (container: Fields) => Fields): void {
    this.changePods(({ spec }) => {
      const { containers } = fieldsOf(spec);
      const changed = (Array.isArray(containers) ? containers : []).map((one) => ({ ...one, ...how(one) }));
      return { spec: { ...fieldsOf(spec), containers: changed } };
    });
  }

  /** The Service has these endpoints and no others. */
  loseEndpoints(endpoints: readonly object[] = []): void {
    const slices = this.#options.store.list('endpointslices.discovery.k8s.io', namespace);
    for (const { metadata } of slices)
      this.change('endpointslices.discovery.k8s.io', metadata.name, () => ({ endpoints }));
  }

  /** Takes every right that fits. */
  takeRights(fits: (right: Right) => boolean): void {
    const { rights } = this.#options;
    rights.splice(0, rights.length, ...rights.filter((right) => !fits(right)));
  }

  giveRight(right: Right): void {
    this.#options.rights.push(right);
  }

  async fault(fault: KubeletFault, node = this.node): Promise<void> {
    await this.#options.kubelets.fault(node, fault);
  }

  #changeEach(fits: (pod: KubernetesObject) => boolean, how: (pod: KubernetesObject) => Fields): void {
    for (const { metadata } of this.#options.store.list('pods', namespace).filter(fits)) {
      this.change('pods', metadata.name, how);
    }
  }
}

const isServer = ({ metadata }: KubernetesObject): boolean => metadata.labels?.['k8s-app'] === 'metrics-server';

const fieldsOf = (value: unknown): Fields => (isRecord(value) ? value : {});
