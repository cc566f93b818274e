import { randomInt, randomUUID } from 'node:crypto';
import { metricsApi } from '../api/group.ts';
import { ApiServer } from '../apiserver/api-server.ts';
import { loadNamedCertificates } from '../apiserver/certificates/named-certificates.ts';
import { loadServingCertificate } from '../apiserver/certificates/serving-certificate.ts';
import { RestClientInstruments } from '../kube/instruments/rest-client-instruments.ts';
import type { NodeCatalog, NodeChange } from '../kube/nodes.ts';
import type { KubeletClient } from '../scraper/kubelet/kubelet-client.ts';
import { Scraper } from '../scraper/scraper.ts';
import { Storage } from '../storage/storage.ts';
import { Registry } from '../telemetry/exposition.ts';
import { auditOf, openAudit } from './audit.ts';
import { callersOf } from './callers.ts';
import { catalogsOf } from './catalogs.ts';
import type { PlannedCatalogue } from './catalogue/catalogue.ts';
import type { Config } from './config.ts';
import { openConnections } from './connections.ts';
import { debugRoutes } from './debug-routes.ts';
import { degradationOf } from './degradation/degradation.ts';
import { sharedClientOf } from './kubelet-client.ts';
import type { Means } from './means.ts';
import { nodeProxy } from './node-proxy.ts';
import { ownMetrics } from './own-metrics.ts';
import { probesOf } from './probes.ts';
import { Server } from './server.ts';
import { serverAddress } from './server-address.ts';
import { servingOf } from './serving.ts';
import type { Surroundings } from './surroundings.ts';
import { kubeletPins } from './trust/kubelet-pins.ts';
import { openNamedFiles } from './trust/named-files.ts';
import { versionInfo } from './version-info.ts';

/** A server ready to run, which closes what it opened; or everything that is wrong with the files it was given. */
export type Assembled =
  | { readonly kind: 'assembled'; readonly server: Server }
  | { readonly kind: 'failed'; readonly problems: readonly string[] };

/** Opens what the configuration names and plugs the rooms together. Nothing runs yet when it returns, and nothing was sent. */
export async function assemble(config: Config, surroundings: Surroundings): Promise<Assembled> {
  const { clock, log } = surroundings;
  const registry = new Registry();
  const observer = new RestClientInstruments(registry, clock);
  await using opened = new AsyncDisposableStack();
  // Side by side: files are read while the library that reads kubeconfigs is loaded.
  const [loading, naming, connecting, reading, auditing] = await Promise.all([
    loadServingCertificate({ ...config.serving, clock, log: log.named('serving') }),
    loadNamedCertificates(config.serving.tls.sniCertKeys, { clock, log: log.named('serving') }),
    openConnections(config, { ...surroundings, observer }, opened),
    openNamedFiles(config, surroundings),
    openAudit(config, surroundings, opened),
  ]);
  const problems = [
    ...(connecting.kind === 'failed' ? connecting.problems : []),
    ...(reading.kind === 'failed' ? reading.problems : []),
    ...(loading.kind === 'failed' ? [loading.message] : []),
    ...(naming.kind === 'failed' ? naming.problems : []),
    ...(auditing.kind === 'failed' ? auditing.problems : []),
  ];
  if (connecting.kind === 'failed' || reading.kind === 'failed' || loading.kind === 'failed')
    return { kind: 'failed', problems };
  if (auditing.kind === 'failed' || naming.kind === 'failed') return { kind: 'failed', problems };

  const means = {
    ...surroundings,
    config,
    registry,
    connections: connecting.connections,
    files: reading.files,
    certificate: loading.certificate,
    namedCertificates: naming.certificates,
    audit: auditing.audit,
  };
  return { kind: 'assembled', server: build(means, opened, await plannedCatalogue(means)) };
}

/**
 * What nobody wants is not even loaded. On its own, because TypeScript 6.0 leaves the import's extension as it is where a
 * function has `using` declarations.
 */
async function plannedCatalogue(means: Means): Promise<PlannedCatalogue | undefined> {
  return means.config.catalogue && (await import('./catalogue/catalogue.ts')).planCatalogue(means);
}

/** The wiring diagram: kubelets -> scraper -> storage -> API, beside the catalogs that say what there is. */
function build(means: Means, opened: AsyncDisposableStack, plan?: PlannedCatalogue): Server {
  const { config, clock, log, files, registry } = means;
  const { metricResolutionMs } = config;
  const stopping = new AbortController();

  const { nodes, pods, authentication } = catalogsOf(means, plan?.reads);
  const storage = new Storage({ metricResolutionMs, clock, registry, log: log.named('storage') });
  const pins = kubeletPins(means, nodes);
  const client = sharedClientOf(means, { pins: pins.memory, opened, plan });
  const scraper = scraperOf(means, { nodes, storage, client });
  opened.use(nodes.onChange((change) => isGone(change) && storage.forgetNode(change.node.name)));

  const catalogue = plan?.plug({ nodes, pods, opened, client, scraper });
  const degradation = degradationOf({ nodes, pods, storage, scraper }, means);
  const sources = { usage: storage, nodes, pods, nodeSelector: config.kubelet.nodeSelector, ...degradation.ofApi };
  const groups = metricsApi({ ...sources, clock, registry }, config.apiVersions);
  const version = versionInfo(means.release);
  const own = ownMetrics({ registry, groups, clock, version });
  const { auditor, flush } = auditOf(means.audit, registry, means);
  const serving = servingOf(means, () => own.handshakeFailures.add());
  const probed = { storage, nodes, pods, authentication, scraper, stopping: stopping.signal };
  const probing = { metricResolutionMs, clock, livezGraceMs: config.generic.livezGraceMs };
  const degraded = () => [degradation, serving, pins].flatMap((one) => one.notes());
  const more = [...pins.loops, ...degradation.loops, ...(catalogue?.loops ?? []), own.lag, ...Object.values(files)];
  const api = new ApiServer({
    groups,
    ...serving.ofApi,
    ...own.counted(callersOf({ ...means, ...own.callerMeans(means.connections) }, authentication)),
    observer: own.observer,
    timing: { clock, requestTimeoutMs: config.generic.requestTimeoutMs },
    more: [...debugRoutes(config.features, means), ...(catalogue?.api.routes ?? [])],
    nonResourceRoots: catalogue?.api.roots ?? [],
    ...(auditor && { auditor }),
    health: { ...probesOf(probed, probing), degraded },
    expose: () => registry.chunks(),
    version,
    statusz: { clock, startedAtMs: clock.now() },
    openapi: { title: 'Kubernetes metrics-server', clock, ...(catalogue && { more: catalogue.api }) },
    newId: randomUUID,
    serverAddress: serverAddress(config),
    log: log.named('apiserver'),
  });
  return new Server({
    api,
    ...serving.ofServer,
    loops: [nodes, pods, authentication, scraper, ...more],
    afterServing: flush,
    stopping,
    log: log.named('server'),
    opened: opened.move(),
  });
}

const isGone = ({ kind, node }: NodeChange): boolean => kind === 'removed' || node.leaving !== undefined;

interface ScraperNeeds {
  readonly nodes: NodeCatalog;
  readonly storage: Storage;
  readonly client: KubeletClient;
}

function scraperOf(means: Means, { nodes, storage, client }: ScraperNeeds): Scraper {
  const { config, clock, log, connections, registry } = means;
  return new Scraper({
    targets: nodes,
    ...(config.kubelet.nodeSelector && { nodeSelector: config.kubelet.nodeSelector }),
    client,
    ...(config.kubelet.viaNodeProxy && { nodeProxy: nodeProxy(connections.core) }),
    sink: storage,
    address: config.kubelet,
    metricResolutionMs: config.metricResolutionMs,
    requestTimeoutMs: config.kubelet.requestTimeoutMs,
    slowRequestTimeoutMs: config.kubelet.slowRequestTimeoutMs,
    clock,
    log: log.named('scraper'),
    registry,
    seed: randomInt(2 ** 31),
  });
}
