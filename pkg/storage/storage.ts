import type { Clock } from '../lifecycle/clock.ts';
import type { NodeBatch } from '../model/batch.ts';
import type { PodKey } from '../model/cluster.ts';
import { podReading } from '../model/pod-reading.ts';
import type { PodUsage, Usage } from '../model/sample.ts';
import type { Registry } from '../telemetry/exposition.ts';
import type { Counter } from '../telemetry/instruments.ts';
import type { Logger } from '../telemetry/logger.ts';
import { RuleTally, registerInstruments } from './instruments.ts';
import { NodeWindow, type RuleListener } from './node-window.ts';
import { PodIndex } from './rows/pod-index.ts';
import { PodRows } from './rows/pod-rows.ts';
import { believed } from './rows/sighting.ts';
import type { Hindrance } from './rules/hindrance.ts';
import { type Limits, limitsOf } from './rules/limits.ts';
import type { Rule } from './rules/rule.ts';
import { type Subject, subjectOf } from './subject.ts';

/** What storage needs. */
export interface StorageOptions {
  /** One scrape period. */
  readonly metricResolutionMs: number;
  /** For how long a sample is a baseline at least, five minutes unless said. */
  readonly windowMs?: number;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly registry?: Registry;
  readonly log: Logger;
  /** Told of every sample which rule fitted it, for tests and tracing; without container it is the node itself. */
  readonly witness?: (rule: Rule, subject: Subject) => void;
}

/** A pod that some kubelet spoke of. */
export interface PodSighting {
  readonly node: string;
  /** Why it is not published; absent when it is. */
  readonly hindrance?: Hindrance;
  /** The first container that is not. */
  readonly container?: string;
}

/** The recent past of every node and container, in memory that is bounded by what is alive. */
export class Storage {
  readonly #limits: Limits;
  readonly #clock: StorageOptions['clock'];
  readonly #log: Logger;
  readonly #witness: StorageOptions['witness'];
  readonly #samples: Counter | undefined;
  readonly #tally = new RuleTally();
  readonly #count: RuleListener = (rule) => this.#tally.count(rule);
  readonly #windows = new Map<string, NodeWindow>();
  readonly #pods = new PodIndex();
  readonly #partial = new WeakSet<NodeWindow>();
  readonly #warnedAt = new WeakMap<NodeWindow, number>();
  #sweptAt = 0;

  constructor({ metricResolutionMs, windowMs = 300_000, ...parts }: StorageOptions) {
    const { clock, registry, log, witness } = parts;
    this.#limits = limitsOf(metricResolutionMs, windowMs);
    this.#clock = clock;
    this.#log = log;
    this.#witness = witness;
    this.#samples = registry && registerInstruments(registry, this);
  }

  /** Takes in what one kubelet answered. Settled = none of its containers, nor the node, waits for its first value. */
  store(batch: NodeBatch): { readonly settled: boolean } {
    const now = this.#clock.monotonic();
    this.#sweep(now);
    const window = this.#windowOf(batch.node);
    const heard = this.#listener(batch);
    const partial = window.isPart(batch, now);
    if (partial) window.storePart(batch, now, heard);
    const settled = !partial && window.store(batch, now, heard);
    this.#reportPart(window, batch, partial);
    this.#reportClock(window, now);
    this.#tally.empty(this.#samples);
    return { settled };
  }

  /** Drops everything about a node that is no more. */
  forgetNode(name: string): void {
    const window = this.#windows.get(name);
    if (window === undefined) return;
    window.rows.forget();
    this.#windows.delete(name);
  }

  /** What a node used; nothing when it is unknown, or silent for too long. */
  nodeUsage(name: string): Usage | undefined {
    return this.#windows.get(name)?.nodeUsage(this.#clock.monotonic());
  }

  /** Whether `nodeUsage` would give something. */
  servesNode(name: string): boolean {
    return this.#windows.get(name)?.servesNode(this.#clock.monotonic()) ?? false;
  }

  /** What a pod used, whole or not at all; `into` is what it is read into, and given back. */
  podUsage(pod: PodKey, into = podReading()): PodUsage | undefined {
    const now = this.#clock.monotonic();
    if (this.#rowsOf(pod, now)?.read(now, into) !== true) return undefined;
    into.namespace = pod.namespace;
    into.name = pod.name;
    return into;
  }

  /** Whether `podUsage` would give something, at a fraction of its cost. */
  servesPod(pod: PodKey): boolean {
    const now = this.#clock.monotonic();
    return this.#rowsOf(pod, now)?.isServed(now) ?? false;
  }

  /** Where a pod was last seen, and what keeps it from being published; undefined for one no kubelet spoke of lately. */
  sightingOf(namespace: string, name: string): PodSighting | undefined {
    const now = this.#clock.monotonic();
    const rows = this.#rowsOf({ namespace, name }, now);
    return rows && { node: rows.node.window.name, ...rows.hindrance(now) };
  }

  /** What keeps a node from being published; undefined when nothing does, or nothing was ever heard of it. */
  nodeHindrance(name: string): Hindrance | undefined {
    return this.#windows.get(name)?.nodeHindrance(this.#clock.monotonic());
  }

  /** Whether there is at least one node, and at least one container, to answer for. */
  get ready(): { readonly nodes: boolean; readonly pods: boolean } {
    const now = this.#clock.monotonic();
    return {
      nodes: this.#windows.values().some((window) => window.servesNode(now)),
      pods: this.#windows.values().some((window) => window.servedContainers(now) > 0),
    };
  }

  /** How many nodes and containers have a value to serve. */
  points(): { readonly nodes: number; readonly containers: number } {
    const now = this.#clock.monotonic();
    let nodes = 0;
    let containers = 0;
    for (const window of this.#windows.values()) {
      nodes += window.servesNode(now) ? 1 : 0;
      containers += window.servedContainers(now);
    }
    return { nodes, containers };
  }

  /** Bytes of samples, names excluded. */
  get bytes(): number {
    return this.#windows.values().reduce((sum, window) => sum + window.rows.bytes, 0);
  }

  /** How much is remembered, useful or not: what a leak would show in. */
  get size(): { readonly nodes: number; readonly namespaces: number; readonly pods: number } {
    return { nodes: this.#windows.size, ...this.#pods.size };
  }

  #windowOf(node: string): NodeWindow {
    let window = this.#windows.get(node);
    if (window === undefined) {
      window = new NodeWindow(node, this.#limits, this.#pods);
      this.#windows.set(node, window);
    }
    return window;
  }

  /** Once a period, forgets nodes silent for so long that nothing of them is of use. */
  #sweep(now: number): void {
    if (now - this.#sweptAt < this.#limits.periodMs) return;
    this.#sweptAt = now;
    for (const { name, heardAt } of this.#windows.values()) {
      if (now - heardAt > this.#limits.baselineMs) this.forgetNode(name);
    }
  }

  /**
   * Where to read a pod. Remembered where it is in one place only, for as long as the index says so: most of what a long
   * list costs is going after memory that lies apart, and names take more of it than rows.
   */
  #rowsOf(pod: PodKey, now: number): PodRows | undefined {
    const { place } = pod;
    if (place instanceof PodRows && place.soleIn === this.#pods) return place;
    const found = this.#pods.find(pod.namespace, pod.name);
    const isOne = found === undefined || found instanceof PodRows;
    pod.place = isOne ? found : undefined;
    return isOne ? found : believed(found, now - this.#limits.serveMs);
  }

  #listener(batch: NodeBatch): RuleListener {
    const witness = this.#witness;
    if (witness === undefined) return this.#count;
    return (rule, slot) => {
      this.#count(rule, slot);
      witness(rule, subjectOf(batch, slot));
    };
  }

  /** A line when it begins and a line when it is over, which only an answer tells that has an end and names somebody. */
  #reportPart(window: NodeWindow, { node, layout, cutOff = false }: NodeBatch, partial: boolean): void {
    if (partial === this.#partial.has(window)) return;
    if (partial) {
      this.#partial.add(window);
      this.#log.warn('Kubelet answers without containers it named before, their last values stay for three periods', {
        node,
      });
    } else if (!cutOff && layout.containers.length > 0) {
      this.#partial.delete(window);
      this.#log.info('Kubelet names all its containers again', { node });
    }
  }

  /** Once per node and window at most: a confused kubelet must not fill the log. */
  #reportClock(window: NodeWindow, now: number): void {
    const samples = this.#tally.of('clock-jumped') + this.#tally.of('clock-set-back');
    const warnedAt = this.#warnedAt.get(window) ?? Number.NEGATIVE_INFINITY;
    if (samples === 0 || now - warnedAt < this.#limits.baselineMs) return;
    this.#warnedAt.set(window, now);
    this.#log.warn('Sample times jumped: the clock of the node was set, or its kubelet is confused; rates start anew', {
      node: window.name,
      samples,
    });
  }
}
