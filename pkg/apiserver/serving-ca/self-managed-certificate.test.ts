import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { type Facts, type Logger, silentLogger } from '../../telemetry/logger.ts';
import { certificatesIn, readAuthorities, writeAuthorities } from './authorities.ts';
import { makeAuthority } from './issuing.ts';
import { usualTerms } from './rotation.ts';
import { PretendCluster } from './testing/pretend-secret.ts';
import { Replica } from './testing/replica.ts';

const dayMs = 86_400_000;
const terms = { ...usualTerms, lookEveryMs: 3_600_000 };
const { lookEveryMs } = terms;
const service = { namespace: 'kube-system', name: 'metrics-server' };

describe('a certificate of our own authority', () => {
  it('is shown at once where nobody made a Secret yet, and everybody is told by what to verify it', async () => {
    await using it = await setUp(1);
    const [leaf] = it.leaves();
    assert.equal(leaf?.checkHost('metrics-server.kube-system.svc'), 'metrics-server.kube-system.svc');
    assert.ok(it.verifies(0));
    assert.equal(it.replica(0).certificate.report.kind, 'trusted');
  });

  it('is signed by one authority for all replicas, whichever comes first', async () => {
    await using it = await setUp(3);
    assert.equal(certificatesIn(it.cluster.bundle).length, 1);
    for (const at of [0, 1, 2]) assert.ok(it.verifies(at));
  });

  it('is renewed after two thirds of its month, by the same authority', async () => {
    await using it = await setUp(1);
    await it.wind(19 * dayMs);
    assert.equal(it.replica(0).shown.length, 1);
    await it.wind(2 * dayMs);
    assert.equal(it.replica(0).shown.length, 2);
    assert.equal(certificatesIn(it.cluster.bundle).length, 1);
    assert.ok(it.verifies(0));
  });

  it('stays as it is while the Secret cannot be read, and the log says so once', async () => {
    await using it = await setUp(1);
    it.replica(0).view.refusal = 'cannot get Secret: forbidden';
    await it.wind(10 * lookEveryMs);
    const { kind, problems } = it.replica(0).certificate.report;
    assert.deepEqual([kind, problems], ['degraded', ['cannot get Secret: forbidden']]);
    assert.equal(it.replica(0).shown.length, 1);
    assert.equal(it.lines.filter((line) => line.startsWith('Our serving certificate may not')).length, 1);
  });

  it('is shown even where nobody may be told of its authority, and the report says why that matters', async () => {
    const clock = new WoundClock();
    const replica = new Replica(new PretendCluster(), clock, { terms });
    replica.view.mayNotPublish = true;
    await clock.wind(0);
    assert.equal(replica.shown.length, 1);
    assert.deepEqual(replica.certificate.report.problems, ['may not publish']);
    await replica.stop();
  });

  it('outlives a Secret that was deleted: the next authority is announced, then signs', async () => {
    await using it = await setUp(2);
    const before = it.cluster.bundle;
    it.cluster.change(undefined);
    await it.wind(lookEveryMs);
    assert.equal(certificatesIn(it.cluster.bundle).length, 2);
    assert.ok(it.cluster.bundle.startsWith(before));
    assert.equal(it.replica(0).shown.length, 1);
    await it.wind(usualTerms.overlapMs + 2 * lookEveryMs);
    for (const at of [0, 1]) {
      assert.equal(it.replica(at).shown.length, 2);
      assert.ok(it.verifies(at));
    }
    await it.wind(31 * dayMs);
    assert.equal(certificatesIn(it.cluster.bundle).length, 1);
    for (const at of [0, 1]) assert.ok(it.verifies(at));
  });

  it('puts a spoilt Secret right', async () => {
    await using it = await setUp(2);
    const { data } = it.cluster;
    assert.ok(data);
    it.cluster.change(new Map([...data, ['ca.key', Buffer.from('spoilt')]]));
    await it.wind(lookEveryMs);
    assert.deepEqual(it.cluster.data, data);
    assert.equal(it.replica(0).shown.length, 1);
  });

  it('lets an authority that somebody put into the Secret take over without a gap', async () => {
    await using it = await setUp(2);
    const theirs = await makeAuthority({ service, keyAlgorithm: 'rsa-2048', terms: usualTerms }, it.clock.now());
    it.cluster.change(writeAuthorities({ active: theirs }));
    await it.wind(lookEveryMs);
    assert.ok(it.cluster.bundle.endsWith(theirs.certPem));
    assert.ok(it.verifies(0));
    await it.wind(usualTerms.overlapMs + 2 * lookEveryMs);
    for (const leaf of it.leaves()) assert.ok(leaf.verify(new X509Certificate(theirs.certPem).publicKey));
  });

  it('leaves a spoilt Secret to replicas that may know better, for a while', async () => {
    await using it = await setUp(0);
    it.cluster.change(new Map([['ca.crt', Buffer.from('spoilt')]]));
    const replica = await it.add();
    await it.wind(lookEveryMs);
    assert.equal(replica.shown.length, 0);
    assert.match(replica.certificate.report.problems[0] ?? '', /cannot be used: its ca\.crt is no PEM certificate/);
    await it.wind(lookEveryMs);
    assert.equal(replica.shown.length, 1);
    assert.equal(readAuthorities(it.cluster.data ?? new Map()).kind, 'read');
  });
});

async function setUp(replicas: number) {
  const clock = new WoundClock();
  const cluster = new PretendCluster();
  const lines: string[] = [];
  const keep: Logger['warn'] = (message: string, _facts?: Facts) => void lines.push(message);
  const all: Replica[] = [];
  const add = async (): Promise<Replica> => {
    const replica = new Replica(cluster, clock, { terms, log: { ...silentLogger, info: keep, warn: keep } });
    all.push(replica);
    await clock.wind(0);
    return replica;
  };
  for (let count = 0; count < replicas; count++) await add();
  const replica = (at: number): Replica => {
    const found = all[at];
    assert.ok(found);
    return found;
  };
  const leaves = () => all.flatMap(({ leaf }) => (leaf ? [new X509Certificate(leaf.certPem)] : []));
  return {
    clock,
    cluster,
    lines,
    add,
    wind: (ms: number) => clock.wind(ms),
    replica,
    leaves,
    verifies: (at: number): boolean => {
      const leaf = leaves()[at];
      const roots = certificatesIn(cluster.bundle).map((pem) => new X509Certificate(pem));
      return leaf !== undefined && roots.some((root) => leaf.checkIssued(root) && leaf.verify(root.publicKey));
    },
    async [Symbol.asyncDispose]() {
      for (const one of all) await one.stop();
    },
  };
}
