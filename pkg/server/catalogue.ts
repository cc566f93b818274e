import type { ClusterFacts } from '../heapster/cluster-facts.ts';
import { Heapster } from '../heapster/heapster.ts';
import type { LegacyApi } from '../heapster/model-api/legacy-api.ts';
import type { ModelSource } from '../heapster/model-source.ts';
import { NamespaceCatalog } from '../kube/facts/namespace-catalog.ts';
import { NodeFactsCatalog } from '../kube/facts/node-facts-catalog.ts';
import { PodFactsCatalog } from '../kube/facts/pod-facts-catalog.ts';
import type { NodeCatalog } from '../kube/nodes.ts';
import type { PodCatalog } from '../kube/pods.ts';
import type { KeyMemory } from '../scraper/kubelet/trust/key-memory.ts';
import { collectorsOf } from './collectors.ts';
import { legacyServing } from './legacy-api.ts';
import type { Means } from './means.ts';

/** Every metric is remembered so long, and what a figure of the long history stands for. */
const shortMs = 15 * 60_000;
const longStepMs = 5 * 60_000;

/** The metric catalogue, at work while its loops run. */
export interface Catalogue {
  readonly model: ModelSource;
  readonly api: LegacyApi;
  readonly loops: readonly { run(signal: AbortSignal): Promise<void> }[];
}

/** What the catalogue is plugged into. */
export interface CatalogueSockets {
  readonly nodes: NodeCatalog;
  readonly pods: PodCatalog;
  readonly opened: AsyncDisposableStack;
  /** Who remembers the keys of kubelets; absent = nobody. */
  readonly pins: KeyMemory | undefined;
}

/** Plugs the catalogue together: kubelets' summaries and objects -> metric sets and history -> the model. */
export function catalogueOf(means: Means, sockets: CatalogueSockets): Catalogue | undefined {
  const config = means.config.catalogue;
  if (config === undefined) return undefined;
  const { connections, clock, registry } = means;
  const log = means.log.named('catalogue');
  const watching = { connection: connections.core, clock, log };
  const pods = new PodFactsCatalog(watching);
  const nodes = new NodeFactsCatalog(watching, config.hostIdAnnotation);
  const namespaces = new NamespaceCatalog(watching);
  const heapster = new Heapster({
    facts: factsFrom(pods, nodes, namespaces),
    labels: config.labels,
    spans: { periodMs: config.resolutionMs, shortMs, longStepMs, longMs: config.historyMs },
    budgetBytes: config.historyBudgetBytes,
    clock,
    log,
    registry,
  });
  sockets.opened.use(sockets.nodes.onChange(({ kind, node }) => kind === 'removed' && heapster.removeNode(node.name)));
  const collectors = collectorsOf(config, means, { ...sockets, heapster });
  const { model } = heapster;
  const legacy = legacyServing(config, { model, nodes: sockets.nodes, pods: sockets.pods }, means);
  return { model, api: legacy.api, loops: [pods, nodes, namespaces, ...collectors, ...legacy.loops] };
}

function factsFrom(pods: PodFactsCatalog, nodes: NodeFactsCatalog, namespaces: NamespaceCatalog): ClusterFacts {
  return {
    podsOn: (node) => pods.onNode(node),
    pod: (namespace, name) => pods.get(namespace, name),
    node: (name) => nodes.get(name),
    namespaceUid: (namespace) => namespaces.uidOf(namespace),
  };
}
