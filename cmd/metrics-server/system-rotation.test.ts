import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type CertificatePair, issueCertificate } from '../../pkg/apiserver/certificates/issue-certificate.ts';
import { frontProxyName } from '../../pkg/simulator/certificates-kit.ts';
import { authenticationConfigMap } from '../../pkg/simulator/objects/metrics-server-objects.ts';
import { plainCluster } from '../../pkg/simulator/shape/plain-cluster.ts';
import { RunningSystem } from './testing/running-system.ts';

const nodesPath = '/apis/metrics.k8s.io/v1beta1/nodes';
const viaProxy = { 'X-Remote-User': 'viewer', 'X-Remote-Group': 'system:authenticated' };
const housekeeping = { minMs: 10_000, maxMs: 10_000 };
const shape = plainCluster({ nodes: 2, podsPerNode: 2, containersPerPod: 1, seed: 1, housekeeping });
/** Files are looked at once a minute. */
const noticedMs = 61_000;

/** An authority that nobody heard of so far, with a proxy and a master of its own. */
interface Newcomers {
  readonly ca: CertificatePair;
  readonly proxy: CertificatePair;
  readonly master: CertificatePair;
}

async function newcomers(): Promise<Newcomers> {
  const order = { notBefore: Date.now() - 60_000, notAfter: Date.now() + 86_400_000 };
  const ca = await issueCertificate({ ...order, commonName: 'new-ca', isCa: true, usages: [] });
  const client = { ...order, usages: ['client'] as const, issuer: ca, key: ca.keyPem };
  return {
    ca,
    proxy: await issueCertificate({ ...client, commonName: frontProxyName }),
    master: await issueCertificate({ ...client, commonName: 'new-admin', organizations: ['system:masters'] }),
  };
}

/** Who is served right now: statuses for the old and the new front proxy, the old and the new master. */
async function served(system: RunningSystem, { proxy, master }: Newcomers): Promise<string> {
  const { frontProxyClient, admin } = system.simulator.certificates;
  const answers = [
    await system.ask(nodesPath, { certificate: frontProxyClient }, viaProxy),
    await system.ask(nodesPath, { certificate: proxy }, viaProxy),
    await system.ask(nodesPath, { certificate: admin }),
    await system.ask(nodesPath, { certificate: master }),
  ];
  return answers.map(({ status }) => status).join(' ');
}

describe('authorities that change in ConfigMap extension-apiserver-authentication', () => {
  let system: RunningSystem;
  let strangers: Newcomers;

  before(async () => {
    strangers = await newcomers();
    system = await RunningSystem.start({ shape });
    await system.until('both nodes have metrics', async () => (await system.items('nodes')).length === 2);
  });
  after(() => system[Symbol.asyncDispose]());

  it('count at once, both while they overlap, and the old ones no more when they are gone', async () => {
    const { clusterCa, frontProxyCa } = system.simulator.certificates;
    const publish = (clients: readonly CertificatePair[], proxies: readonly CertificatePair[]): void => {
      const bundle = (authorities: readonly CertificatePair[]) => authorities.map(({ certPem }) => certPem).join('');
      system.simulator.store.put('configmaps', authenticationConfigMap(bundle(clients), bundle(proxies)));
    };
    assert.equal(await served(system, strangers), '200 401 200 401');

    publish([clusterCa, strangers.ca], [frontProxyCa, strangers.ca]);
    await system.until('the new ones are served', async () => (await served(system, strangers)) === '200 200 200 200');
    publish([strangers.ca], [strangers.ca]);
    await system.until('the old ones are not', async () => (await served(system, strangers)) === '401 200 401 200');
    publish([clusterCa], [frontProxyCa]);
    await system.until('all is as it was', async () => (await served(system, strangers)) === '200 401 200 401');
  });
});

describe('authorities that change in the files that flags name', () => {
  let system: RunningSystem;
  let strangers: Newcomers;
  let files: Record<'proxies' | 'clients' | 'kubelets', string>;

  before(async () => {
    strangers = await newcomers();
    system = await RunningSystem.start({
      shape,
      flags: ({ directory, pkiDirectory }) => {
        files = {
          proxies: join(pkiDirectory, 'front-proxy-ca.crt'),
          clients: join(pkiDirectory, 'ca.crt'),
          kubelets: join(directory, 'kubelets.crt'),
        };
        writeFileSync(files.kubelets, strangers.ca.certPem);
        return [
          `--requestheader-client-ca-file=${files.proxies}`,
          `--requestheader-allowed-names=${frontProxyName}`,
          '--requestheader-username-headers=X-Remote-User',
          '--requestheader-group-headers=X-Remote-Group',
          '--requestheader-extra-headers-prefix=X-Remote-Extra-',
          `--client-ca-file=${files.clients}`,
          `--kubelet-certificate-authority=${files.kubelets}`,
        ];
      },
    });
    await system.until('it answers the proxy', async () => (await served(system, strangers)) === '200 401 200 401');
  });
  after(() => system[Symbol.asyncDispose]());

  it('let kubelets in that they vouch for, and keep their figures when a file is spoilt', async () => {
    const { clusterCa } = system.simulator.certificates;
    await system.wind(noticedMs);
    assert.deepEqual(await system.items('nodes'), []);
    writeFileSync(files.kubelets, clusterCa.certPem);
    await system.until('both nodes have metrics', async () => (await system.items('nodes')).length === 2);

    writeFileSync(files.kubelets, clusterCa.certPem.slice(0, 300));
    for (let left = 4; left > 0; left--) {
      await system.wind(noticedMs);
      assert.equal((await system.items('nodes')).length, 2);
    }
    writeFileSync(files.kubelets, clusterCa.certPem);
    await system.wind(noticedMs);
  });

  it('shut kubelets out that they vouch for no more, connections that are open included', async () => {
    writeFileSync(files.kubelets, strangers.ca.certPem);
    await system.until('no node has metrics', async () => (await system.items('nodes')).length === 0);
    const reasons = system.log.lines.filter(({ message }) => message === 'Node could not be scraped');
    assert.match(String(reasons.at(-1)?.facts['reason']), /not signed by an authority we trust/);
    writeFileSync(files.kubelets, system.simulator.certificates.clusterCa.certPem);
    await system.until('both nodes have metrics', async () => (await system.items('nodes')).length === 2);
  });

  it('say who is a client and who speaks for others, within a minute or so', async () => {
    writeFileSync(files.clients, strangers.ca.certPem);
    writeFileSync(files.proxies, strangers.ca.certPem);
    await system.wind(noticedMs);
    assert.equal(await served(system, strangers), '401 200 401 200');
    const { clusterCa, frontProxyCa } = system.simulator.certificates;
    writeFileSync(files.clients, clusterCa.certPem);
    writeFileSync(files.proxies, frontProxyCa.certPem);
    await system.wind(noticedMs);
    assert.equal(await served(system, strangers), '200 401 200 401');
  });
});
