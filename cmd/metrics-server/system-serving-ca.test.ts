import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { connect } from 'node:tls';
import { apiServices, apiServicesKey } from '../../pkg/simulator/aggregation/api-service.ts';
import { rightsInManifest } from '../../pkg/simulator/kube-apiserver/manifest-rights.ts';
import type { KubernetesObject } from '../../pkg/simulator/kube-apiserver/object-store.ts';
import type { Right } from '../../pkg/simulator/kube-apiserver/rights.ts';
import { endpointSliceObject } from '../../pkg/simulator/objects/metrics-server-objects.ts';
import { plainCluster } from '../../pkg/simulator/shape/plain-cluster.ts';
import { ask } from '../../pkg/simulator/testing/api-client.ts';
import { RunningSystem } from './testing/running-system.ts';

const name = 'v1beta1.metrics.k8s.io';
const secret = 'metrics-server-serving-ca';
const flags = ['--serving-ca=self-managed'];
/** Exactly what the component of the manifests grants. */
const component = join(import.meta.dirname, '..', '..', 'manifests', 'components', 'self-managed-ca');
const rights = rightsInManifest(readFileSync(join(component, 'rbac.yaml'), 'utf8'));

describe('two replicas with --serving-ca=self-managed', () => {
  let cluster: Cluster;
  before(async () => {
    cluster = await Cluster.start(rights);
  });
  after(() => cluster.system[Symbol.asyncDispose]());

  it('leave verification off for two minutes where it was off, so that a roll-out loses nothing', async () => {
    await cluster.system.wind(60_000);
    assert.equal(cluster.apiService.insecureSkipTlsVerify, true);
    assert.equal(await cluster.answers(), 200);
    const readyz = await cluster.readyz();
    assert.match(readyz, /degraded: APIService v1beta1\.metrics\.k8s\.io does not verify us yet/);
  });

  it('are verified by one CA that they share, and the APIService is Available with verification on', async () => {
    const { system } = cluster;
    await system.until('the APIService verifies', () => !cluster.apiService.insecureSkipTlsVerify);
    assert.equal(cluster.apiService.caBundle?.match(/BEGIN CERTIFICATE/g)?.length, 1);
    await cluster.eachReplica(async (port) => {
      assert.equal(await cluster.verifies(port), true);
      await system.until('the APIService is Available', () => cluster.apiService.available);
      assert.equal(await cluster.answers(), 200);
    });
    const readyz = await cluster.readyz();
    assert.doesNotMatch(readyz, /verify/);
  });

  it('keep every other field of the APIService as others wrote it', () => {
    const { group, version, versionPriority, service } = cluster.apiService;
    assert.deepEqual([group, version, versionPriority], ['metrics.k8s.io', 'v1beta1', 100]);
    assert.deepEqual(service, { namespace: 'kube-system', name: 'metrics-server', port: 443 });
  });

  it('put back within half a minute what somebody did to caBundle', async () => {
    const { system } = cluster;
    const good = cluster.apiService.caBundle;
    for (const spoilt of [
      { caBundle: 'bm9uc2Vuc2U=' },
      { caBundle: '' },
      { insecureSkipTLSVerify: true, caBundle: '' },
    ]) {
      cluster.changeApiService(spoilt);
      await system.wind(31_000);
      assert.deepEqual([cluster.apiService.caBundle, cluster.apiService.insecureSkipTlsVerify], [good, false]);
    }
    await system.until('the APIService is Available', () => cluster.apiService.available);
    assert.equal(await cluster.answers(), 200);
  });

  it('put a spoilt Secret right, and their clients see nothing of it', async () => {
    const { system } = cluster;
    const before = cluster.apiService.caBundle;
    const object = system.simulator.store.get('secrets', secret, 'kube-system');
    assert.ok(object);
    system.simulator.store.put('secrets', { ...object, data: { 'ca.crt': 'c3BvaWx0' } });
    await system.wind(31_000);
    assert.deepEqual(system.simulator.store.get('secrets', secret, 'kube-system')?.['data'], object['data']);
    assert.equal(cluster.apiService.caBundle, before);
    assert.equal(await cluster.answers(), 200);
  });

  it('rotate their CA without a single failed request', async () => {
    const { system } = cluster;
    const before = cluster.apiService.caBundle ?? '';
    // Deleting the Secret is how an administrator asks for a new CA.
    system.simulator.store.remove('secrets', secret, 'kube-system');
    let requests = 0;
    const isOfNewCa = async (port: number): Promise<boolean> => !(await cluster.verifies(port, before));
    for (let turned = false; !turned; ) {
      await system.wind(10_000);
      await cluster.eachReplica(async (port) => {
        assert.equal(await cluster.verifies(port), true, `after ${requests} requests`);
        assert.equal(await cluster.answers(), 200, `after ${requests} requests`);
        requests += 1;
      });
      assert.ok(requests < 1_000, 'the new CA never takes over');
      turned = (await Promise.all(cluster.ports.map(isOfNewCa))).every(Boolean);
    }
    assert.ok(requests > 60, `only ${requests} requests`);
    assert.ok(cluster.apiService.caBundle?.startsWith(before), 'the CA before is still trusted');
  });
});

describe('--serving-ca=self-managed without the rights', () => {
  it('serves all the same, and readyz?verbose says which rule is missing', async () => {
    const cluster = await Cluster.start([]);
    await using system = cluster.system;
    await system.wind(31_000);
    assert.equal(await cluster.answers(), 200);
    const readyz = await cluster.readyz();
    assert.match(
      readyz,
      /degraded: cannot get Secret kube-system\/metrics-server-serving-ca: .*resourceNames: \["metrics-server-serving-ca"\], verbs: \["get"\]/,
    );
    assert.match(readyz, /readyz check passed/);
    const said = system.log.shown.filter((line) => line === 'Our serving certificate may not be verifiable');
    assert.equal(said.length, 2, 'once by each replica');
  });
});

/** Two replicas in one pretend cluster, as its kube-apiserver and we see them. */
class Cluster {
  readonly system: RunningSystem;
  readonly ports: readonly number[];

  private constructor(system: RunningSystem, ports: readonly number[]) {
    this.system = system;
    this.ports = ports;
  }

  static async start(moreRights: readonly Right[]): Promise<Cluster> {
    const housekeeping = { minMs: 10_000, maxMs: 10_000 };
    const shape = plainCluster({ nodes: 1, podsPerNode: 1, containersPerPod: 1, seed: 1, housekeeping });
    const system = await RunningSystem.start({ shape, flags: () => flags, moreRights });
    const cluster = new Cluster(system, [system.port, await system.addReplica(flags)]);
    cluster.leadTo(system.port);
    await system.until('the node has metrics', async () => (await cluster.answers()) === 200);
    return cluster;
  }

  get apiService() {
    const found = apiServices(this.system.simulator.store).find((one) => one.name === name);
    assert.ok(found);
    return found;
  }

  /** The Service leads to this replica only. */
  leadTo(port: number): void {
    const { store } = this.system.simulator;
    store.put('endpointslices.discovery.k8s.io', endpointSliceObject({ host: '127.0.0.1', port }));
  }

  async eachReplica(look: (port: number) => Promise<void>): Promise<void> {
    for (const port of this.ports) {
      this.leadTo(port);
      await look(port);
    }
  }

  /** Somebody with every right changes the APIService, in one go. */
  changeApiService(spec: object): void {
    const { store } = this.system.simulator;
    const object = store.get(apiServicesKey, name);
    assert.ok(object);
    const { insecureSkipTLSVerify: _, ...rest } = object['spec'] as Record<string, unknown>;
    store.put(apiServicesKey, { ...object, spec: { ...rest, ...spec } } as KubernetesObject);
  }

  /** The status of a list through the kube-apiserver, as a client gets it. */
  async answers(): Promise<number> {
    const { apiServer, certificates } = this.system.simulator;
    const client = { port: apiServer.port, ca: certificates.clusterCa.certPem, token: certificates.tokens.admin };
    const { status } = await this.system.meanwhile(ask(client, '/apis/metrics.k8s.io/v1beta1/nodes'));
    return status;
  }

  async readyz(): Promise<string> {
    const { certificates } = this.system.simulator;
    const path = '/readyz?verbose';
    const client = { port: this.system.port, ca: '', certificate: certificates.admin };
    const { text } = await this.system.meanwhile(ask({ ...client, isVerified: false }, path));
    return text;
  }

  /** Whether a new connection to the replica is verified as a kube-apiserver would, by this bundle. */
  async verifies(port: number, ca = this.apiService.caBundle ?? ''): Promise<boolean> {
    const servername = 'metrics-server.kube-system.svc';
    const socket = connect({ host: '127.0.0.1', port, servername, ca, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const { authorized } = socket;
    socket.destroy();
    return authorized;
  }
}
