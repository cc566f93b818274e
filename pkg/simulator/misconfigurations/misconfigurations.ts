import type { KubernetesObject } from '../kube-apiserver/object-store.ts';
import { resourceTypes, storeKey } from '../kube-apiserver/resource-types.ts';
import type { Right } from '../kube-apiserver/rights.ts';
import {
  apiServerPodObject,
  deploymentObject,
  kubernetesServiceObject,
  serverPodObject,
} from '../objects/installation-objects.ts';
import { causes } from './causes.ts';
import type { MisconfigurationName } from './misconfiguration.ts';
import { Patient, type PatientOptions } from './patient.ts';

interface Memory {
  readonly objects: ReadonlyMap<string, readonly KubernetesObject[]>;
  readonly rights: readonly Right[];
}

/** Makes mistakes in a pretend cluster, one at a time, and takes them back. */
export class Misconfigurations {
  readonly #options: PatientOptions;
  readonly #patient: Patient;
  #healthy: Memory | undefined;

  constructor(options: PatientOptions) {
    this.#options = options;
    this.#patient = new Patient(options);
  }

  /**
   * Adds what an installed server looks like to others: its Deployment, its pod, and a kube-apiserver's pod. Without,
   * nobody sees any: whoever counts pods counts only those of the shape.
   */
  install(): void {
    const { store, kubelets } = this.#options;
    const node = kubelets.shape().nodes[0]?.name ?? '';
    store.put('deployments.apps', deploymentObject());
    store.put('pods', serverPodObject(node));
    store.put('pods', apiServerPodObject(node));
    store.put('services', kubernetesServiceObject());
  }

  /** Makes the mistake of this name. */
  async cause(name: MisconfigurationName): Promise<void> {
    this.#healthy ??= this.#remembered();
    await causes[name](this.#patient);
  }

  /** Everything is again as it was before the first mistake. */
  async heal(): Promise<void> {
    const { store, rights, kubelets } = this.#options;
    if (this.#healthy === undefined) return;
    const { objects, rights: before } = this.#healthy;
    this.#healthy = undefined;
    rights.splice(0, rights.length, ...before);
    for (const { name } of kubelets.shape().nodes) await kubelets.fault(name, undefined);
    for (const [resource, kept] of objects) {
      const names = new Set(kept.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`));
      for (const { metadata } of store.list(resource)) {
        if (!names.has(`${metadata.namespace}/${metadata.name}`)) {
          store.remove(resource, metadata.name, metadata.namespace);
        }
      }
      for (const object of kept) {
        const now = store.get(resource, object.metadata.name, object.metadata.namespace);
        if (now !== object) store.put(resource, object);
      }
    }
  }

  #remembered(): Memory {
    const { store, rights } = this.#options;
    const stored = resourceTypes.filter(({ verbs }) => verbs.length > 1).map(storeKey);
    return { objects: new Map(stored.map((resource) => [resource, store.list(resource)])), rights: [...rights] };
  }
}
