import type { ContainerLayout } from '../../model/batch.ts';
import { parseContainerLabels } from './label-set.ts';

/** A container's place in the columns, and the index behind its label set. */
export interface Place {
  readonly slot: number;
  readonly end: number;
}

/** A layout we hold, and whether its names can be compared with a body's text as they stand. */
export interface KnownLayout {
  readonly layout: ContainerLayout;
  /** No name has a character that is escaped in a label value. Kubernetes names never have. */
  readonly plain: boolean;
}

/** What is known of a node that has not named a container yet. */
export const nothingKnown: KnownLayout = { layout: { namespaces: [], pods: [], containers: [] }, plain: true };

/** Ten times what the largest nodes run; more of them would hold up everybody else where they are stored. */
const mostContainers = 20_000;

/** How many containers ahead a line's own is looked for by comparing; beyond, it is looked up by name. */
const reach = 8;

/**
 * Finds the slot of each container line of one body. Slots are in the order in which containers first appear.
 *
 * A kubelet names the same containers in the same order in every family, and mostly the same as last time. So a line is
 * first compared with the containers that may come next, which makes no string; only what differs is parsed.
 *
 * ```text
 *   previous   a  b  c  d     a line of the first family: is it previous[#ahead]?  then a slot is appended
 *   current    a  b  x        a line of a later family:   is it current[#cursor]?
 * ```
 */
export class LayoutWalk {
  readonly #previous: KnownLayout;
  readonly #current = { namespaces: [] as string[], pods: [] as string[], containers: [] as string[] };
  /** Slots by name. Made when first needed, then complete. */
  #slots: Map<string, number> | undefined;
  readonly #kept = new Map<string, string>();
  #cursor = 0;
  #ahead = 0;
  /** `current` is a prefix of `previous`; then `#ahead` is its size. */
  #same = true;
  #plain: boolean;

  constructor(previous: KnownLayout) {
    this.#previous = previous;
    this.#plain = previous.plain;
  }

  /** How many containers have been met. */
  get size(): number {
    return this.#current.containers.length;
  }

  /** No more containers are taken. */
  get full(): boolean {
    return this.size >= mostContainers;
  }

  /** A new family of series begins, and with it the order of containers. */
  rewind(): void {
    this.#cursor = 0;
  }

  /** The container of the label set that begins at `start`, behind the brace; undefined where the set is of no use. */
  find(text: string, start: number, lineEnd: number): Place | undefined {
    const known = this.#plain ? (this.#metBefore(text, start) ?? this.#metLastTime(text, start)) : undefined;
    return known ?? this.#read(text, start, lineEnd);
  }

  /** What is known now: the same object as before, where the containers are the same in the same order. */
  finish(): KnownLayout {
    if (this.#same && this.size === this.#previous.layout.containers.length) return this.#previous;
    const { namespaces, pods, containers } = this.#current;
    return { layout: this.#current, plain: [namespaces, pods, containers].every((names) => names.every(isPlain)) };
  }

  #metBefore(text: string, start: number): Place | undefined {
    const limit = Math.min(this.#cursor + reach, this.size);
    for (let slot = this.#cursor; slot < limit; slot++) {
      const end = labelsEnd(text, start, this.#current, slot);
      if (end < 0) continue;
      this.#cursor = slot + 1;
      return { slot, end };
    }
    return undefined;
  }

  #metLastTime(text: string, start: number): Place | undefined {
    if (this.full) return undefined;
    const { layout } = this.#previous;
    const limit = Math.min(this.#ahead + reach, layout.containers.length);
    for (let index = this.#ahead; index < limit; index++) {
      const end = labelsEnd(text, start, layout, index);
      if (end < 0) continue;
      this.#same &&= index === this.size;
      this.#ahead = index + 1;
      const { namespaces, pods, containers } = layout;
      return { slot: this.#slotOf(namespaces[index] ?? '', pods[index] ?? '', containers[index] ?? ''), end };
    }
    return undefined;
  }

  #read(text: string, start: number, lineEnd: number): Place | undefined {
    const labels = parseContainerLabels(text, start, lineEnd);
    if (labels === undefined) return undefined;
    const { namespace, pod, container, end } = labels;
    this.#slots ??= this.#indexed();
    const slot = this.#slots.get(keyOf(namespace, pod, container));
    if (slot !== undefined) {
      this.#cursor = slot + 1;
      return { slot, end };
    }
    if (this.full) return undefined;
    if (this.#isNextOfLastTime(namespace, pod, container)) this.#ahead++;
    else this.#same = false;
    return { slot: this.#append(this.#keep(namespace), this.#keep(pod), this.#keep(container)), end };
  }

  /** For exporters that spell label sets in a way of their own; their layouts are to last as well. */
  #isNextOfLastTime(namespace: string, pod: string, container: string): boolean {
    const { namespaces, pods, containers } = this.#previous.layout;
    const next = this.size;
    return this.#same && containers[next] === container && pods[next] === pod && namespaces[next] === namespace;
  }

  /** While `current` is a prefix of `previous`, whose names are unique, the next one cannot have been met before. */
  #slotOf(namespace: string, pod: string, container: string): number {
    if (this.#same) return this.#append(namespace, pod, container);
    this.#slots ??= this.#indexed();
    const slot = this.#slots.get(keyOf(namespace, pod, container));
    if (slot === undefined) return this.#append(namespace, pod, container);
    this.#cursor = slot + 1;
    return slot;
  }

  #append(namespace: string, pod: string, container: string): number {
    const slot = this.size;
    this.#current.namespaces.push(namespace);
    this.#current.pods.push(pod);
    this.#current.containers.push(container);
    this.#slots?.set(keyOf(namespace, pod, container), slot);
    this.#cursor = slot + 1;
    return slot;
  }

  #indexed(): Map<string, number> {
    const { namespaces, pods, containers } = this.#current;
    return new Map(containers.map((name, slot) => [keyOf(namespaces[slot] ?? '', pods[slot] ?? '', name), slot]));
  }

  /** A copy of its own: a slice would keep the whole body in memory for as long as the layout lives. */
  #keep(name: string): string {
    const kept = this.#kept.get(name);
    if (kept !== undefined) return kept;
    const copy = Buffer.from(name).toString();
    this.#kept.set(copy, copy);
    this.#plain &&= isPlain(copy);
    return copy;
  }
}

const isPlain = (name: string): boolean => !/["\\\n]/.test(name);

/** No name can pretend to be two: lengths stand in front. */
const keyOf = (namespace: string, pod: string, container: string): string =>
  `${namespace.length} ${pod.length} ${namespace}${pod}${container}`;

/** Index behind the label set, if it is that of container `slot` in the spelling of a kubelet; otherwise -1. */
function labelsEnd(text: string, start: number, layout: ContainerLayout, slot: number): number {
  let at = start;
  if (!text.startsWith('container="', at)) return -1;
  at += 11;
  const container = layout.containers[slot] ?? '';
  if (!text.startsWith(container, at)) return -1;
  at += container.length;
  if (!text.startsWith('",namespace="', at)) return -1;
  at += 13;
  const namespace = layout.namespaces[slot] ?? '';
  if (!text.startsWith(namespace, at)) return -1;
  at += namespace.length;
  if (!text.startsWith('",pod="', at)) return -1;
  at += 7;
  const pod = layout.pods[slot] ?? '';
  if (!text.startsWith(pod, at)) return -1;
  at += pod.length;
  return text.startsWith('"}', at) ? at + 2 : -1;
}
