import { randomUUID } from 'node:crypto';
import type { Clock } from '../../lifecycle/clock.ts';
import type { Labels } from '../../model/cluster.ts';

/** `metadata` of an object, as far as anybody here looks at it. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly creationTimestamp?: string;
  readonly labels?: Labels;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A Kubernetes object; whoever puts it into the store knows the rest of its shape. Never changed, only replaced. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

/** An object and the type of resource it is kept under, such as `pods` or `apiservices.apiregistration.k8s.io`. */
export interface Change {
  readonly resource: string;
  /** Rises with every change of anything, as etcd's revision does. */
  readonly version: number;
  /** Absent after a deletion. */
  readonly now?: KubernetesObject;
  /** Absent when the object is new. */
  readonly before?: KubernetesObject;
}

/** How much history the store keeps. */
export interface ObjectStoreOptions {
  readonly clock: Clock;
  /** How many changes are remembered for watches that resume. */
  readonly historyLimit: number;
}

/** What etcd is to a kube-apiserver: every object, one rising version, and the last changes for those who watch. */
export class ObjectStore {
  readonly #clock: Clock;
  readonly #historyLimit: number;
  readonly #objects = new Map<string, Map<string, KubernetesObject>>();
  readonly #listeners = new Set<(change: Change) => void>();
  #history: Change[] = [];
  #version = 1;
  /** Who has seen nothing after this version has missed nothing that is still remembered. */
  #forgottenUpTo = 1;

  constructor({ clock, historyLimit }: ObjectStoreOptions) {
    this.#clock = clock;
    this.#historyLimit = historyLimit;
  }

  get version(): number {
    return this.#version;
  }

  /** Creates or replaces; uid and creation time stay those of the first. */
  put(resource: string, object: KubernetesObject): KubernetesObject {
    const kept = this.#of(resource);
    const key = keyOf(object.metadata);
    const before = kept.get(key);
    const now: KubernetesObject = {
      ...object,
      metadata: {
        ...object.metadata,
        uid: before?.metadata.uid ?? object.metadata.uid ?? randomUUID(),
        creationTimestamp:
          before?.metadata.creationTimestamp ?? object.metadata.creationTimestamp ?? secondsText(this.#clock.now()),
        resourceVersion: String(this.#version + 1),
      },
    };
    kept.set(key, now);
    this.#record({ resource, version: ++this.#version, now, ...(before && { before }) });
    return now;
  }

  /** Returns what was removed, or undefined when it was not there. */
  remove(resource: string, name: string, namespace?: string): KubernetesObject | undefined {
    const kept = this.#of(resource);
    const key = keyOf({ name, ...(namespace !== undefined && { namespace }) });
    const before = kept.get(key);
    if (before === undefined) return undefined;
    kept.delete(key);
    this.#record({ resource, version: ++this.#version, before });
    return before;
  }

  get(resource: string, name: string, namespace?: string): KubernetesObject | undefined {
    return this.#of(resource).get(keyOf({ name, ...(namespace !== undefined && { namespace }) }));
  }

  /** In the order of etcd's keys: namespace, then name. */
  list(resource: string, namespace?: string): KubernetesObject[] {
    const kept = this.#of(resource);
    const keys = [...kept.keys()].filter((key) => namespace === undefined || key.startsWith(`${namespace}/`)).sort();
    return keys.flatMap((key) => kept.get(key) ?? []);
  }

  /** What changed after `version`; undefined when that is no longer known. */
  changesAfter(version: number): readonly Change[] | undefined {
    if (version < this.#forgottenUpTo) return undefined;
    return this.#history.filter((change) => change.version > version);
  }

  /** Calls `listener` on each change until disposed. */
  onChange(listener: (change: Change) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  /** Forgets all history, as compaction does: nobody can resume from an earlier version. */
  compact(): void {
    this.#history = [];
    this.#forgottenUpTo = ++this.#version;
  }

  #of(resource: string): Map<string, KubernetesObject> {
    const kept = this.#objects.get(resource) ?? new Map<string, KubernetesObject>();
    this.#objects.set(resource, kept);
    return kept;
  }

  #record(change: Change): void {
    this.#history.push(change);
    // Cut in halves, so that a long history is not copied on every change.
    if (this.#history.length > 2 * this.#historyLimit) {
      const forgotten = this.#history.splice(0, this.#history.length - this.#historyLimit);
      this.#forgottenUpTo = forgotten.at(-1)?.version ?? this.#forgottenUpTo;
    }
    for (const listener of this.#listeners) listener(change);
  }
}

const keyOf = ({ namespace = '', name }: Pick<ObjectMeta, 'name' | 'namespace'>): string => `${namespace}/${name}`;

/** RFC 3339 without fractions, as `metav1.Time` is written. */
export function secondsText(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}

/** Whether a value is an object with fields. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
