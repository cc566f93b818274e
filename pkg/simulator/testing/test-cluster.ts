import { type CertificatePair, issueCertificate } from '../../apiserver/certificates/issue-certificate.ts';
import { systemClock } from '../../lifecycle/clock.ts';
import { silentLogger } from '../../telemetry/logger.ts';
import { type ApiService, apiServices, availableCondition } from '../aggregation/api-service.ts';
import { type Account, type ClusterCertificates, createCertificates } from '../certificates-kit.ts';
import { tokenUsers } from '../cluster-identities.ts';
import type { Call } from '../kube-apiserver/call.ts';
import { KubeApiServer } from '../kube-apiserver/kube-apiserver.ts';
import { ObjectStore } from '../kube-apiserver/object-store.ts';
import type { Reply } from '../kube-apiserver/reply.ts';
import { clusterRights, type Right } from '../kube-apiserver/rights.ts';
import { ClusterObjects } from '../objects/cluster-objects.ts';
import { authenticationConfigMap } from '../objects/metrics-server-objects.ts';
import { type ApiAnswer, type ApiOrder, ask } from './api-client.ts';

let made: Promise<ClusterCertificates> | undefined;

/** Making keys takes long, so all tests of a file share the certificates of one cluster. */
export function sharedCertificates(): Promise<ClusterCertificates> {
  made ??= createCertificates(systemClock.now());
  return made;
}

/** A pretend kube-apiserver without kubelets. */
export interface TestCluster extends AsyncDisposable {
  readonly server: KubeApiServer;
  readonly store: ObjectStore;
  readonly objects: ClusterObjects;
  readonly certificates: ClusterCertificates;
  ask(url: string, order?: ApiOrder & { readonly as?: Account }): Promise<ApiAnswer>;
  /** Resolves when the Available condition of v1beta1.metrics.k8s.io gives this reason. */
  becomes(reason: string): Promise<ApiService>;
}

/** Starts one on 127.0.0.1; its aggregation layer works until it is disposed of. */
export async function startTestCluster(
  control: (call: Call) => Promise<Reply | undefined> = async () => undefined,
  moreRights: readonly Right[] = [],
): Promise<TestCluster> {
  const certificates = await sharedCertificates();
  const store = new ObjectStore({ clock: systemClock, historyLimit: 1000 });
  const objects = new ClusterObjects({ store, clock: systemClock, kubeletPort: () => 10_250 });
  store.put('configmaps', authenticationConfigMap(certificates.clusterCa.certPem, certificates.frontProxyCa.certPem));
  const server = new KubeApiServer({
    store,
    tokens: tokenUsers(certificates),
    rights: [...clusterRights, ...moreRights],
    serving: certificates.apiServer,
    clientCa: certificates.clusterCa.certPem,
    frontProxy: certificates.frontProxyClient,
    clock: systemClock,
    log: silentLogger,
    control,
  });
  await server.up(0);
  const stop = new AbortController();
  const running = server.run(stop.signal);
  return {
    server,
    store,
    objects,
    certificates,
    ask: (url, { as = 'admin', ...order } = {}) =>
      ask({ port: server.port, ca: certificates.clusterCa.certPem, token: certificates.tokens[as] }, url, order),
    becomes: (reason) => reasonBecomes(store, reason),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await server[Symbol.asyncDispose]();
      await running;
    },
  };
}

/** A serving certificate as metrics-server would have it, signed by the cluster's CA. */
export async function backendCertificate(dnsName = 'metrics-server.kube-system.svc'): Promise<CertificatePair> {
  const { clusterCa } = await sharedCertificates();
  const now = systemClock.now();
  const validity = { notBefore: now - 60_000, notAfter: now + 3_600_000 };
  return issueCertificate({
    commonName: 'backend',
    dnsNames: [dnsName],
    issuer: clusterCa,
    usages: ['server'],
    ...validity,
  });
}

async function reasonBecomes(store: ObjectStore, reason: string): Promise<ApiService> {
  const { promise, resolve } = Promise.withResolvers<ApiService>();
  const look = (): void => {
    const found = apiServices(store).find(({ object }) => availableCondition(object)?.['reason'] === reason);
    if (found !== undefined) resolve(found);
  };
  using _listening = store.onChange(look);
  look();
  return await promise;
}
