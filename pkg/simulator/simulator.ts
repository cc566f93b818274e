import type { Clock } from '../lifecycle/clock.ts';
import type { Runner } from '../lifecycle/together.ts';
import type { Logger } from '../telemetry/logger.ts';
import { type ClusterCertificates, createCertificates } from './certificates-kit.ts';
import { type ChurnRate, churn } from './churn.ts';
import { type ClusterFolder, writeClusterFolder } from './cluster-folder.ts';
import { kubeletVerdict, tokenUsers } from './cluster-identities.ts';
import { Control } from './control/control.ts';
import { KubeApiServer } from './kube-apiserver/kube-apiserver.ts';
import { nodeProxy } from './kube-apiserver/node-proxy.ts';
import { ObjectStore } from './kube-apiserver/object-store.ts';
import { clusterRights, type Right } from './kube-apiserver/rights.ts';
import { KubeletCertificates } from './kubelets/kubelet-certificates.ts';
import type { RunningKubelets } from './kubelets/running-kubelets.ts';
import { startKubelets } from './kubelets/start-kubelets.ts';
import { Misconfigurations } from './misconfigurations/misconfigurations.ts';
import { ClusterObjects } from './objects/cluster-objects.ts';
import {
  authenticationConfigMap,
  type MetricsServerAddress,
  type MetricsVersion,
} from './objects/metrics-server-objects.ts';
import type { ClusterShape, NodeShape } from './shape/cluster-shape.ts';

/** Which pretend cluster to start, where its files go and where the server under test listens. */
export interface SimulatorOptions {
  /** Kubeconfigs and certificates are written here. */
  readonly directory: string;
  readonly shape: ClusterShape;
  readonly clock: Clock;
  readonly log: Logger;
  /** Any free one when absent. */
  readonly apiServerPort?: number;
  /** Where metrics-server is or will be; absent = not known yet, its Service has no endpoints. */
  readonly metricsServer?: MetricsServerAddress;
  /** Versions of metrics.k8s.io that have an APIService; only v1beta1 when absent. */
  readonly metricsVersions?: readonly MetricsVersion[];
  /** Rights beyond those of a fresh cluster with metrics-server's manifest, as components of the manifest grant them. */
  readonly moreRights?: readonly Right[];
  /** How fast pods are replaced by others; not at all when absent. */
  readonly churn?: ChurnRate;
  /** How many changes a watch may have missed before it has to list again; 20,000 when absent. */
  readonly historyLimit?: number;
}

/** A pretend cluster at work; disposing of it closes every socket. Its files stay. */
export interface Simulator extends AsyncDisposable {
  readonly folder: ClusterFolder;
  readonly certificates: ClusterCertificates;
  readonly apiServer: KubeApiServer;
  readonly kubelets: RunningKubelets;
  readonly store: ObjectStore;
  /** Adds a node whose kubelet has a certificate of its own. */
  addNode(node: NodeShape): Promise<void>;
  /** What an administrator can do wrong, by name. */
  readonly misconfigurations: Misconfigurations;
  /** From now on the APIService leads there, or nowhere. */
  pointMetricsServerAt(address: MetricsServerAddress | undefined): void;
}

/** Starts kubelets and a kube-apiserver on 127.0.0.1, and writes what their clients need. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  await using opened = new AsyncDisposableStack();
  const { directory, clock, metricsServer, apiServerPort = 0 } = options;
  const certificates = await createCertificates(clock.now());
  // One list for whoever judges by it: what is taken from it is taken at once.
  const rights = [...clusterRights, ...(options.moreRights ?? [])];
  const { kubelets, addNode } = await openKubelets(options, { certificates, rights }, opened);
  const { store, pointMetricsServerAt } = openStore(options, certificates, kubelets, opened);
  pointMetricsServerAt(metricsServer);

  const misconfigurations = new Misconfigurations({ store, rights, kubelets, certificates, clock });
  const controlled = { kubelets, clock, addNode, pointMetricsServerAt, misconfigurations };
  const control: Control = new Control({ ...controlled, apiServer: () => apiServer });
  const portOf = (node: string): number => kubelets.portOf(node);
  const seen = { store, control, portOf, rights };
  const apiServer: KubeApiServer = opened.use(pretendApiServer(options, certificates, seen));
  await apiServer.up(apiServerPort);
  const folder = await writeClusterFolder(directory, apiServer.url, certificates);
  const { log, shape, churn: rate } = options;
  opened.use(inBackground((signal) => apiServer.run(signal), log));
  if (rate) opened.use(inBackground((signal) => churn({ kubelets, clock, rate, seed: shape.seed }, signal), log));

  const owned = opened.move();
  const parts = { folder, certificates, apiServer, kubelets, store, addNode, pointMetricsServerAt, misconfigurations };
  return { ...parts, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function openKubelets(
  { shape, clock, log }: SimulatorOptions,
  { certificates, rights }: { readonly certificates: ClusterCertificates; readonly rights: readonly Right[] },
  opened: AsyncDisposableStack,
): Promise<Pick<Simulator, 'kubelets' | 'addNode'>> {
  const issued = await KubeletCertificates.issue(certificates, shape.nodes);
  const users = tokenUsers(certificates);
  const kubelets = await startKubelets({
    shape,
    clock,
    certificates: (node) => issued.of(node),
    otherCertificate: (node, make) => issued.other(node, make),
    acceptToken: (token) => kubeletVerdict(token, users, rights),
    log: log.named('kubelets'),
  });
  opened.use(kubelets);
  const addNode = async (node: NodeShape): Promise<void> => {
    await issued.issueFor(node.name);
    await kubelets.addNode(node);
  };
  return { kubelets, addNode };
}

function openStore(
  { clock, metricsVersions = ['v1beta1'], historyLimit = 20_000 }: SimulatorOptions,
  { clusterCa, frontProxyCa }: ClusterCertificates,
  kubelets: RunningKubelets,
  opened: AsyncDisposableStack,
): Pick<Simulator, 'store' | 'pointMetricsServerAt'> {
  const store = new ObjectStore({ clock, historyLimit });
  const objects = new ClusterObjects({ store, clock, kubeletPort: (node) => kubelets.portOf(node) });
  objects.addNamespaces(['default', 'kube-system']);
  store.put('configmaps', authenticationConfigMap(clusterCa.certPem, frontProxyCa.certPem));
  for (const node of kubelets.shape().nodes) objects.addNode(node);
  opened.use(kubelets.watch((change) => objects.apply(change)));
  return { store, pointMetricsServerAt: (address) => objects.pointMetricsServerAt(address, metricsVersions) };
}

interface WhatIsServed {
  readonly store: ObjectStore;
  readonly control: Control;
  readonly portOf: (node: string) => number;
  readonly rights: readonly Right[];
}

function pretendApiServer(
  { clock, log }: SimulatorOptions,
  certificates: ClusterCertificates,
  { store, control, portOf, rights }: WhatIsServed,
): KubeApiServer {
  const { tokens, clusterCa } = certificates;
  return new KubeApiServer({
    store,
    tokens: tokenUsers(certificates),
    rights,
    serving: certificates.apiServer,
    clientCa: clusterCa.certPem,
    frontProxy: certificates.frontProxyClient,
    clock,
    log: log.named('kube-apiserver'),
    control: (call) => control.answer(call),
    nodeProxy: nodeProxy({ portOf, token: tokens.admin, ca: clusterCa.certPem }),
  });
}

/** Runs until disposed of; disposing waits for the end. */
function inBackground(run: Runner, log: Logger): AsyncDisposable {
  const stop = new AbortController();
  const ended = run(stop.signal).catch((error: unknown) =>
    log.error('A part of the pretend cluster stopped working', { error }),
  );
  return {
    [Symbol.asyncDispose]() {
      stop.abort();
      return ended;
    },
  };
}
