import type { Kubectl } from './kubectl.ts';

/** What was truly used within a span: mean cores, and the working set at its end. Absent where it is not known. */
export interface Truth {
  readonly cpuCores?: number;
  readonly memoryBytes?: number;
}

/** What the simulator knows to be true. */
export interface TruthReport {
  readonly nodes: readonly (Truth & { readonly name: string; readonly replay: boolean })[];
  readonly pods: readonly (Truth & {
    readonly namespace: string;
    readonly name: string;
    readonly containers: readonly (Truth & { readonly name: string })[];
  })[];
}

/** One sample as a kubelet served it; namespace, pod and container are absent for the node's own. */
export interface RawSample {
  readonly namespace?: string;
  readonly pod?: string;
  readonly container?: string;
  /** Epoch milliseconds. */
  readonly sampledAt: number;
  /** Epoch nanoseconds, a double. */
  readonly startedAt?: number;
  /** Core-nanoseconds since the start. */
  readonly cpu: number;
  /** Bytes. */
  readonly memory: number;
}

/** The simulator's own API: what is true, and what shall go wrong. */
export class Control {
  readonly #admin: Kubectl;

  constructor(admin: Kubectl) {
    this.#admin = admin;
  }

  /** What was used between two moments (epoch milliseconds). */
  async truth(from: number, to: number): Promise<TruthReport> {
    return (await this.#admin.read(`/simulator/truth?from=${from}&to=${to}`)) as TruthReport;
  }

  /** The samples of a node and its containers over the last minutes, oldest first within each. */
  async samples(node: string): Promise<readonly RawSample[]> {
    const { samples } = (await this.#admin.read(`/simulator/samples/${node}`)) as { samples: RawSample[] };
    return samples;
  }

  /** From now on the node's kubelet misbehaves so; null heals it. */
  fault(node: string, fault: { readonly kind: string; readonly make?: string } | null): Promise<void> {
    return this.#admin.post('/simulator/faults', { node, fault });
  }

  /** The kube-apiserver goes away for so long, from a moment after the answer. */
  outage(seconds: number): Promise<void> {
    return this.#admin.post('/simulator/apiserver', { action: 'down', forMs: seconds * 1000 });
  }

  /** From now on the Service of the server has this endpoint, as when a replica becomes Ready and another leaves. */
  pointAt(port: number): Promise<void> {
    return this.#admin.post('/simulator/metrics-server', { host: '127.0.0.1', port });
  }

  addPod(node: string, pod: object): Promise<void> {
    return this.#admin.post('/simulator/pods', { node, pod });
  }

  removePod(namespace: string, name: string): Promise<void> {
    return this.#admin.remove(`/simulator/pods/${namespace}/${name}`);
  }

  addNode(node: { readonly name: string }): Promise<void> {
    return this.#admin.post('/simulator/nodes', node);
  }

  removeNode(name: string): Promise<void> {
    return this.#admin.remove(`/simulator/nodes/${name}`);
  }
}
