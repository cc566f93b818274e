import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { findingCodes } from '../../pkg/doctor/finding-codes.ts';
import {
  type MisconfigurationName,
  misconfigurationNames,
  misconfigurations,
} from '../../pkg/simulator/misconfigurations/misconfiguration.ts';
import { installedArgs, serverContainer } from '../../pkg/simulator/objects/installation-objects.ts';
import { codesOf, DoctoredCluster } from './testing/doctored-cluster.ts';

/** What is to be found, cause first: in the pod, and where that differs on the laptop of an administrator. */
interface Diagnosis {
  readonly pod: readonly string[];
  readonly laptop?: readonly string[];
  /** The reason of the condition Available; `Passed` when absent. */
  readonly reason?: string;
}

const cutOff = 'MissingEndpoints';
const noEndpoints = 'apiservice-no-endpoints';

const diagnoses: Readonly<Record<MisconfigurationName, Diagnosis>> = {
  'apiservice-missing': { pod: ['apiservice-missing'] },
  'apiservice-local': { pod: ['apiservice-local'] },
  'apiservice-of-another-server': { pod: ['apiservice-other-owner'] },
  'apiservice-version-not-served': { pod: ['apiservice-version-not-served'] },
  'apiservice-wrong-ca': { pod: ['apiservice-certificate'], reason: 'FailedDiscoveryCheck' },
  'apiservice-expired-ca': { pod: ['apiservice-ca-expired'], reason: 'FailedDiscoveryCheck' },
  'service-missing': { pod: ['apiservice-service-not-found', 'service-missing'], reason: 'ServiceNotFound' },
  'service-wrong-port': { pod: ['apiservice-service-port'], reason: 'ServicePortError' },
  'service-wrong-target': { pod: [noEndpoints, 'service-target-port'], reason: cutOff },
  'service-wrong-selector': { pod: [noEndpoints, 'service-selects-nothing'], reason: cutOff },
  'port-unreachable': { pod: ['apiservice-refused'], reason: 'FailedDiscoveryCheck' },
  'pod-not-ready': { pod: [noEndpoints, 'endpoints-not-ready'], reason: cutOff },
  'pod-crash-looping': { pod: [noEndpoints, 'endpoints-not-ready', 'pod-failing'], reason: cutOff },
  'pod-pending': { pod: [noEndpoints, 'endpoints-not-ready', 'pod-failing'], reason: cutOff },
  'flags-refused': { pod: [noEndpoints, 'endpoints-not-ready', 'flags-refused'], reason: cutOff },
  'scaled-to-zero': { pod: [noEndpoints, 'workload-scaled-to-zero'], reason: cutOff },
  'not-installed': { pod: [noEndpoints, 'workload-missing'], reason: cutOff },
  'installed-twice': { pod: ['workload-duplicate'] },
  'addon-manager': { pod: ['workload-reconciled'] },
  'host-network-on-10250': { pod: ['host-network-port-clash'] },
  'port-mismatch': { pod: ['port-mismatch'] },
  'server-behind-proxy': { pod: ['proxy-in-the-way'] },
  'apiserver-behind-proxy': { pod: ['apiserver-proxy-in-the-way'] },
  'apiserver-without-aggregation': { pod: ['aggregation-flags-missing'] },
  'requestheader-missing': { pod: ['requestheader-missing'] },
  'requestheader-expired': { pod: ['requestheader-ca-expired'] },
  // Without the right nobody in the pod can see nodes, and so nobody asks them.
  'right-to-nodes-missing': { pod: ['right-missing'] },
  'right-to-metrics-missing': { pod: ['right-missing', 'kubelet-forbidden'], laptop: ['right-missing'] },
  'auth-delegator-missing': { pod: ['right-missing', 'right-missing'] },
  'auth-reader-missing': { pod: ['right-missing'] },
  'right-to-events-missing': { pod: ['right-missing'] },
  'kubelet-insecure-tls': { pod: ['kubelet-tls-off'] },
  'node-selector': { pod: ['nodes-excluded'] },
  'node-not-ready': { pod: ['node-not-ready'] },
  'node-without-address': { pod: ['kubelet-no-address'], laptop: [] },
  // An administrator's token is shown to no kubelet, and a kubelet out of reach of a laptop is no news.
  'kubelet-refuses': { pod: ['kubelet-unreachable'], laptop: [] },
  'kubelet-hangs': { pod: ['kubelet-timed-out'], laptop: [] },
  // Certificates are seen without showing a token.
  'kubelet-self-signed': { pod: ['kubelet-self-signed'] },
  'kubelet-of-another-ca': { pod: ['kubelet-unknown-ca'] },
  'kubelet-certificate-expired': { pod: ['kubelet-certificate-expired'] },
  'kubelet-of-another-name': { pod: ['kubelet-name-mismatch'] },
  'kubelet-key-changed': { pod: ['kubelet-key-changed'] },
  'kubelet-key-not-pinned': { pod: ['kubelet-key-not-pinned'] },
  'kubelet-without-webhook': { pod: ['kubelet-unauthorized'], laptop: [] },
  'kubelet-without-resource-metrics': { pod: ['kubelet-no-resource-metrics'], laptop: [] },
  'kubelet-answers-html': { pod: ['kubelet-bad-answer'], laptop: [] },
  'kubelet-without-containers': { pod: ['kubelet-no-containers'], laptop: [] },
  'clock-ahead': { pod: ['clock-skew'], laptop: [] },
  'csr-pending': { pod: ['csr-pending'] },
  'hpa-without-requests': { pod: ['hpa-missing-request'] },
};

describe('doctor', () => {
  let cluster: DoctoredCluster;
  before(async () => {
    cluster = await DoctoredCluster.start({ examinable: true });
  });
  after(() => cluster[Symbol.asyncDispose]());

  it('finds nothing in a healthy cluster, from wherever it looks', async () => {
    for (const standpoint of [
      'pod',
      'laptop of an administrator',
      'laptop with the kubeconfig of the server',
    ] as const) {
      const report = await cluster.report(standpoint);
      assert.deepEqual(
        [standpoint, codesOf(report), report.result],
        [standpoint, [], 'healthy'],
        JSON.stringify(report, undefined, 1),
      );
    }
  });

  it('finds nothing wrong with a kubelet whose summary stands in for its resource metrics', async () => {
    const { kubelets } = cluster.simulator;
    await kubelets.fault('node-00001', { kind: 'no-resource-metrics', summary: 'served' });
    const report = await cluster.report('pod');
    await kubelets.fault('node-00001', undefined);
    assert.deepEqual(codesOf(report), []);
    assert.match(JSON.stringify(report), /2 of 2 kubelets answer for their containers; node-00001 by \/stats\/summary/);
  });

  for (const name of misconfigurationNames) {
    const { pod, laptop = pod, reason = 'Passed' } = diagnoses[name];
    it(`finds ${name} (${misconfigurations[name]}), and nothing else`, async () => {
      await cluster.simulator.misconfigurations.cause(name);
      await cluster.becomes(pod[0] === 'apiservice-missing' || pod[0] === 'apiservice-local' ? undefined : reason);
      const reports = [await cluster.report('pod'), await cluster.report('laptop of an administrator')];
      await cluster.simulator.misconfigurations.heal();
      await cluster.becomes('Passed');
      assert.deepEqual(reports.map(codesOf), [pod, laptop], JSON.stringify(reports, undefined, 1));
    });
  }

  it('verifies kubelets by the CA that a flag of the server names, which only the pod can read', async () => {
    const { store, folder } = cluster.simulator;
    const pod = store
      .list('pods', 'kube-system')
      .find(({ metadata }) => metadata.labels?.['k8s-app'] === 'metrics-server');
    assert.ok(pod);
    const ca = join(folder.pkiDirectory, 'front-proxy-ca.crt');
    const containers = [serverContainer([...installedArgs, `--kubelet-certificate-authority=${ca}`])];
    store.put('pods', { ...pod, spec: { ...(pod.spec as object), containers } });
    const reports = [await cluster.report('pod'), await cluster.report('laptop of an administrator')];
    store.put('pods', pod);
    assert.deepEqual(reports.map(codesOf), [['kubelet-unknown-ca'], []]);
    assert.equal(reports[1]?.result, 'healthy', 'the server has metrics of all nodes');
    assert.match(JSON.stringify(reports[1]), /front-proxy-ca.crt, which cannot be read from here/);
  });

  it('tells each finding with a cause and a cure that can be followed', async () => {
    await cluster.simulator.misconfigurations.cause('pod-crash-looping');
    await cluster.becomes(cutOff);
    const { stdout, exitCode } = await cluster.consult('laptop of an administrator');
    await cluster.simulator.misconfigurations.heal();
    await cluster.becomes('Passed');
    assert.equal(exitCode, 1);
    assert.match(
      stdout,
      /CrashLoopBackOff:\s+back-off 5m0s restarting failed\s+container: exit code 137 \(OOMKilled\)/,
    );
    assert.match(stdout, /more memory than its limit allows/);
    assert.match(stdout, /\$ kubectl -n kube-system logs metrics-server-7d9c5b8f6d-x2k4p --previous --tail=20/);
    assert.match(stdout, /\n3 errors, 0 warnings at https:/);
  });

  it('has codes for them that are documented', () => {
    const codes = Object.values(diagnoses).flatMap(({ pod }) => pod);
    assert.deepEqual(
      codes.filter((code) => !Object.hasOwn(findingCodes, code)),
      [],
    );
  });
});

describe('doctor in a pod with no more rights than the manifests give it', () => {
  it('finds nothing in a healthy cluster, and says what it could not look at and what would help', async () => {
    await using cluster = await DoctoredCluster.start({ examinable: false });
    const { stdout, exitCode } = await cluster.consult('pod');
    assert.equal(exitCode, 0, stdout);
    assert.match(stdout, /v1beta1\.metrics\.k8s\.io is registered and answers/);
    assert.match(stdout, /2 of 2 kubelets answer for their containers/);
    assert.match(stdout, /could not look at Service kube-system\/metrics-server: we may not get services\n/);
    assert.match(stdout, /in the pod with manifests\/components\/doctor/);

    await cluster.simulator.misconfigurations.cause('right-to-metrics-missing');
    assert.deepEqual(codesOf(await cluster.report('pod')), ['right-missing', 'kubelet-forbidden']);
    await cluster.simulator.misconfigurations.heal();
    await cluster.simulator.misconfigurations.cause('service-missing');
    await cluster.becomes('ServiceNotFound');
    assert.deepEqual(codesOf(await cluster.report('pod')), ['apiservice-unavailable']);
  });
});
