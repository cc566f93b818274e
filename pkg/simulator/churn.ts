import type { Clock } from '../lifecycle/clock.ts';
import type { RunningKubelets } from './kubelets/running-kubelets.ts';
import type { ClusterChange, PodShape } from './shape/cluster-shape.ts';
import { dice } from './shape/dice.ts';

/** How many of all pods are replaced in how long. */
export interface ChurnRate {
  /** Of one: 0.05 is 5 %. */
  readonly fraction: number;
  readonly perMs: number;
}

/** A cluster whose pods come and go. */
export interface ChurnOptions {
  readonly kubelets: RunningKubelets;
  readonly clock: Clock;
  readonly rate: ChurnRate;
  readonly seed: number;
}

/** Pods go a few at a time, as rollouts and jobs let them, not all at the end of a period. */
const stepMs = 100;

/** Deletes pods by chance and lets their owners make new ones on the same nodes, evenly over time, until `signal` aborts. */
export async function churn({ kubelets, clock, rate, seed }: ChurnOptions, signal: AbortSignal): Promise<void> {
  const pods = new PodUrn();
  const random = dice(`${seed}/churn`);
  using _changes = kubelets.watch((change) => pods.follow(change));
  for (const node of kubelets.shape().nodes) if (node.replay !== true) pods.follow({ kind: 'node-added', node });
  let owed = 0;
  let born = 0;
  for (let since = clock.monotonic(); !signal.aborted; ) {
    await clock.sleep(stepMs, signal);
    const now = clock.monotonic();
    owed += (pods.size * rate.fraction * (now - since)) / rate.perMs;
    since = now;
    for (; owed >= 1 && !signal.aborted; owed--) {
      const drawn = pods.draw(random());
      if (drawn === undefined) break;
      kubelets.removePod({ namespace: drawn.pod.namespace, pod: drawn.pod.name });
      kubelets.addPod(drawn.node, successor(drawn.pod, ++born));
    }
  }
}

/** Another pod of the same owner. */
function successor(pod: PodShape, number: number): PodShape {
  const stem = pod.owner === undefined ? pod.name.replace(/-x[0-9a-z]+$/, '') : pod.owner.name;
  return { ...pod, name: `${stem}-x${number.toString(36).padStart(4, '0')}`, startedAgoMs: 0 };
}

interface Placed {
  readonly node: string;
  readonly pod: PodShape;
}

/** The pods that are there, to draw one by chance in the same time however many there are. */
class PodUrn {
  readonly #pods: Placed[] = [];
  readonly #places = new Map<string, number>();

  get size(): number {
    return this.#pods.length;
  }

  /** `fraction` in [0, 1) decides. */
  draw(fraction: number): Placed | undefined {
    return this.#pods[Math.floor(fraction * this.#pods.length)];
  }

  follow(change: ClusterChange): void {
    switch (change.kind) {
      case 'node-added':
        for (const pod of change.node.pods) this.#put({ node: change.node.name, pod });
        return;
      case 'node-removed':
        for (const { node, pod } of [...this.#pods]) {
          if (node === change.node) this.#remove(keyOf(pod.namespace, pod.name));
        }
        return;
      case 'pod-added':
        return this.#put(change);
      case 'pod-removed':
        return this.#remove(keyOf(change.pod.namespace, change.pod.pod));
      default:
        change satisfies never;
    }
  }

  #put({ node, pod }: Placed): void {
    this.#places.set(keyOf(pod.namespace, pod.name), this.#pods.length);
    this.#pods.push({ node, pod });
  }

  /** The last one takes its place. */
  #remove(key: string): void {
    const place = this.#places.get(key);
    const last = this.#pods.pop();
    if (place === undefined || last === undefined) return;
    this.#places.delete(key);
    const lastKey = keyOf(last.pod.namespace, last.pod.name);
    if (lastKey === key) return;
    this.#pods[place] = last;
    this.#places.set(lastKey, place);
  }
}

const keyOf = (namespace: string, name: string): string => `${namespace}/${name}`;
