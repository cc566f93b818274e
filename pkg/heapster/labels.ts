import type { Labels } from '../model/cluster.ts';
import type { NodeFacts, PodFacts } from '../model/pod-facts.ts';
import type { ClusterFacts } from './cluster-facts.ts';
import type { Entity } from './entity.ts';

/** How labels of objects become labels of metrics. */
export interface LabelOptions {
  /** Between the pairs of the label `labels`. */
  readonly separator: string;
  /** Names of object labels that are left out of it. */
  readonly ignored: readonly string[];
  /** Object labels that become labels of their own besides, by the names they get. */
  readonly stored: Readonly<Record<string, string>>;
  /** Pods and containers bear `pod_namespace` too, as before Heapster 1.3.1. */
  readonly podNamespace: boolean;
}

/** What Heapster did unless told otherwise. */
export const defaultLabelOptions: LabelOptions = { separator: ',', ignored: [], stored: {}, podNamespace: false };

/** What the store knows of an entity and objects may not know any more. */
export interface KnownOf {
  /** The node that told of it last. */
  readonly node?: string;
  /** The UID of the pod as its kubelet calls it. */
  readonly uid?: string;
}

/** Makes Heapster's labels for entities. */
export class Labeler {
  readonly #facts: ClusterFacts;
  readonly #options: LabelOptions;

  constructor(facts: ClusterFacts, options: LabelOptions) {
    this.#facts = facts;
    this.#options = options;
  }

  /** The labels of an entity, `type` first. What nobody knows is left out. */
  labelsOf(entity: Entity, known: KnownOf): Labels {
    const labels: Record<string, string | undefined> = { type: entity.type, ...this.#own(entity, known) };
    return Object.fromEntries(Object.entries(labels).filter((pair): pair is [string, string] => pair[1] !== undefined));
  }

  #own(entity: Entity, known: KnownOf): Record<string, string | undefined> {
    switch (entity.type) {
      case 'cluster':
        return {};
      case 'ns':
        return this.#ofNamespace(entity.namespace);
      case 'node':
        return this.#ofNode(entity.node);
      case 'sys_container':
        return { ...this.#place(entity.node), container_name: entity.container };
      case 'pod':
        return this.#ofPod(entity.namespace, entity.pod, known);
      case 'pod_container': {
        const pod = this.#facts.pod(entity.namespace, entity.pod);
        const image = pod?.shape.containers.find(({ name }) => name === entity.container)?.image;
        const own = { container_name: entity.container, container_base_image: image };
        return { ...this.#ofPod(entity.namespace, entity.pod, known), ...own };
      }
      default:
        return entity satisfies never;
    }
  }

  #ofNamespace(namespace: string): Record<string, string | undefined> {
    return { namespace_name: namespace, namespace_id: this.#facts.namespaceUid(namespace) };
  }

  #ofNode(node: string): Record<string, string | undefined> {
    const facts = this.#facts.node(node);
    const schedulable = facts && String(facts.schedulable);
    return { ...this.#place(node, facts), schedulable, ...this.#ofObject(facts) };
  }

  #ofPod(namespace: string, pod: string, known: KnownOf): Record<string, string | undefined> {
    const facts = this.#facts.pod(namespace, pod);
    const node = facts?.node ?? known.node;
    return {
      ...this.#ofNamespace(namespace),
      ...(this.#options.podNamespace && { pod_namespace: namespace }),
      pod_name: pod,
      pod_id: facts?.uid ?? known.uid,
      ...(node !== undefined && this.#place(node)),
      ...this.#ofObject(facts),
    };
  }

  #place(node: string, facts = this.#facts.node(node)): Record<string, string | undefined> {
    return { nodename: node, hostname: facts?.hostname ?? node, host_id: facts?.hostId };
  }

  #ofObject(facts: PodFacts | NodeFacts | undefined): Record<string, string | undefined> {
    if (facts === undefined) return {};
    const { stored } = this.#options;
    const own = Object.entries(stored).map(([name, label]) => [name, facts.labels[label]] as const);
    return { labels: joined(facts.labels, this.#options), ...Object.fromEntries(own) };
  }
}

/** `name:value` pairs, sorted; an empty text where there are none. */
function joined(labels: Labels, { separator, ignored }: LabelOptions): string {
  return Object.entries(labels)
    .filter(([name]) => !ignored.includes(name))
    .map(([name, value]) => `${name}:${value}`)
    .sort()
    .join(separator);
}
