import type { ContainerLayout, NodeBatch } from '../../model/batch.ts';
import type { PodUsage, Sample } from '../../model/sample.ts';
import { as, type MonotonicMs } from '../../model/units.ts';
import { silentLogger } from '../../telemetry/logger.ts';
import { Storage } from '../storage.ts';

/** How often nodes are asked. */
export const periodMs = 15_000;

/** How far apart two samples may be that give a rate. */
export const windowMs = 300_000;

/** The nodes there may be. */
export const nodeNames = ['n1', 'n2', 'n3'];
/** The pods there may be, of one namespace. */
export const podNames = ['a', 'b', 'c', 'd', 'e', 'f'];
/** The containers that each may have. */
export const containerNames = ['x', 'y', 'z'];

interface Life {
  startedMs: number;
  nanocores: number;
  /** Of a life that a kubelet of no honesty pretends: subtracted from the counter. */
  lost: number;
}

interface Machine {
  clockMs: number;
  layout: ContainerLayout;
  lives: Life[];
  bootMs: number;
  /** Sent last, to be repeated now and then. */
  batch: NodeBatch | undefined;
}

/** What its kubelets are like. */
export interface ClusterOptions {
  readonly honest: boolean;
  /** Now and then an answer breaks off, or names everything twice. */
  readonly ragged?: boolean;
  /** Every other answer names other containers. */
  readonly restless?: boolean;
}

/** A small cluster whose truth is known: every life of a container burns its own constant rate. */
export class Cluster {
  readonly clock = { monotonic: (): MonotonicMs => as(this.#elapsedMs) };
  readonly storage = new Storage({ metricResolutionMs: periodMs, windowMs, clock: this.clock, log: silentLogger });
  #elapsedMs = 0;
  readonly #dice: (below: number) => number;
  readonly #honest: boolean;
  /** One in so many answers names others, in another order. */
  readonly #changes: number;
  readonly #ragged: boolean;
  readonly #machines = new Map<string, Machine>();
  readonly #rates = new Map<string, number[]>();
  /** True time of the newest sample of each container, whichever its life. */
  readonly #sampledMs = new Map<string, number>();

  constructor(seed: number, { honest, ragged = false, restless = false }: ClusterOptions) {
    this.#dice = dice(seed);
    this.#honest = honest;
    this.#ragged = ragged;
    this.#changes = restless ? 2 : 12;
  }

  get alive(): { readonly nodes: number; readonly pods: number } {
    const layouts = [...this.#machines.values()].map(({ layout }) => layout);
    const pods = new Set(layouts.flatMap((layout) => layout.pods)).size;
    return { nodes: layouts.length, pods };
  }

  ratesOf(pod: string, container: string): readonly number[] {
    return this.#rates.get(`${pod}/${container}`) ?? [];
  }

  answers(): PodUsage[] {
    return podNames
      .map((pod) => this.storage.podUsage({ namespace: 'ns', name: pod }))
      .filter((pod) => pod !== undefined);
  }

  /** Some time passes, then one kubelet answers, or a node goes. */
  step(): { readonly batch?: NodeBatch; readonly gone?: string } {
    const long = this.#chance(40);
    this.#elapsedMs += this.#dice(long ? 400_000 : 9_000);
    const node = nodeNames[this.#dice(nodeNames.length)] ?? '';
    if (!this.#honest && this.#chance(50)) {
      this.#machines.delete(node);
      return { gone: node };
    }
    return { batch: this.#answer(node, this.#machines.get(node) ?? this.#boot(node)) };
  }

  #answer(node: string, machine: Machine): NodeBatch {
    const repeats = machine.batch !== undefined && this.#chance(5);
    if (repeats && machine.batch) return machine.batch;
    if (this.#chance(this.#changes)) this.#reschedule(node, machine);
    for (const slot of machine.lives.keys()) if (this.#chance(25)) this.#restart(machine, slot);
    if (!this.#honest && this.#chance(60)) machine.clockMs += this.#dice(400_000) - 200_000;
    machine.batch = this.#batch(node, machine);
    if (!this.#ragged) return machine.batch;
    if (this.#chance(15)) return cutOff(machine.batch, this.#dice(machine.lives.length + 1));
    return this.#chance(15) ? stammering(machine.batch) : machine.batch;
  }

  #batch(node: string, { layout, lives, clockMs, bootMs }: Machine): NodeBatch {
    const now = this.#now;
    const moments = lives.map(({ startedMs }) => Math.max(startedMs, now - this.#dice(9) * 1_000));
    const cpu = lives.map(({ startedMs, nanocores, lost }, slot) =>
      Math.max(0, ((moments[slot] ?? 0) - startedMs) * 1e-3 * nanocores - lost),
    );
    if (!this.#honest) this.#spoil(cpu, moments, lives);
    for (const [slot, moment] of moments.entries()) this.#sampledMs.set(nameAt(layout, slot), moment);
    const unknownStart = !this.#honest && this.#chance(10);
    const nodeSample: Sample = { sampledAt: as(now + clockMs), cpu: as((now - bootMs) * 1e6), memory: as(5) };
    return {
      node,
      layout: this.#chance(3) ? structuredClone(layout) : layout,
      sampledAt: Float64Array.from(moments, (moment) => moment + clockMs),
      startedAt: Float64Array.from(lives, (life) => (unknownStart ? Number.NaN : (life.startedMs + clockMs) * 1e6)),
      cpu: Float64Array.from(cpu),
      memory: Float64Array.from(lives, ({ nanocores }) => nanocores % 1_000),
      swap: new Float64Array(lives.length).fill(Number.NaN),
      ...(this.#honest || !this.#chance(8) ? { nodeSample } : {}),
    };
  }

  #spoil(cpu: number[], moments: number[], lives: readonly Life[]): void {
    for (const [slot, life] of lives.entries()) {
      if (this.#chance(15)) cpu[slot] = Number.NaN;
      if (this.#chance(15)) cpu[slot] = -1;
      if (this.#chance(15)) moments[slot] = this.#now - this.#dice(100_000);
      if (this.#chance(30)) life.lost += (cpu[slot] ?? 0) / 2 || 0;
    }
  }

  #boot(node: string): Machine {
    const bootMs = this.#now - this.#dice(1e8);
    const layout = { namespaces: [], pods: [], containers: [] };
    const machine: Machine = { clockMs: 0, layout, lives: [], bootMs, batch: undefined };
    this.#machines.set(node, machine);
    this.#reschedule(node, machine);
    return machine;
  }

  /** Other containers in another order; those that stay keep their lives. Honest pods live on one node each. */
  #reschedule(node: string, machine: Machine): void {
    const before = new Map(machine.lives.map((life, slot) => [nameAt(machine.layout, slot), life]));
    const here = podNames.filter((_, index) => !this.#honest || index % nodeNames.length === nodeNames.indexOf(node));
    const slots = here
      .flatMap((pod) => containerNames.map((container) => ({ pod, container, order: this.#dice(1e6) })))
      .filter(({ order }) => order % 3 > 0)
      .sort((one, other) => one.order - other.order);
    machine.layout = {
      namespaces: slots.map(() => 'ns'),
      pods: slots.map(({ pod }) => pod),
      containers: slots.map(({ container }) => container),
    };
    machine.lives = slots.map((_, slot) => {
      const name = nameAt(machine.layout, slot);
      return before.get(name) ?? this.#life(name, this.#now - this.#dice(200_000));
    });
  }

  #restart(machine: Machine, slot: number): void {
    const sampled = machine.batch?.sampledAt[slot];
    const earliest = Math.max(sampled === undefined ? 0 : sampled - machine.clockMs, this.#now - 9_000);
    machine.lives[slot] = this.#life(nameAt(machine.layout, slot), Math.max(earliest, this.#now - this.#dice(9_000)));
  }

  /** Honest: a new life begins when the one before was sampled for the last time, or later. */
  #life(name: string, mayStartMs: number): Life {
    const startedMs = this.#honest ? Math.max(mayStartMs, this.#sampledMs.get(name) ?? 0) : mayStartMs;
    const nanocores = this.#dice(2e9);
    this.#rates.set(name, [...(this.#rates.get(name) ?? []), nanocores].slice(-20));
    return { startedMs, nanocores, lost: 0 };
  }

  /** True time; the clocks of machines may be off. */
  get #now(): number {
    return Date.UTC(2026, 10, 21, 12) + this.#elapsedMs;
  }

  #chance(oneIn: number): boolean {
    return this.#dice(oneIn) === 0;
  }
}

/** The beginning of an answer, of so many containers. */
const cutOff = (batch: NodeBatch, size: number): NodeBatch => ({
  ...withSlots(batch, [...batch.layout.pods.keys()].slice(0, size)),
  cutOff: true,
});

/** An answer that names each container a second time, with other numbers. */
function stammering(batch: NodeBatch): NodeBatch {
  const slots = [...batch.layout.pods.keys()];
  const { cpu, ...twice } = withSlots(batch, [...slots, ...slots]);
  return { ...twice, cpu: cpu.map((used, slot) => (slot < slots.length ? used : used + 1e9)) };
}

function withSlots(batch: NodeBatch, slots: readonly number[]): NodeBatch {
  const names = (all: readonly string[]): string[] => slots.map((slot) => all[slot] ?? '');
  const numbers = (all: Float64Array): Float64Array => Float64Array.from(slots, (slot) => all[slot] ?? Number.NaN);
  const { namespaces, pods, containers } = batch.layout;
  return {
    ...batch,
    layout: { namespaces: names(namespaces), pods: names(pods), containers: names(containers) },
    sampledAt: numbers(batch.sampledAt),
    startedAt: numbers(batch.startedAt),
    cpu: numbers(batch.cpu),
    memory: numbers(batch.memory),
    swap: numbers(batch.swap),
  };
}

/** What a container is called within its cluster. */
export const nameAt = ({ pods, containers }: ContainerLayout, slot: number): string =>
  `${pods[slot]}/${containers[slot]}`;

/** Small deterministic generator: a failing seed is a failing test you can keep. */
export function dice(seed: number): (below: number) => number {
  let state = Math.imul(seed, 2_654_435_761) >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
