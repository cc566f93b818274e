import type { ClusterFacts } from '../../heapster/cluster-facts.ts';
import { Heapster } from '../../heapster/heapster.ts';
import type { LegacyApi } from '../../heapster/model-api/legacy-api.ts';
import type { ModelSource } from '../../heapster/model-source.ts';
import { NamespaceCatalog } from '../../kube/facts/namespace-catalog.ts';
import { NodeFactsCatalog } from '../../kube/facts/node-facts-catalog.ts';
import { PodFactsCatalog } from '../../kube/facts/pod-facts-catalog.ts';
import type { NodeCatalog } from '../../kube/nodes.ts';
import type { PodCatalog } from '../../kube/pods.ts';
import type { KubeletClient } from '../../scraper/kubelet/kubelet-client.ts';
import type { Scraper } from '../../scraper/scraper.ts';
import type { CatalogueConfig } from '../config.ts';
import type { Means } from '../means.ts';
import { collectorsOf } from './collectors.ts';
import { legacyServing } from './legacy-api.ts';

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
  readonly client: KubeletClient;
  readonly scraper: Scraper;
}

/** The catalogue before it is plugged in. */
export interface PlannedCatalogue {
  /** What it wants to know of objects; it waits for whoever watches them to feed it. */
  readonly reads: ObjectFacts;
  /** How many ask kubelets at a time, the scraper included. */
  readonly askers: number;
  plug(sockets: CatalogueSockets): Catalogue;
}

interface ObjectFacts {
  readonly nodes: NodeFactsCatalog;
  readonly pods: PodFactsCatalog;
}

/** Plans the catalogue: kubelets' summaries and objects -> metric sets and history -> the model. */
export function planCatalogue(means: Means): PlannedCatalogue | undefined {
  const config = means.config.catalogue;
  if (config === undefined) return undefined;
  const reads = { nodes: new NodeFactsCatalog(config.hostIdAnnotation), pods: new PodFactsCatalog() };
  const askers = config.cadvisor === undefined ? 2 : 3;
  return { reads, askers, plug: (sockets) => plug({ config, means, reads }, sockets) };
}

interface Plan {
  readonly config: CatalogueConfig;
  readonly means: Means;
  readonly reads: ObjectFacts;
}

function plug({ config, means, reads }: Plan, sockets: CatalogueSockets): Catalogue {
  const { connections, clock, registry } = means;
  const log = means.log.named('catalogue');
  const namespaces = new NamespaceCatalog({ connection: connections.core, clock, log });
  const heapster = new Heapster({
    facts: factsFrom(reads, namespaces),
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
  return { model, api: legacy.api, loops: [namespaces, ...collectors, ...legacy.loops] };
}

function factsFrom({ nodes, pods }: ObjectFacts, namespaces: NamespaceCatalog): ClusterFacts {
  return {
    podsOn: (node) => pods.onNode(node),
    pod: (namespace, name) => pods.get(namespace, name),
    node: (name) => nodes.get(name),
    namespaceUid: (namespace) => namespaces.uidOf(namespace),
  };
}
