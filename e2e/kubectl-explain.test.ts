import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openCluster } from './cluster.ts';
import { eventually } from './eventually.ts';

const { admin } = await openCluster();

/** How often a kube-apiserver asks what the types are, and a bit. */
const patienceSeconds = 90;

test('kubectl explain tells what the fields of both kinds mean', async () => {
  for (const [kind, fields] of [
    ['NodeMetrics', ['metadata', 'timestamp', 'usage', 'window']],
    ['PodMetrics', ['containers', 'metadata', 'timestamp', 'window']],
  ] as const) {
    const printed = await explained(kind.toLowerCase());
    assert.match(printed, new RegExp(`^KIND: +${kind}$`, 'm'));
    assert.match(printed, /^VERSION: +(metrics\.k8s\.io\/)?v1(beta1)?$/m);
    assertDescribed(printed);
    for (const field of fields) assert.match(printed, new RegExp(`^ +${field}\t<`, 'm'));
  }
});

test('kubectl explain follows fields into containers, their usage and the metadata', async () => {
  const containers = await explained('podmetrics.containers');
  assert.match(containers, /containers <\[\](ContainerMetrics|Object)>/);
  assertDescribed(containers);
  assert.match(containers, /^ +name\t<string>/m);
  assert.match(containers, /^ +usage\t<map\[string\](Quantity|string)>/m);
  for (const path of ['nodemetrics.usage', 'podmetrics.containers.usage', 'nodemetrics.window', 'podmetrics.metadata'])
    assertDescribed(await explained(path));
});

test('kubectl explain --recursive prints the tree of fields', async () => {
  const printed = await explained('podmetrics', '--recursive');
  assert.match(printed, /^ +containers\t.*\n +name\t<string>.*\n +usage\t</m);
  assert.match(printed, /^ +metadata\t.*\n +annotations\t/m);
});

test('kubectl explain knows the version it is asked for', async () => {
  const printed = await explained('nodemetrics', '--api-version=metrics.k8s.io/v1beta1');
  assert.match(printed, /^VERSION: +(metrics\.k8s\.io\/)?v1beta1$/m);
});

test('kubectl explain says that a field is not there', async () => {
  const { exitCode, stderr } = await admin.run(['explain', 'nodemetrics.nosuch']);
  assert.equal(exitCode, 1);
  assert.match(stderr, /field "nosuch" does not exist/);
});

/** A kube-apiserver learns the types some time after the server is there. */
function explained(...args: readonly string[]): Promise<string> {
  return eventually(`kubectl explain ${args.join(' ')}`, patienceSeconds, () => admin.print('explain', ...args));
}

/** Something is said, in a sentence. */
function assertDescribed(printed: string): void {
  assert.match(printed, /^DESCRIPTION:\n +[A-Z][^<]*[a-z.]$/m, printed);
  assert.doesNotMatch(printed, /<empty>/);
}
