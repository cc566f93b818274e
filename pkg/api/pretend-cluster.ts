import type { Labels, NodeRecord, PodKey, PodRecord } from '../model/cluster.ts';
import type { ContainerUsage, PodUsage, Usage } from '../model/sample.ts';
import { as, type EpochMs } from '../model/units.ts';
import type { Absence } from './absence/absence.ts';
import type { Absences } from './absence/absences.ts';
import type { NodeLister, PodLister, UsageSource } from './source.ts';

const unexplained: Absence = { kind: 'unknown', text: 'nobody knows why' };

/** A cluster for tests: who is there and what they use, and how much of it was looked at. */
export class PretendCluster implements UsageSource {
  readonly #nodes = new Map<string, NodeRecord>();
  readonly #pods = new Map<string, PodRecord>();
  readonly #nodeUsage = new Map<string, Usage>();
  readonly #podUsage = new Map<string, PodUsage>();

  /** Objects that were drawn from a lister's list. */
  listed = 0;
  /** Questions for the usage of something. */
  asked = 0;

  /** Why something has no metrics, by name of the node or by key of the pod; what is not there has no reason. */
  readonly reasons = new Map<string, Absence>();

  readonly absences: Pick<Absences, 'ofNode' | 'ofPod' | 'ofRunningPod'> = {
    ofNode: ({ name }) => this.reasons.get(name) ?? unexplained,
    ofPod: async ({ namespace, name }) => this.reasons.get(`${namespace}/${name}`),
    ofRunningPod: ({ namespace, name }) => this.reasons.get(`${namespace}/${name}`) ?? unexplained,
  };

  /** Without `usage` the node exists and has no metrics. */
  addNode(name: string, labels: Labels, usage?: Usage): void {
    this.#nodes.set(name, { name, uid: `uid-${name}`, labels, addresses: [], kubeletPort: 10250, ready: true });
    if (usage !== undefined) this.#nodeUsage.set(name, usage);
  }

  /** Without `containers` the pod runs and has no metrics; the pod's time and window are its first container's. */
  addPod(key: string, labels: Labels, containers?: readonly ContainerUsage[]): void {
    const [namespace = '', name = ''] = key.split('/');
    this.#pods.set(key, { namespace, name, labels });
    if (containers === undefined) return;
    const { sampledAt = as<EpochMs>(0), windowNs = 0 } = containers[0]?.usage ?? {};
    this.#podUsage.set(key, { namespace, name, sampledAt, windowNs, containers });
  }

  removePod(key: string): void {
    this.#pods.delete(key);
    this.#podUsage.delete(key);
  }

  nodeUsage(name: string): Usage | undefined {
    this.asked++;
    return this.#nodeUsage.get(name);
  }

  podUsage({ namespace, name }: PodKey): PodUsage | undefined {
    this.asked++;
    return this.#podUsage.get(`${namespace}/${name}`);
  }

  readonly nodes: NodeLister = {
    get: (name) => this.#nodes.get(name),
    list: () => this.#drawn(this.#nodes, () => true),
  };

  readonly pods: PodLister = {
    get: (namespace, name) => this.#pods.get(`${namespace}/${name}`),
    list: (asked) => this.#drawn(this.#pods, ({ namespace }) => asked === undefined || namespace === asked),
  };

  /** What an API over this cluster is made of, but for clock and registry. */
  get parts() {
    return { usage: this, nodes: this.nodes, pods: this.pods, absences: this.absences };
  }

  *#drawn<T>(records: ReadonlyMap<string, T>, belongs: (record: T) => boolean): Iterable<T> {
    for (const key of [...records.keys()].sort()) {
      const record = records.get(key);
      if (record === undefined || !belongs(record)) continue;
      this.listed++;
      yield record;
    }
  }
}

/** A usage at `sampledAt` over `windowMs`. */
export function usageOf(amounts: Omit<Usage, 'sampledAt' | 'windowNs'>, sampledAt: number, windowMs: number): Usage {
  return { ...amounts, sampledAt: as<EpochMs>(sampledAt), windowNs: windowMs * 1e6 };
}
