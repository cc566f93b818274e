import type { PodRecord } from '../../model/cluster.ts';
import type { LabelRequirement } from '../../model/label-requirement.ts';
import type { LabelSelector } from '../../model/label-selector.ts';

/** Labels that pods are found by at the same time. Clients can select by as many as they like. */
const mostKeys = 4;
/** Finding pods and sorting them is worth it up to this part of all; beyond, walking through all in order is cheaper. */
const selectivePart = 1 / 8;

/** The pods there are. */
export interface IndexedPods {
  readonly size: number;
  values(): Iterable<PodRecord>;
}

/**
 * Finds the pods that have a label of some value. Each label is looked at once somebody selects by it, and followed from
 * then on, until others are in demand: what nobody selects by costs nothing.
 */
export class LabelIndex {
  /** Pods by the value of a label; by the label, the one least lately asked for first. */
  readonly #byKey = new Map<string, PodsByValue>();

  /** A pod that was not there. */
  add(pod: PodRecord): void {
    for (const [key, pods] of this.#byKey) pods.add(pod, key);
  }

  /** A pod that was there, this very record. */
  remove(pod: PodRecord): void {
    for (const [key, pods] of this.#byKey) pods.remove(pod, key);
  }

  /** Pods of `all` among which are those that match, in any order; undefined where too many would have to be looked at. */
  candidates({ requirements }: LabelSelector, all: IndexedPods): readonly PodRecord[] | undefined {
    for (const { key, values } of requirements.filter(isPositive)) {
      const pods = this.#podsBy(key, all);
      const found = values.flatMap((value) => pods.of(value));
      if (found.length <= all.size * selectivePart) return found;
    }
    return undefined;
  }

  #podsBy(key: string, all: IndexedPods): PodsByValue {
    const known = this.#byKey.get(key);
    const pods = known ?? new PodsByValue();
    if (known === undefined) for (const pod of all.values()) pods.add(pod, key);
    this.#byKey.delete(key);
    this.#byKey.set(key, pods);
    for (const oldest of this.#byKey.keys()) {
      if (this.#byKey.size <= mostKeys) break;
      this.#byKey.delete(oldest);
    }
    return pods;
  }
}

/** Whether pods without the label are out. */
const isPositive = ({ operator }: LabelRequirement): boolean =>
  operator === '=' || operator === '==' || operator === 'in';

const none: readonly PodRecord[] = [];

class PodsByValue {
  readonly #pods = new Map<string, PodRecord[]>();

  of(value: string): readonly PodRecord[] {
    return this.#pods.get(value) ?? none;
  }

  add(pod: PodRecord, key: string): void {
    const value = valueOf(pod, key);
    if (value === undefined) return;
    const pods = this.#pods.get(value);
    if (pods === undefined) this.#pods.set(value, [pod]);
    else pods.push(pod);
  }

  remove(pod: PodRecord, key: string): void {
    const value = valueOf(pod, key);
    const pods = value === undefined ? undefined : this.#pods.get(value);
    if (value === undefined || pods === undefined) return;
    const last = pods.pop();
    if (pods.length === 0) this.#pods.delete(value);
    else if (last !== undefined && last !== pod) pods[pods.indexOf(pod)] = last;
  }
}

const valueOf = ({ labels }: PodRecord, key: string): string | undefined =>
  Object.hasOwn(labels, key) ? labels[key] : undefined;
