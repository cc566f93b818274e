import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { inspect } from 'node:util';
import {
  type CertificateOrder,
  type CertificatePair,
  issueCertificate,
} from '../../pkg/apiserver/certificates/issue-certificate.ts';
import type { ClusterCertificates } from '../../pkg/simulator/certificates-kit.ts';
import { plainCluster } from '../../pkg/simulator/shape/plain-cluster.ts';
import { type CallerCredentials, RunningSystem } from './testing/running-system.ts';

const nodesPath = '/apis/metrics.k8s.io/v1beta1/nodes';
const housekeeping = { minMs: 10_000, maxMs: 10_000 };

/** As the front proxy would say who asks; `system:masters` would open every door. */
const asMaster = { 'X-Remote-User': 'viewer', 'X-Remote-Group': 'system:masters' };
const asViewer = { 'X-Remote-User': 'viewer', 'X-Remote-Group': 'system:authenticated' };
const asNobody = { 'X-Remote-User': 'nobody', 'X-Remote-Group': 'system:authenticated' };

let system: RunningSystem;
let certificates: ClusterCertificates;
let own: OwnCertificates;

before(async () => {
  const shape = plainCluster({ nodes: 2, podsPerNode: 2, containersPerPod: 1, seed: 1, housekeeping });
  system = await RunningSystem.start({ shape });
  certificates = system.simulator.certificates;
  own = await ownCertificates(certificates, system.clock.now());
  await system.until('both nodes have metrics', async () => (await system.items('nodes')).length === 2);
});

after(() => system[Symbol.asyncDispose]());

describe('a wrong identity', () => {
  it('that shows nothing at all is nobody, who may not', async () => {
    assert.deepEqual(await answerTo({}), forbidden('system:anonymous'));
  });

  it('that claims a name in headers, without the certificate of the proxy, is nobody', async () => {
    assert.deepEqual(await answerTo({}, asMaster), forbidden('system:anonymous'));
    assert.deepEqual(await answerTo({ token: certificates.tokens.nobody }, asMaster), forbidden('nobody'));
  });

  it('with a proxy certificate of another CA is refused, whatever the headers say', async () => {
    assert.deepEqual(await answerTo({ certificate: certificates.wrong['other-ca'] }, asMaster), unauthorized);
    assert.deepEqual(await answerTo({ certificate: certificates.wrong['other-ca'] }), unauthorized);
  });

  it('with a proxy certificate of a name that is not allowed is refused', async () => {
    assert.deepEqual(await answerTo({ certificate: certificates.wrong['other-name'] }, asMaster), unauthorized);
  });

  it('with an expired proxy certificate is refused', async () => {
    assert.deepEqual(await answerTo({ certificate: certificates.wrong.expired }, asMaster), unauthorized);
  });

  it('with a client certificate that speaks for others without being the proxy is only itself', async () => {
    // The wrong CA for a proxy: an error that a good certificate of a client outweighs.
    assert.deepEqual(await answerTo({ certificate: own.clientWithoutRights }, asMaster), forbidden('somebody'));
  });

  it('with a client certificate of another CA is refused, be it of system:masters', async () => {
    assert.deepEqual(await answerTo({ certificate: own.masterOfOtherCa }), unauthorized);
  });

  it('with an expired client certificate is refused, be it of system:masters', async () => {
    assert.deepEqual(await answerTo({ certificate: own.expiredMaster }), unauthorized);
  });

  it('with a certificate that is made for servers only is refused', async () => {
    assert.deepEqual(await answerTo({ certificate: own.masterForServers }), unauthorized);
  });

  it('with a token that nobody knows is refused', async () => {
    assert.deepEqual(await answerTo({ token: 'no-such-token' }), unauthorized);
  });

  it('without the right is told what it lacks, by token and by proxy', async () => {
    assert.deepEqual(await answerTo({ token: certificates.tokens.nobody }), forbidden('nobody'));
    assert.deepEqual(await answerTo({ certificate: certificates.frontProxyClient }, asNobody), forbidden('nobody'));
  });

  it('that is the proxy, but speaks for nobody, is no user itself', async () => {
    assert.deepEqual(await answerTo({ certificate: certificates.frontProxyClient }), unauthorized);
  });

  it('learns nothing of objects and paths that it may not see, be they there or not', async () => {
    for (const name of ['node-00000', 'node-99999']) {
      const message =
        `nodes.metrics.k8s.io "${name}" is forbidden: ` +
        'User "nobody" cannot get resource "nodes" in API group "metrics.k8s.io" at the cluster scope';
      const details = { name, group: 'metrics.k8s.io', kind: 'nodes' };
      const answer = await answerTo({ token: certificates.tokens.nobody }, {}, `${nodesPath}/${name}`);
      assert.deepEqual(answer, refusal(403, 'Forbidden', message, details));
    }
    const message = 'forbidden: User "viewer" cannot get path "/metrics"';
    const answer = await answerTo({ token: certificates.tokens.viewer }, {}, '/metrics');
    assert.deepEqual(answer, refusal(403, 'Forbidden', message, {}));
  });
});

describe('a good identity', () => {
  it('is served: a user through the proxy, system:masters by certificate, a user by token', async () => {
    const callers: [CallerCredentials, Record<string, string>][] = [
      [{ certificate: certificates.frontProxyClient }, asViewer],
      [{ certificate: certificates.admin }, {}],
      [{ token: certificates.tokens.viewer }, {}],
    ];
    for (const [caller, headers] of callers) {
      const { status, json } = await system.ask(nodesPath, caller, headers);
      const { kind, items } = json as { kind: string; items: { metadata: { name: string } }[] };
      assert.deepEqual({ status, kind }, { status: 200, kind: 'NodeMetricsList' });
      assert.deepEqual(
        items.map(({ metadata }) => metadata.name),
        ['node-00000', 'node-00001'],
      );
    }
  });

  it('is not needed to ask whether the server is well', async () => {
    for (const path of ['/livez', '/readyz', '/healthz']) {
      const { status, text } = await system.ask(path);
      assert.deepEqual({ path, status, text }, { path, status: 200, text: 'ok' });
    }
  });

  it('by token counts for ten seconds after the kube-apiserver last vouched for it', async () => {
    const byToken = { token: certificates.tokens.viewer };
    assert.equal((await system.ask(nodesPath, byToken)).status, 200);
    await system.simulator.apiServer.down();
    await system.wind(10_250);
    // Nobody can say any more whose token it is: it counts for nothing, and nobody becomes anonymous by it.
    assert.deepEqual(await answerTo(byToken), unauthorized);
    await system.simulator.apiServer.up();
    await system.wind(5_000);
    assert.equal((await system.ask(nodesPath, byToken)).status, 200);
  });
});

it('no secret that was shown stands in the log, however much is logged', () => {
  const logged = inspect(system.log.lines, { depth: null, maxArrayLength: null, maxStringLength: null });
  assert.match(logged, /Unable to authenticate the request/);
  const secrets = [...Object.values(certificates.tokens), 'no-such-token', 'PRIVATE KEY'];
  assert.deepEqual(
    secrets.filter((secret) => logged.includes(secret)),
    [],
  );
});

/** Status code, content type and whole body of an answer. */
async function answerTo(caller: CallerCredentials, headers: Readonly<Record<string, string>> = {}, path = nodesPath) {
  const { status, headers: answered, json } = await system.meanwhile(system.ask(path, caller, headers));
  return { status, type: answered['content-type'], body: json };
}

function refusal(code: number, reason: string, message: string, details?: object) {
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code };
  return { status: code, type: 'application/json', body: details === undefined ? status : { ...status, details } };
}

const unauthorized = refusal(401, 'Unauthorized', 'Unauthorized');

function forbidden(user: string) {
  const message =
    `nodes.metrics.k8s.io is forbidden: User "${user}" cannot list resource "nodes" ` +
    'in API group "metrics.k8s.io" at the cluster scope';
  return refusal(403, 'Forbidden', message, { group: 'metrics.k8s.io', kind: 'nodes' });
}

interface OwnCertificates {
  readonly clientWithoutRights: CertificatePair;
  readonly masterOfOtherCa: CertificatePair;
  readonly expiredMaster: CertificatePair;
  readonly masterForServers: CertificatePair;
}

/** Certificates of clients, with one key for all of them. */
async function ownCertificates({ clusterCa, admin }: ClusterCertificates, now: number): Promise<OwnCertificates> {
  const hourMs = 3_600_000;
  const key = admin.keyPem;
  const validity = { notBefore: now - hourMs, notAfter: now + hourMs, key };
  const otherCa = await issueCertificate({ commonName: 'kubernetes', isCa: true, usages: [], ...validity });
  const master = (changes: Partial<CertificateOrder>) =>
    issueCertificate({
      commonName: 'kubernetes-admin',
      organizations: ['system:masters'],
      usages: ['client'],
      issuer: clusterCa,
      ...validity,
      ...changes,
    });
  return {
    clientWithoutRights: await master({ commonName: 'somebody', organizations: [] }),
    masterOfOtherCa: await master({ issuer: otherCa }),
    expiredMaster: await master({ notBefore: now - 2 * hourMs, notAfter: now - hourMs }),
    masterForServers: await master({ usages: ['server'] }),
  };
}
