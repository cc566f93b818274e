import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { rightsInManifest } from '../../pkg/simulator/kube-apiserver/manifest-rights.ts';
import type { CertificateMake } from '../../pkg/simulator/kubelets/kubelet-certificates.ts';
import { plainCluster } from '../../pkg/simulator/shape/plain-cluster.ts';
import { RunningSystem, type SystemOptions } from './testing/running-system.ts';

const size = { podsPerNode: 1, containersPerPod: 1, seed: 7, housekeeping: { minMs: 10_000, maxMs: 10_000 } };
const shape = plainCluster({ ...size, nodes: 3 });
const [healthy = '', patient = ''] = shape.nodes.map(({ name }) => name);
const secret = 'metrics-server-kubelet-pins';
/** Exactly what the component of the manifests grants. */
const component = join(import.meta.dirname, '..', '..', 'manifests', 'components', 'kubelet-pins');
const moreRights = rightsInManifest(readFileSync(join(component, 'rbac.yaml'), 'utf8'));

type Mode = 'verify' | 'pin' | 'insecure';

/** What each mode makes of each certificate: `ok`, or what is said of it. */
const table: Readonly<
  Record<Exclude<CertificateMake, 'self-signed-renewed' | 'self-signed-new-key'>, [RegExp | 'ok', RegExp | 'ok']>
> = {
  'name-only': ['ok', 'ok'],
  'new-key': ['ok', 'ok'],
  'self-signed': [/not signed by an authority we trust.*SELF_SIGNED_CERT_IN_CHAIN/, 'ok'],
  'unknown-ca': [/not signed by an authority we trust.*UNABLE_TO_VERIFY_LEAF_SIGNATURE/, 'ok'],
  'other-name': [/made out to somebody else: it names DNS:somebody-else.*ERR_TLS_CERT_ALTNAME_INVALID/, 'ok'],
  'no-name': [/no SAN.*ERR_TLS_CERT_ALTNAME_INVALID/, 'ok'],
  expired: [/has expired.*CERT_HAS_EXPIRED/, 'ok'],
  'not-yet-valid': [/not valid yet.*CERT_NOT_YET_VALID/, 'ok'],
};
const makes = Object.keys(table) as (keyof typeof table)[];
const everyMake = plainCluster({ ...size, nodes: makes.length + 1 });
const faults = new Map(
  makes.map((make, at) => [everyMake.nodes[at]?.name ?? '', { kind: 'certificate', make }] as const),
);

for (const mode of ['verify', 'pin', 'insecure'] satisfies Mode[]) {
  describe(`--kubelet-tls=${mode}`, () => {
    it('takes of every make of certificate those it should at first contact, and says of each other what is wrong', async () => {
      await using system = await start(mode, { shape: everyMake, faults });
      await system.wind(40_000);
      const served = new Set(await nodesServed(system));
      assert.ok(served.has(everyMake.nodes.at(-1)?.name ?? ''), 'the node with nothing wrong');
      for (const [at, make] of makes.entries()) {
        const node = everyMake.nodes[at]?.name ?? '';
        const wanted = mode === 'insecure' ? 'ok' : table[make][mode === 'verify' ? 0 : 1];
        assert.equal(served.has(node), wanted === 'ok', make);
        if (wanted !== 'ok') assert.match(reasonOf(system, node), wanted, make);
      }
      const trusted = { verify: ['3', '0', '0', '6'], pin: ['3', '6', '0', '0'], insecure: ['0', '0', '9', '0'] }[mode];
      const text = (await system.ask('/metrics', { certificate: system.simulator.certificates.admin })).text;
      const counts = ['certificate', 'pin', 'nothing', 'refused'].map(
        (by) => new RegExp(`^tacho_kubelets_trusted\\{by="${by}"\\} (\\d+)$`, 'm').exec(text)?.[1],
      );
      assert.deepEqual(counts, trusted);
    });
  });
}

describe('a kubelet whose certificate names its host, while nodes are asked by address', () => {
  it('the name of the node will do, as will its Hostname: no certificate needs to name addresses', async () => {
    await using system = await start('verify', { shape, faults: new Map([[patient, fault('name-only')]]) });
    await system.wind(20_000);
    assert.equal((await nodesServed(system)).length, 3);
  });
});

describe('a kubelet that shows another key than before', () => {
  it('it is refused, and told with the command that accepts the new one; the others are not affected', async () => {
    await using system = await start('pin', { shape, faults: new Map([[patient, fault('self-signed')]]) });
    await system.wind(20_000);
    assert.equal((await nodesServed(system)).length, 3);

    await system.fault(patient, fault('self-signed-renewed'));
    await system.wind(60_000);
    assert.equal((await nodesServed(system)).length, 3, 'another certificate over the same key');

    await system.fault(patient, fault('self-signed-new-key'));
    await system.wind(120_000);
    assert.deepEqual(
      (await nodesServed(system)).toSorted(),
      shape.nodes.map(({ name }) => name).filter((name) => name !== patient),
    );
    const reason = reasonOf(system, patient);
    const uid = system.simulator.store.get('nodes', patient)?.metadata.uid ?? '';
    const command = `kubectl -n kube-system patch secret ${secret} --type=merge -p '{"data":{"${uid}":null}}'`;
    assert.ok(reason.includes(command), reason);

    forget(system, uid);
    await system.until('the node is served again', async () => (await nodesServed(system)).length === 3);
  });

  it('is accepted when the authority of the cluster vouches for it; its pin goes with it', async () => {
    await using system = await start('pin', { shape, faults: new Map([[patient, fault('self-signed')]]) });
    await system.wind(20_000);
    const before = pinsOf(system);
    await system.fault(patient, fault('new-key'));
    await system.wind(60_000);
    assert.equal((await nodesServed(system)).length, 3);
    assert.notDeepEqual(pinsOf(system), before);
    await system.fault(patient, fault('self-signed'));
    await system.wind(120_000);
    assert.match(reasonOf(system, patient), /another key/);
  });
});

describe('kubelets that sign their own certificates', () => {
  it('each is known by the key it showed first, to every replica and after a restart', async () => {
    await using system = await start('pin', { shape, faults: new Map([[patient, fault('self-signed')]]) });
    await system.addReplica(['--kubelet-tls=pin']);
    await system.wind(20_000);
    const pins = pinsOf(system);
    assert.deepEqual(
      Object.keys(pins).toSorted(),
      shape.nodes.map(({ name }) => system.simulator.store.get('nodes', name)?.metadata.uid).toSorted(),
    );
    await system.stop();
    await system.fault(patient, fault('self-signed-new-key'));
    await system.addReplica(['--kubelet-tls=pin']);
    await system.wind(60_000);
    const told = system.log.lines.filter(
      ({ facts }) => facts['node'] === patient && String(facts['reason']).includes('another key'),
    );
    assert.equal(told.length, 2, 'once by the replica that was there, once by the one that came');
    assert.deepEqual(pinsOf(system), pins);
  });
});

describe('--kubelet-tls=pin without the right to its Secret', () => {
  it('asks only kubelets whose certificates verify, and says which rule is missing', async () => {
    const options = { shape, faults: new Map([[patient, fault('self-signed')]]), moreRights: [] };
    await using system = await start('pin', options);
    await system.wind(40_000);
    assert.ok((await nodesServed(system)).includes(healthy));
    assert.ok(!(await nodesServed(system)).includes(patient));
    assert.match(reasonOf(system, patient), /could not be pinned: cannot get Secret kube-system\/.*verbs: \["get"\]/);
    const { text } = await system.ask('/readyz?verbose', { certificate: system.simulator.certificates.admin });
    assert.match(text, /degraded: keys of kubelets cannot be pinned: cannot get Secret/);
    const told = system.log.shown.filter((line) => line.startsWith('Keys of kubelets cannot be pinned'));
    assert.equal(told.length, 1);
  });
});

const fault = (make: CertificateMake) => ({ kind: 'certificate', make }) as const;

async function start(mode: Mode, options: Omit<SystemOptions, 'flags'>): Promise<RunningSystem> {
  return await RunningSystem.start({ moreRights, ...options, flags: () => [`--kubelet-tls=${mode}`] });
}

async function nodesServed(system: RunningSystem): Promise<readonly string[]> {
  const items = await system.items<{ readonly metadata: { readonly name: string } }>('nodes');
  return items.map(({ metadata }) => metadata.name);
}

/** Why a node has no metrics, as it was last logged. */
function reasonOf(system: RunningSystem, node: string): string {
  const lines = system.log.lines.filter(
    ({ message, facts }) => message === 'Node could not be scraped' && facts['node'] === node,
  );
  return String(lines.at(-1)?.facts['reason'] ?? '');
}

function pinsOf(system: RunningSystem): Readonly<Record<string, string>> {
  return (system.simulator.store.get('secrets', secret, 'kube-system')?.['data'] ?? {}) as Record<string, string>;
}

/** What the command in the message does. */
function forget(system: RunningSystem, uid: string): void {
  const object = system.simulator.store.get('secrets', secret, 'kube-system');
  assert.ok(object);
  const { [uid]: _, ...others } = pinsOf(system);
  system.simulator.store.put('secrets', { ...object, data: others });
}
