import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

const root = join(import.meta.dirname, '..', '..');

/** What the README says happens on a bad day, by the beginning of its row; each with the test that promises it. */
const shown: Readonly<Record<string, readonly [file: string, title: string]>> = {
  'one scrape of a node fails': [
    'cmd/metrics-server/system-faults.test.ts',
    'the last figures outlive a missed scrape, and go after three periods',
  ],
  'one node hangs': [
    'cmd/metrics-server/system-faults.test.ts',
    'do not keep the healthy waiting: those are complete within 12 s after the start',
  ],
  "one line of a kubelet's answer is broken": ['cmd/metrics-server/system-faults.test.ts', 'costs the node nothing'],
  'an answer breaks off, or the runtime names no container': [
    'cmd/metrics-server/system-faults.test.ts',
    'truncated, missing-containers: no figure is served for more than three periods',
  ],
  'a kubelet answers nonsense': [
    'cmd/metrics-server/system-faults.test.ts',
    'whoever is healthy stays complete and fresh, and no figure is wrong',
  ],
  'no kubelet answers': [
    'e2e/stays-available-without-kubelets.test.ts',
    'the API stays Available, so that namespaces can be deleted and discovery finds every API',
  ],
  'something you ask for has no metrics': [
    'e2e/stays-available-without-kubelets.test.ts',
    'kubectl says why: which node, since when, and what would help',
  ],
  'a list leaves something out': [
    'e2e/stays-available-without-kubelets.test.ts',
    'kubectl warns how many, which first, and why',
  ],
  'a node loses its metrics': [
    'cmd/metrics-server/system-reasons.test.ts',
    'it is told once: a line in the log, an Event, a metric by reason, and readyz?verbose in words',
  ],
  'a container runtime tells its kubelet nothing': [
    'cmd/metrics-server/system-reasons.test.ts',
    'the node is measured, and its pods say that nothing comes from their runtime',
  ],
  'a node dies': [
    'cmd/metrics-server/system-nodes.test.ts',
    'is served within seconds of being Ready again, however long it was away',
  ],
  'a node joins or leaves': [
    'cmd/metrics-server/system-nodes.test.ts',
    'is dropped at once when a taint says that its machine is gone, and asked again when that is taken back',
  ],
  'a kubelet is slow': [
    'cmd/metrics-server/system-nodes.test.ts',
    'gets the time it takes, and keeps nobody else waiting',
  ],
  "a node's first address leads nowhere": [
    'cmd/metrics-server/system-nodes.test.ts',
    'is reached at the first that leads to its kubelet, whichever family or type',
  ],
  '`/metrics/resource` is missing': [
    'cmd/metrics-server/system-faults.test.ts',
    'no-resource-metrics: the node is read from its summary, without a gap',
  ],
  'only the kube-apiserver reaches a node': [
    'cmd/metrics-server/system-nodes.test.ts',
    'is served through it where a flag and a right allow that',
  ],
  "a node's clock is wrong by hours": [
    'cmd/metrics-server/system-faults.test.ts',
    'skew: a clock that is wrong by an hour, either way, is measured and told, and costs nothing else',
  ],
  "a kubelet's certificate names its host": [
    'cmd/metrics-server/system-trust.test.ts',
    'the name of the node will do, as will its Hostname: no certificate needs to name addresses',
  ],
  'kubelets sign their own certificates': [
    'cmd/metrics-server/system-trust.test.ts',
    'each is known by the key it showed first, to every replica and after a restart',
  ],
  'a kubelet shows another key than before': [
    'cmd/metrics-server/system-trust.test.ts',
    'it is refused, and told with the command that accepts the new one; the others are not affected',
  ],
  'an impostor answers in place of a kubelet': [
    'pkg/scraper/kubelet/trust/acceptance.test.ts',
    'it receives no byte of the request, let alone of the token',
  ],
  'a kubelet refuses our token': [
    'pkg/scraper/kubelet/kubelet-connections.test.ts',
    'that refuses the token is asked once more with a newer one, if there is one',
  ],
  '`HTTPS_PROXY` is set': [
    'pkg/kube/connection/proxy/proxied-connection.test.ts',
    'is reached through the one of the environment, and verified all the same',
  ],
  'a certificate or kubeconfig is missing': [
    'pkg/server/trust/file-flags.test.ts',
    'stays as it was last good while the new one is half-written, and the log says so once',
  ],
  'a container has used nothing yet': [
    'pkg/storage/testdata/zero.txt',
    'Zero is a value: an idle container, one without memory, one without swap.',
  ],
  'a pod has just started': ['e2e/sees-new-pods-and-nodes-quickly.test.ts', 'a new pod has metrics within two periods'],
  'the server has just started': [
    'cmd/metrics-server/system-faults.test.ts',
    'those are complete within 12 s after the start',
  ],
  'the kube-apiserver is down at start': [
    'cmd/metrics-server/system-outage.test.ts',
    'is waited for, with a line in the log every few seconds',
  ],
  'a scanner complains of `insecureSkipTLSVerify`': [
    'cmd/metrics-server/system-serving-ca.test.ts',
    'are verified by one CA that they share, and the APIService is Available with verification on',
  ],
  'the serving CA grows old': [
    'cmd/metrics-server/system-serving-ca.test.ts',
    'rotate their CA without a single failed request',
  ],
  'somebody edits `caBundle`': [
    'cmd/metrics-server/system-serving-ca.test.ts',
    'put back within half a minute what somebody did to caBundle',
  ],
  'the rights for that are missing': [
    'cmd/metrics-server/system-serving-ca.test.ts',
    'serves all the same, and readyz?verbose says which rule is missing',
  ],
  'authorities of the front proxy': [
    'cmd/metrics-server/system-rotation.test.ts',
    'count at once, both while they overlap, and the old ones no more when they are gone',
  ],
  'a new version is rolled out': [
    'e2e/rolls-out-without-a-gap.test.ts',
    'a roll-out costs nobody an answer, and no answer lacks anybody',
  ],
  'the control plane cannot reach the server': [
    'cmd/metrics-server/system-doctor.test.ts',
    'tells each finding with a cause and a cure that can be followed',
  ],
  'you ask what was used an hour ago': [
    'e2e/shows-usage.test.ts',
    'usage shows nodes and pods with curves and peaks, through the kube-apiserver',
  ],
  'free, ps and kubectl top do not agree': [
    'e2e/shows-usage.test.ts',
    'explain says where the figures of a pod come from',
  ],
  'traffic between zones is paid by the byte': [
    'pkg/server/kubelet-client.test.ts',
    'for packed answers, or for plain ones',
  ],
  'a flag is wrong': [
    'e2e/says-what-is-wrong-with-flags.test.ts',
    'every problem is named at once, with the value given and what is allowed, and the exit code is 2',
  ],
};

const readme = readFileSync(join(root, 'README.md'), 'utf8');
const [, table = ''] = /\| what happens \|.*\n\|.*\n((?:\|.*\n)+)/.exec(readme) ?? [];
const rows = table.trimEnd().split('\n');

describe('what the README says happens on a bad day', () => {
  for (const row of rows) {
    const [, happening = ''] = row.split(' | ', 1).join('').split('| ');
    it(`is promised by a test: ${happening}`, () => {
      const found = Object.entries(shown).find(([beginning]) => happening.startsWith(beginning));
      assert.ok(found, 'name the test that shows it in promises.test.ts');
      const [file, title] = found[1];
      assert.ok(readFileSync(join(root, file), 'utf8').includes(title), `${file} has no test "${title}"`);
    });
  }

  it('has no promise here that the README does not make', () => {
    const forgotten = Object.keys(shown).filter((beginning) => !rows.some((row) => row.startsWith(`| ${beginning}`)));
    assert.deepEqual(forgotten, []);
  });
});
