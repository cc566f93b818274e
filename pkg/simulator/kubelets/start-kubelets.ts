import type { Socket } from 'node:net';
import type { Clock } from '../../lifecycle/clock.ts';
import type { EpochMs } from '../../model/units.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { loadRecording, type Recording } from '../replay/recording.ts';
import { recordingFolder } from '../replay/recording-folder.ts';
import { Replay } from '../replay/replay.ts';
import type { ClusterChange, ClusterShape, ContainerRef, NodeShape, PodRef, PodShape } from '../shape/cluster-shape.ts';
import { cadvisorText } from './cadvisor-answer.ts';
import type { KubeletFault } from './faults.ts';
import { skewed } from './inside-node.ts';
import { type KubeletSource, type Page, SimulatedKubelet } from './kubelet.ts';
import type { CertificateMake } from './kubelet-certificates.ts';
import { metricsContentType } from './metrics-answer.ts';
import { resourceMetricsText } from './resource-metrics.ts';
import type { AcceptToken, RunningKubelets, ServedSample, Subject, TrueUsage } from './running-kubelets.ts';
import { summaryText } from './summary-answer.ts';
import { type KeyPair, type TlsFront, TlsFronts } from './tls-fronts.ts';
import { NodeWorkload } from './workload.ts';

/** Which kubelets to start, with which certificates, and whose tokens they accept. */
export interface KubeletsOptions {
  readonly shape: ClusterShape;
  readonly clock: Clock;
  /** One for all kubelets, or one for each. Kubelets with equal certificates share what TLS costs. */
  readonly certificates: KeyPair | ((node: string) => KeyPair);
  /** Makes those of a fault; absent = such faults cannot be had. */
  readonly otherCertificate?: (node: string, make: CertificateMake) => Promise<KeyPair>;
  readonly acceptToken: AcceptToken;
  /** 127.0.0.1 when absent. */
  readonly bindAddress?: string;
  readonly log: Logger;
}

/** Starts one kubelet for each node of the shape; resolves when all of them listen. */
export async function startKubelets(options: KubeletsOptions): Promise<RunningKubelets> {
  const recording = options.shape.nodes.some(({ replay }) => replay)
    ? await loadRecording(recordingFolder())
    : undefined;
  await using opened = new AsyncDisposableStack();
  const kubelets = opened.use(new Kubelets(options, recording));
  await Promise.all(options.shape.nodes.map((node) => kubelets.addNode(node)));
  // All of them listen: from here on they are the caller's.
  opened.move();
  return kubelets;
}

/** One node: its kubelet, and either what runs on it or what was recorded. */
interface Member {
  readonly shape: NodeShape;
  readonly kubelet: SimulatedKubelet;
  readonly plays: NodeWorkload | Replay;
  /** Who speaks TLS for it; another one while its certificate is a fault. */
  readonly door: Door;
  /** Rings when the recording goes on to its next answer. */
  alarm?: Disposable;
}

interface Door {
  readonly usual: TlsFront;
  front: TlsFront;
}

class Kubelets implements RunningKubelets {
  readonly #options: KubeletsOptions;
  readonly #recording: Recording | undefined;
  readonly #fronts: TlsFronts;
  readonly #members = new Map<string, Member>();
  /** Where each simulated pod runs, by `podKey`. */
  readonly #homes = new Map<string, Member>();
  readonly #listeners = new Set<(change: ClusterChange) => void>();

  constructor(options: KubeletsOptions, recording: Recording | undefined) {
    this.#options = options;
    this.#recording = recording;
    this.#fronts = new TlsFronts(options.log);
  }

  shape(): ClusterShape {
    const nodes = [...this.#members.values()].map(({ shape, plays }) => ({ ...shape, pods: this.#podsOf(plays) }));
    return { seed: this.#options.shape.seed, nodes };
  }

  watch(listener: (change: ClusterChange) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  portOf(node: string): number {
    return this.#member(node).kubelet.port;
  }

  truth(subject: Subject, from: EpochMs, to: EpochMs): TrueUsage | undefined {
    if (subject.kind === 'node') {
      const { plays } = this.#member(subject.node);
      return plays instanceof Replay ? undefined : plays.truthOfNode(from, to);
    }
    const workload = this.#workloadOf(subject);
    return subject.kind === 'pod'
      ? workload?.truthOfPod(subject, from, to)
      : workload?.truthOfContainer(subject, from, to);
  }

  served(node: string, since?: EpochMs): readonly ServedSample[] {
    const now = this.#options.clock.now();
    return this.#member(node).plays.samples(since ?? now - 300_000, now);
  }

  async addNode(shape: NodeShape): Promise<void> {
    if (this.#members.has(shape.name)) throw new Error(`a node named ${shape.name} is there already`);
    const plays = this.#player(shape);
    const { clock, acceptToken, certificates, bindAddress = '127.0.0.1' } = this.#options;
    const front = this.#fronts.front(typeof certificates === 'function' ? certificates(shape.name) : certificates);
    const door: Door = { usual: front, front };
    const source = plays instanceof Replay ? plays : textOf(plays);
    const converse = (connection: Socket): void => door.front.converse(connection);
    const kubelet = new SimulatedKubelet({ source, clock, acceptToken, bindAddress, converse });
    await kubelet.reconcile();
    front.routes.set(kubelet.port, kubelet);
    const member: Member = { shape, kubelet, plays, door };
    this.#members.set(shape.name, member);
    if (plays instanceof Replay) this.#follow(member, plays);
    else for (const pod of shape.pods) this.#homes.set(podKey(pod.namespace, pod.name), member);
    this.#tell({ kind: 'node-added', node: shape });
  }

  async removeNode(node: string): Promise<void> {
    const member = this.#member(node);
    this.#members.delete(node);
    for (const { namespace, name } of this.#podsOf(member.plays)) this.#homes.delete(podKey(namespace, name));
    member.alarm?.[Symbol.dispose]();
    await member.kubelet[Symbol.asyncDispose]();
    this.#fronts.forget(member.kubelet.port);
    this.#tell({ kind: 'node-removed', node });
  }

  addPod(node: string, pod: PodShape): void {
    const member = this.#member(node);
    if (member.plays instanceof Replay) throw new Error(`node ${node} replays a recording: pods cannot be added to it`);
    const key = podKey(pod.namespace, pod.name);
    if (this.#homes.has(key)) throw new Error(`a pod ${key} is there already`);
    member.plays.addPod(pod, this.#options.clock.now());
    this.#homes.set(key, member);
    this.#tell({ kind: 'pod-added', node, pod });
  }

  removePod(pod: PodRef): void {
    const { namespace, pod: name } = pod;
    const home = this.#homes.get(podKey(namespace, name));
    if (home === undefined) throw new Error(`no pod ${namespace}/${name} to remove`);
    this.#workloadOf(pod)?.removePod(pod, this.#options.clock.now());
    this.#homes.delete(podKey(namespace, name));
    this.#tell({ kind: 'pod-removed', node: home.shape.name, pod: { namespace, pod: name } });
  }

  restartContainer(container: ContainerRef): void {
    this.#workloadOf(container)?.restartContainer(container, this.#options.clock.now());
  }

  async fault(node: string, fault: KubeletFault | undefined): Promise<void> {
    this.#options.log.info('Kubelet fault', { node, fault: fault?.kind ?? 'none' });
    const member = this.#member(node);
    await this.#showCertificate(member, fault?.kind === 'certificate' ? fault.make : undefined);
    await member.kubelet.setFault(fault);
  }

  /** From now on the kubelet shows its own certificate, or one of another make. */
  async #showCertificate({ shape, kubelet, door }: Member, make: CertificateMake | undefined): Promise<void> {
    const front = make === undefined ? door.usual : this.#fronts.front(await this.#otherCertificate(shape.name, make));
    if (front === door.front) return;
    front.routes.set(kubelet.port, kubelet);
    door.front = front;
    kubelet.hangUp();
  }

  #otherCertificate(node: string, make: CertificateMake): Promise<KeyPair> {
    const { otherCertificate } = this.#options;
    if (otherCertificate === undefined) throw new Error('these kubelets have no other certificates');
    return otherCertificate(node, make);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const members = [...this.#members.values()];
    this.#members.clear();
    for (const { alarm } of members) alarm?.[Symbol.dispose]();
    await Promise.all(members.map(({ kubelet }) => kubelet[Symbol.asyncDispose]()));
  }

  #player(shape: NodeShape): NodeWorkload | Replay {
    const now = this.#options.clock.now();
    if (!shape.replay) return new NodeWorkload(shape, this.#options.shape.seed, now);
    if (this.#recording === undefined)
      throw new Error(`node ${shape.name} replays, but no node of the shape did at the start`);
    return new Replay(shape.name, this.#recording, now);
  }

  /** Rings at each moment of the recording: the door opens or closes, and pods that came or went are told of. */
  #follow(member: Member, replay: Replay): void {
    const { clock, log } = this.#options;
    const now = clock.now();
    const before = replay.podsAt(now);
    member.alarm = clock.timer(replay.nextChangeAt(now) - now, () => {
      this.#tellOfPods(member.shape.name, before, replay.podsAt(clock.now()));
      member.kubelet
        .reconcile()
        .catch((error: unknown) => log.error('Kubelet cannot listen again', { node: member.shape.name, error }));
      this.#follow(member, replay);
    });
  }

  #tellOfPods(node: string, before: readonly PodShape[], after: readonly PodShape[]): void {
    const missingIn = (others: readonly PodShape[]) => (pod: PodShape) => !others.some((other) => samePod(other, pod));
    for (const { namespace, name } of before.filter(missingIn(after)))
      this.#tell({ kind: 'pod-removed', node, pod: { namespace, pod: name } });
    for (const pod of after.filter(missingIn(before))) this.#tell({ kind: 'pod-added', node, pod });
  }

  #tell(change: ClusterChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  #podsOf(plays: NodeWorkload | Replay): readonly PodShape[] {
    return plays instanceof Replay ? plays.podsAt(this.#options.clock.now()) : plays.pods;
  }

  #workloadOf(pod: PodRef): NodeWorkload | undefined {
    const plays = this.#homes.get(podKey(pod.namespace, pod.pod))?.plays;
    return plays instanceof NodeWorkload ? plays : undefined;
  }

  #member(node: string): Member {
    const member = this.#members.get(node);
    if (member === undefined) throw new Error(`no node named ${node} in the pretend cluster`);
    return member;
  }
}

const textOf = (workload: NodeWorkload): KubeletSource => ({
  listensAt: () => true,
  textAt: (now) => resourceMetricsText(workload.report(now)),
  pageAt: (path, now, skewMs) => pageOf(workload, path, { now, skewMs }),
});

function pageOf(
  workload: NodeWorkload,
  path: string,
  { now, skewMs }: { now: number; skewMs: number },
): Page | undefined {
  if (path === '/stats/summary')
    return { type: 'application/json', text: summaryText(skewed(workload.inside(now), skewMs), now + skewMs) };
  if (path === '/metrics/cadvisor')
    return { type: metricsContentType, text: cadvisorText(skewed(workload.inside(now), skewMs)) };
  return undefined;
}

const podKey = (namespace: string, name: string): string => `${namespace}/${name}`;

const samePod = (a: PodShape, b: PodShape): boolean => a.name === b.name && a.namespace === b.namespace;
