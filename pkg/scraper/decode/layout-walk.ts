import type { ContainerLayout } from '../../model/batch.ts';
import { absent, FirstLines, unknown } from './first-lines.ts';
import { LabelBytes, type NameRange } from './label-bytes.ts';
import type { ContainerLabels } from './label-set.ts';

/**
 * A layout we hold, and whether its names can be compared with a body's bytes as they stand.
 *
 * It is all that is kept of a node between two answers: per container three references of 8 bytes, in arrays that the
 * store holds as well, and the names behind them. Containers of a pod share its name, and neighbours that of their
 * namespace and mostly their own. Measured, some 60 bytes per container (`decode.bench.ts`).
 */
export interface KnownLayout {
  readonly layout: ContainerLayout;
  /** Every name is of printable ASCII, without what is escaped in a label value. Kubernetes names always are. */
  readonly plain: boolean;
}

/** What is known of a node that has not named a container yet. */
export const nothingKnown: KnownLayout = { layout: { namespaces: [], pods: [], containers: [] }, plain: true };

/** Ten times what the largest nodes run; more of them would hold up everybody else where they are stored. */
const mostContainers = 20_000;

/** How many containers ahead a line's own is looked for by comparing; beyond, it is looked up by the hash of its bytes. */
const reach = 8;

/** After so many in a row that last time's answer did not have, many of it may have gone at once: we look further ahead. */
const fewStrangers = 3;

/**
 * Finds the slot of each container line of one body. Slots are in the order in which containers first appear.
 *
 * A kubelet names the same containers in the same order in every family, and mostly the same as last time. So a line is
 * first compared with the containers that may come next; only the names of one that is new are made into strings.
 *
 * ```text
 *   previous   a  b  c  d     a line of the first family: is it previous[#ahead]?  then a slot is appended
 *   current    a  b  x        a line of a later family:   is it current[#cursor]?
 * ```
 */
export class LayoutWalk {
  /** Where the label sets of the slots stand. */
  readonly firstLines: FirstLines;
  readonly #labels: LabelBytes;
  readonly #previous: KnownLayout;
  /** The names of the slots; absent for as long as they are those of last time, so that `#ahead` is `#size`. */
  #own: Names | undefined;
  #size = 0;
  #cursor = 0;
  #ahead = 0;
  #plain: boolean;
  /** Slots by name. Made when first needed, then complete. */
  #slots: Map<string, number> | undefined;
  #kept: Map<string, string> | undefined;
  /** Slots that are none of last time's. */
  readonly #strangers: number[] = [];
  #strangersInARow = 0;
  /** How many containers we may still look at in vain when looking further ahead: a body must not cost its square. */
  #patience: number;
  /** Index behind the label set that was found last, and its place last time or -1. */
  #end = 0;
  #knownAt = -1;

  constructor(body: Buffer, view: DataView, previous: KnownLayout) {
    const known = previous.layout.containers.length;
    this.firstLines = new FirstLines(view, known + reach);
    this.#labels = new LabelBytes(body, view);
    this.#previous = previous;
    this.#plain = previous.plain;
    this.#patience = 2 * known;
  }

  /** How many containers have been met. */
  get size(): number {
    return this.#size;
  }

  /** No more containers are taken. */
  get full(): boolean {
    return this.#size >= mostContainers;
  }

  /** Index behind the label set that was found last, and behind the blank that follows it. */
  get end(): number {
    return this.#end;
  }

  /** A new family of series begins, and with it the order of containers. */
  rewind(): void {
    this.#cursor = 0;
  }

  /**
   * The slot of the label set whose first name begins at `start`; `size` for a container that is met for the first time.
   * -1 where it is not spelled as a kubelet spells it, or bytes alone do not tell. Nothing is taken yet.
   */
  find(start: number): number {
    const limit = Math.min(this.#cursor + reach, this.#size);
    for (let slot = this.#cursor; slot < limit; slot++) {
      const end = this.firstLines.endIfSame(slot, start);
      if (end < 0) continue;
      this.#end = end;
      return slot;
    }
    return this.full ? -1 : this.#findFurther(start);
  }

  /** The line that was found to be of `slot`, whose label set begins at `start`, is a good one. */
  take(slot: number, start: number): void {
    this.#cursor = slot + 1;
    if (slot < this.#size) return;
    this.firstLines.add(start, this.#end);
    const { namespaces, pods, containers } = this.#previous.layout;
    const index = this.#knownAt;
    if (index < 0) this.#appendRead();
    else this.#append(namespaces[index] ?? '', pods[index] ?? '', containers[index] ?? '');
    if (index < 0) this.#strangers.push(slot);
    else this.#ahead = index + 1;
    this.#strangersInARow = index < 0 ? this.#strangersInARow + 1 : 0;
  }

  /** The slot of labels that were read from a line of any spelling; -1 where no more containers are taken. */
  slotOf({ namespace, pod, container }: ContainerLabels): number {
    this.#slots ??= this.#indexed();
    const met = this.#slots.get(keyOf(namespace, pod, container));
    if (met === undefined && this.full) return -1;
    const slot = met ?? this.#size;
    this.#cursor = slot + 1;
    if (met === undefined) {
      this.firstLines.addUnknown();
      this.#append(this.#copyOf(namespace), this.#copyOf(pod), this.#copyOf(container));
    }
    return slot;
  }

  /** What is known now: the same object as before, where the containers are the same in the same order. */
  finish(): KnownLayout {
    const size = this.#size;
    if (this.#own === undefined && size === this.#previous.layout.containers.length) return this.#previous;
    // A copy: arrays that were pushed to have room for more, which nobody needs for as long as these live.
    const layout = firstOf(this.#names, size);
    return { layout, plain: this.#plain || Object.values(layout).every((names) => names.every(isPlain)) };
  }

  get #names(): ContainerLayout {
    return this.#own ?? this.#previous.layout;
  }

  #findFurther(start: number): number {
    const index = this.#previous.plain ? this.#metLastTime(start) : -1;
    if (index < 0 && !this.#labels.read(start)) return -1;
    this.#knownAt = index;
    this.#end = this.#labels.end;
    // While the slots are those of last time, whose names are unique, the next one cannot have been met before.
    if (index === this.#size && this.#own === undefined) return index;
    // Nor can it later, if it is one of last time's that we had not come to, unless it has been taken for a stranger.
    const slot = this.firstLines.find(start, this.#end, index < 0 ? undefined : this.#strangers);
    if (slot === unknown) return -1;
    return slot === absent ? this.#size : slot;
  }

  /** Which of last time's containers it is, of those that may come next; -1 where it is none of them. */
  #metLastTime(start: number): number {
    const known = this.#previous.layout.containers.length;
    const near = Math.min(this.#ahead + reach, known);
    const index = this.#indexOf(start, this.#ahead, near);
    if (index >= 0 || this.#strangersInARow < fewStrangers || this.#patience <= 0) return index;
    const further = this.#indexOf(start, near, known);
    if (further < 0) this.#patience -= known - near;
    return further;
  }

  #indexOf(start: number, from: number, to: number): number {
    const { layout } = this.#previous;
    for (let index = from; index < to; index++) if (this.#labels.isOf(layout, index, start)) return index;
    return -1;
  }

  /** Appends the container whose label set was read last. */
  #appendRead(): void {
    const { namespace, pod, container } = this.#labels;
    this.#append(
      this.#nameAt(namespace, 'namespaces'),
      this.#nameAt(pod, 'pods'),
      this.#nameAt(container, 'containers'),
    );
  }

  /** A name of the body, shared with a neighbour in its column that has the same, now or last time. */
  #nameAt(range: NameRange, column: keyof ContainerLayout): string {
    const before = this.#names[column][this.#size - 1];
    if (before !== undefined && this.#labels.isName(before, range)) return before;
    const after = this.#previous.layout[column][this.#ahead];
    if (after !== undefined && this.#labels.isName(after, range)) return after;
    return this.#keep(this.#labels.name(range));
  }

  /** A slot for these names, which are not in `current`. They may be last time's, also where bytes did not tell. */
  #append(namespace: string, pod: string, container: string): void {
    const slot = this.#size++;
    this.#slots?.set(keyOf(namespace, pod, container), slot);
    if (this.#own === undefined) {
      const { namespaces, pods, containers } = this.#previous.layout;
      this.#ahead = this.#size;
      if (containers[slot] === container && pods[slot] === pod && namespaces[slot] === namespace) return;
      this.#ahead = slot;
    }
    this.#own ??= firstOf(this.#previous.layout, slot);
    this.#own.namespaces.push(namespace);
    this.#own.pods.push(pod);
    this.#own.containers.push(container);
  }

  #indexed(): Map<string, number> {
    const slots = new Map<string, number>();
    const { namespaces, pods, containers } = this.#names;
    for (let slot = 0; slot < this.#size; slot++) {
      slots.set(keyOf(namespaces[slot] ?? '', pods[slot] ?? '', containers[slot] ?? ''), slot);
    }
    return slots;
  }

  /** A string of its own: a slice would keep the whole line in memory for as long as the layout lives. */
  #copyOf(name: string): string {
    const kept = this.#kept?.get(name);
    if (kept !== undefined) return kept;
    this.#plain &&= isPlain(name);
    return this.#keep(Buffer.from(name).toString());
  }

  /** One string per name. */
  #keep(name: string): string {
    this.#kept ??= new Map();
    const kept = this.#kept.get(name);
    if (kept === undefined) this.#kept.set(name, name);
    return kept ?? name;
  }
}

type Names = Record<keyof ContainerLayout, string[]>;

const firstOf = ({ namespaces, pods, containers }: ContainerLayout, size: number): Names => ({
  namespaces: namespaces.slice(0, size),
  pods: pods.slice(0, size),
  containers: containers.slice(0, size),
});

const isPlain = (name: string): boolean => /^[ !#-[\]-~]+$/.test(name);

/** No name can pretend to be two: lengths stand in front. */
const keyOf = (namespace: string, pod: string, container: string): string =>
  `${namespace.length} ${pod.length} ${namespace}${pod}${container}`;
