import type { Clock } from '../../lifecycle/clock.ts';
import type { KubeletTarget } from '../kubelet/address.ts';
import type { KubeletAnswer, KubeletClient } from '../kubelet/kubelet-client.ts';

/** One request that was made. */
export interface Asked {
  readonly node: string;
  readonly host: string;
  readonly path: string;
  /** By the clock that never jumps. */
  readonly at: number;
}

/** How a fake kubelet behaves. */
export interface Behaviour {
  readonly takesMs?: number;
  /** Absent = it gives usage. */
  readonly answer?: KubeletAnswer;
  /** When its one container was sampled; absent = at the moment of asking. */
  readonly sampledAt?: () => number;
}

/** Kubelets that answer as a test says, in wound time. */
export class FakeKubelets implements KubeletClient {
  readonly asked: Asked[] = [];
  readonly forgotten: string[] = [];
  readonly #clock: Clock;
  readonly #behaviours = new Map<string, Behaviour>();
  readonly #paths = new Map<string, KubeletAnswer>();
  readonly #hosts = new Map<string, KubeletAnswer>();
  readonly #inFlight = new Map<string, number>();
  /** The most requests that were in flight to one node at one time. */
  mostPerNode = 0;
  /** The most requests that were in flight to all. */
  mostAtOnce = 0;
  /** How many bodies nobody has given back. */
  lent = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  behave(node: string, behaviour: Behaviour): void {
    this.#behaviours.set(node, behaviour);
  }

  /** Whoever asks for another path than that of resource metrics gets this answer, whichever node it is. */
  behaveOn(path: string, answer: KubeletAnswer): void {
    this.#paths.set(path, answer);
  }

  /** Whoever asks at this host gets this answer, whichever node it is. */
  behaveAt(host: string, answer: KubeletAnswer): void {
    this.#hosts.set(host, answer);
  }

  /** How many requests are in flight. */
  get inFlight(): number {
    return [...this.#inFlight.values()].reduce((sum, count) => sum + count, 0);
  }

  /** When this node was asked. */
  askedAt(node: string): number[] {
    return this.asked.filter((asked) => asked.node === node).map(({ at }) => at);
  }

  async read({ node, host, path }: KubeletTarget, signal: AbortSignal): Promise<KubeletAnswer> {
    const { takesMs = 0, answer, sampledAt } = this.#behaviours.get(node) ?? {};
    this.asked.push({ node, host, path, at: this.#clock.monotonic() });
    this.#count(node, +1);
    await this.#clock.sleep(takesMs, signal);
    this.#count(node, -1);
    if (signal.aborted) return { kind: 'timed-out' };
    const given = this.#paths.get(path) ?? this.#hosts.get(host) ?? answer;
    return this.#lend(given ?? { kind: 'ok', body: usageBody(Math.trunc(sampledAt?.() ?? this.#clock.now())) });
  }

  /** Whoever looks at a body that was given back finds something else in it. */
  #lend(answer: KubeletAnswer): KubeletAnswer {
    if (answer.kind !== 'ok') return answer;
    const body = Buffer.from(answer.body);
    this.lent++;
    const release = (): void => {
      this.lent--;
      body.fill('?');
    };
    return { ...answer, body, release };
  }

  forget(node: string): void {
    this.forgotten.push(node);
  }

  #count(node: string, by: number): void {
    this.#inFlight.set(node, (this.#inFlight.get(node) ?? 0) + by);
    this.mostPerNode = Math.max(this.mostPerNode, this.#inFlight.get(node) ?? 0);
    this.mostAtOnce = Math.max(this.mostAtOnce, this.inFlight);
  }
}

function usageBody(sampledAt: number): Buffer {
  const labels = '{container="c",namespace="ns1",pod="pod1"}';
  return Buffer.from(
    [
      `container_cpu_usage_seconds_total${labels} 1 ${sampledAt}`,
      `container_memory_working_set_bytes${labels} 1024 ${sampledAt}`,
      `node_cpu_usage_seconds_total 1 ${sampledAt}`,
      `node_memory_working_set_bytes 1024 ${sampledAt}`,
      '',
    ].join('\n'),
  );
}
