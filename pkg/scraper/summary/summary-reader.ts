import {
  type AcceleratorSummary,
  type ContainerSummary,
  type CustomValue,
  figuresPerFilesystem,
  figuresPerPressure,
  figuresPerSubject,
  type NodeSummary,
  type PodSummary,
  place,
  placesOfFilesystem,
  type SubjectSummary,
  type VolumeSummary,
} from '../../model/kubelet-summary.ts';
import { as, type EpochMs } from '../../model/units.ts';
import type { JsonScanner } from './json-scanner.ts';
import { end, type Field, type Shape } from './shape.ts';
import { extraPlaces, list, text } from './summary-shape.ts';

/** More than any kubelet runs, so that a machine gone mad costs no more than this. */
const mostPods = 4_096;

/** Of one pod, or of one machine's daemons. */
const mostContainers = 512;

/** Volumes of one pod. */
const mostVolumes = 512;

/** Accelerators, or figures of its own, of one container. */
const mostExtras = 64;

/** Of an accelerator, or of a figure of its own. */
const figuresPerExtra = 3;

/** In one answer: many more than fit on a machine, and so few that their figures are no burden. */
const mostFigures = 2 ** 22;

const noAccelerators: readonly AcceleratorSummary[] = [];
const noCustom: readonly CustomValue[] = [];

/** Reads one answer: what it finds of lists and names is here until whoever they belong to has been read. */
export class SummaryReader {
  readonly #json: JsonScanner;
  readonly #names: string[] = Array.from(Object.keys(text), () => '');
  #figures: Float64Array;
  #used = 0;
  #systemContainers: readonly ContainerSummary[] = [];
  #containers: readonly ContainerSummary[] = [];
  #volumes: readonly VolumeSummary[] = [];
  #accelerators = noAccelerators;
  #custom = noCustom;
  #pods: readonly PodSummary[] = [];
  #skipped = 0;
  readonly #node: number;

  /** `figures`: where to write; when there is too little room, elsewhere. */
  constructor(json: JsonScanner, figures: Float64Array) {
    this.#json = json;
    this.#figures = figures;
    this.#node = this.#reserve(figuresPerSubject);
  }

  /** False for what is no object. */
  read(shape: Shape): boolean {
    const isObject = this.#read(shape, this.#node);
    this.#forgetUnmeasured(this.#node + place.filesystem);
    return isObject;
  }

  get figures(): Float64Array {
    return this.#figures;
  }

  /** Undefined where it has no name. */
  get node(): NodeSummary | undefined {
    const name = this.#names[text.node] ?? '';
    return name === '' ? undefined : { name, at: this.#node, systemContainers: this.#systemContainers };
  }

  get pods(): readonly PodSummary[] {
    return this.#pods;
  }

  /** Pods that could not be read. */
  get skipped(): number {
    return this.#skipped;
  }

  #read(shape: Shape, at: number): boolean {
    const json = this.#json;
    if (!json.enter()) return false;
    let field = json.next(shape, shape.first, this.#figures, at);
    while (field !== end) {
      this.#readField(field, at);
      field = json.next(shape, field.after, this.#figures, at);
    }
    return true;
  }

  #readField(field: Field, at: number): void {
    const { kind, place: to, shape } = field;
    if (kind === 'part' && shape !== undefined) this.#read(shape, at + to);
    else if (kind === 'pressure' && shape !== undefined) this.#readPressure(field, shape, at + to);
    else if (kind === 'moment') this.#figures[at + to] = this.#json.moment();
    else if (kind === 'instant') this.#figures[at + to] = this.#json.instant();
    else if (kind === 'number') this.#figures[at + to] = this.#json.number();
    else if (kind === 'name') this.#names[to] = this.#json.name() ?? '';
    else if (kind === 'list' && shape !== undefined) this.#readList(to, shape);
    else this.#json.skip();
  }

  /** Most subjects never wait for anything, and are told by the same bytes each time. */
  #readPressure(field: Field, shape: Shape, at: number): void {
    const json = this.#json;
    if (json.passes(field.idle)) {
      for (let figure = at; figure < at + figuresPerPressure; figure++) this.#figures[figure] = 0;
      return;
    }
    const from = json.at;
    if (!this.#read(shape, at)) return;
    for (let figure = at; figure < at + figuresPerPressure; figure++) if (this.#figures[figure] !== 0) return;
    json.remember(field.idle, from, field);
  }

  #readList(which: number, shape: Shape): void {
    if (which === list.pods) this.#readPods(shape);
    else if (which === list.systemContainers) this.#systemContainers = this.#readContainers(shape);
    else if (which === list.containers) this.#containers = this.#readContainers(shape);
    else if (which === list.volumes) this.#volumes = this.#entries(mostVolumes, () => this.#volume(shape));
    else if (which === list.accelerators)
      this.#accelerators = this.#entries(mostExtras, () => this.#accelerator(shape));
    else this.#custom = this.#entries(mostExtras, () => this.#customValue(shape));
  }

  /** What can be read of a list's first entries; the others are skipped. */
  #entries<Entry>(most: number, read: () => Entry | undefined): Entry[] {
    const entries: Entry[] = [];
    if (!this.#json.enterList()) return entries;
    for (let left = most; this.#json.more(); left--) {
      const entry = left > 0 && this.#used < mostFigures ? read() : this.#json.skip();
      if (entry) entries.push(entry);
    }
    return entries;
  }

  #readPods(shape: Shape): void {
    const pods = new Map<string, PodSummary>();
    let told = 0;
    let read = 0;
    this.#entries(Number.POSITIVE_INFINITY, () => {
      const pod = told++ < mostPods ? this.#pod(shape) : this.#json.skip();
      if (pod) this.#keepLaterPod(pods, pod);
      if (pod) read++;
    });
    this.#pods = [...pods.values()];
    this.#skipped = told - read;
  }

  /** A pod that was made anew under its old name may be told twice for a while. */
  #keepLaterPod(pods: Map<string, PodSummary>, pod: PodSummary): void {
    const key = `${pod.namespace}/${pod.name}`;
    const twin = pods.get(key);
    if (twin === undefined || this.#startOf(pod) > this.#startOf(twin)) pods.set(key, pod);
  }

  #startOf({ at }: SubjectSummary): number {
    return this.#figures[at + place.startedAt] ?? Number.NaN;
  }

  #pod(shape: Shape): PodSummary | undefined {
    this.#forgetNames(text.namespace, text.pod, text.uid);
    this.#containers = [];
    this.#volumes = [];
    const at = this.#reserve(figuresPerSubject);
    if (!this.#read(shape, at)) return undefined;
    this.#forgetUnmeasured(at + place.filesystem);
    const [namespace, name, uid] = [this.#name(text.namespace), this.#name(text.pod), this.#name(text.uid)];
    if (name === '' || namespace === '') return undefined;
    return { namespace, name, uid, at, containers: this.#containers, volumes: this.#volumes };
  }

  #readContainers(shape: Shape): readonly ContainerSummary[] {
    const containers: ContainerSummary[] = [];
    for (const container of this.#entries(mostContainers, () => this.#container(shape))) {
      // A container that was restarted may be told twice for a while.
      const at = containers.findIndex(({ name }) => name === container.name);
      const twin = containers[at];
      if (twin === undefined) containers.push(container);
      else if (this.#startOf(container) > this.#startOf(twin)) containers[at] = container;
    }
    return containers;
  }

  #container(shape: Shape): ContainerSummary | undefined {
    this.#forgetNames(text.container);
    this.#accelerators = noAccelerators;
    this.#custom = noCustom;
    const at = this.#reserve(figuresPerSubject);
    if (!this.#read(shape, at)) return undefined;
    this.#forgetUnmeasured(at + place.filesystem);
    this.#forgetUnmeasured(at + place.logs);
    const name = this.#name(text.container);
    return name === '' ? undefined : { name, at, accelerators: this.#accelerators, custom: this.#custom };
  }

  #volume(shape: Shape): VolumeSummary | undefined {
    this.#forgetNames(text.volume);
    const at = this.#reserve(figuresPerFilesystem);
    if (!this.#read(shape, at)) return undefined;
    this.#forgetUnmeasured(at);
    const name = this.#name(text.volume);
    return name === '' ? undefined : { name, at };
  }

  #accelerator(shape: Shape): AcceleratorSummary | undefined {
    this.#forgetNames(text.make, text.model, text.extra);
    const at = this.#reserve(figuresPerExtra);
    if (!this.#read(shape, at)) return undefined;
    return {
      make: this.#name(text.make),
      model: this.#name(text.model),
      id: this.#name(text.extra),
      memoryTotal: this.#figure(at + extraPlaces.memoryTotal),
      memoryUsed: this.#figure(at + extraPlaces.memoryUsed),
      dutyCycle: this.#figure(at + extraPlaces.dutyCycle),
    };
  }

  #customValue(shape: Shape): CustomValue | undefined {
    this.#forgetNames(text.extra, text.kind);
    const at = this.#reserve(figuresPerExtra);
    if (!this.#read(shape, at)) return undefined;
    const name = this.#name(text.extra);
    const value = this.#figure(at + extraPlaces.value);
    if (name === '' || Number.isNaN(value)) return undefined;
    const sampledAt = as<EpochMs>(this.#figure(at + extraPlaces.sampledAt));
    return { name, kind: this.#name(text.kind) || 'gauge', sampledAt, value };
  }

  /** The runtime has not looked yet at what a container that has just started wrote: its 0, of 1970, is none. */
  #forgetUnmeasured(filesystem: number): void {
    const sampledAt = this.#figure(filesystem + placesOfFilesystem.sampledAt);
    if (sampledAt > 0) return;
    if (sampledAt === 0) this.#figures[filesystem + placesOfFilesystem.used] = Number.NaN;
    this.#figures[filesystem + placesOfFilesystem.sampledAt] = Number.NaN;
  }

  #figure(at: number): number {
    return this.#figures[at] ?? Number.NaN;
  }

  #name(which: number): string {
    return this.#names[which] ?? '';
  }

  #forgetNames(...which: readonly number[]): void {
    for (const one of which) this.#names[one] = '';
  }

  /** Room for figures, of which none is known yet; returns where it begins. */
  #reserve(figures: number): number {
    const at = this.#used;
    this.#used += figures;
    if (this.#used > this.#figures.length) {
      const larger = new Float64Array(2 * this.#used);
      larger.set(this.#figures.subarray(0, at));
      this.#figures = larger;
    }
    this.#figures.fill(Number.NaN, at, this.#used);
    return at;
  }
}
