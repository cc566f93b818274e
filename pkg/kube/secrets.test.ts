import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WoundClock } from '../lifecycle/wound-clock.ts';
import { SecretClient, type StoredSecret } from './secrets.ts';
import { FakeApiserver, type HandMade } from './testing/fake-apiserver.ts';

const signal = new AbortController().signal;
const stored = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 's', namespace: 'n', uid: 'u', resourceVersion: '7', labels: { team: 'a' } },
  type: 'Opaque',
  data: { key: 'dmFsdWU=', odd: 5 },
};

describe('reading a Secret', () => {
  it('gives what it holds, decoded, and what it takes to change it', async () => {
    const { client, requests } = asking({ status: 200, body: stored });
    const reading = await client.read('n', 's', signal);
    assert.ok(reading.kind === 'found');
    const { data, uid, resourceVersion } = reading.secret;
    assert.deepEqual([...data], [['key', Buffer.from('value')]]);
    assert.deepEqual([uid, resourceVersion], ['u', '7']);
    assert.deepEqual([requests[0]?.method, requests[0]?.path], ['GET', '/api/v1/namespaces/n/secrets/s']);
  });

  it('tells one that is not there from one that cannot be read', async () => {
    assert.equal((await asking({ status: 404, body: {} }).client.read('n', 's', signal)).kind, 'absent');
    for (const body of ['[]', 'nonsense', {}, { metadata: {} }]) {
      assert.equal((await asking({ status: 200, body }).client.read('n', 's', signal)).kind, 'unavailable');
    }
  });

  it('spells out the rule that is missing', async () => {
    const refused = { status: 403, body: { message: 'secrets "s" is forbidden' } };
    const reading = await asking(refused).client.read('n', 's', signal);
    assert.ok(reading.kind === 'forbidden');
    assert.match(reading.message, /^cannot get Secret n\/s: .*secrets "s" is forbidden/);
    assert.match(
      reading.message,
      /Role in namespace n with the rule \{apiGroups: \[""\], resources: \["secrets"\], resourceNames: \["s"\], verbs: \["get"\]\}$/,
    );
    const creation = await asking(refused).client.create({ namespace: 'n', name: 's', data: new Map() }, signal);
    assert.match(
      creation.kind === 'forbidden' ? creation.message : '',
      /resources: \["secrets"\], verbs: \["create"\]/,
    );
  });

  it('waits for a silent kube-apiserver ten seconds and no longer', async () => {
    const clock = new WoundClock();
    const apiserver = new FakeApiserver();
    apiserver.hangs = true;
    const reading = new SecretClient({ connection: apiserver, clock }).read('n', 's', signal);
    await clock.wind(10_000);
    assert.equal((await reading).kind, 'unavailable');
  });

  it('says why nobody answered', async () => {
    const apiserver = new FakeApiserver();
    apiserver.stop();
    const reading = await new SecretClient({ connection: apiserver, clock: new WoundClock() }).read('n', 's', signal);
    assert.match(
      reading.kind === 'unavailable' ? reading.message : '',
      /cannot get Secret n\/s: no answer .* nothing listens/,
    );
  });
});

describe('writing a Secret', () => {
  it('creates it with its data encoded, unless somebody else was first', async () => {
    const { client, requests } = asking({ status: 201, body: stored }, { status: 409, body: {} });
    const wanted = { namespace: 'n', name: 's', data: new Map([['key', Buffer.from('value')]]), labels: { a: 'b' } };
    assert.equal((await client.create(wanted, signal)).kind, 'written');
    assert.deepEqual(requests[0]?.body, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's', namespace: 'n', labels: { a: 'b' } },
      type: 'Opaque',
      data: { key: 'dmFsdWU=' },
    });
    assert.equal((await client.create(wanted, signal)).kind, 'exists');
  });

  it('replaces its data and leaves the rest as others made it', async () => {
    const { client, requests } = asking({ status: 200, body: stored }, { status: 200, body: stored });
    const secret = await found(client);
    const update = await client.update(secret, new Map([['new', Buffer.from('x')]]), signal);
    assert.equal(update.kind, 'written');
    assert.deepEqual([requests[1]?.method, requests[1]?.path], ['PUT', '/api/v1/namespaces/n/secrets/s']);
    assert.deepEqual(requests[1]?.body, { ...stored, data: { new: 'eA==' } });
  });

  it('says whether it was changed or deleted meanwhile, and passes on what the kube-apiserver objects to', async () => {
    const answers = [409, 404, 422].map((status) => ({ status, body: { message: 'data is immutable' } }));
    const { client } = asking({ status: 200, body: stored }, ...answers);
    const secret = await found(client);
    assert.equal((await client.update(secret, new Map(), signal)).kind, 'conflict');
    assert.equal((await client.update(secret, new Map(), signal)).kind, 'absent');
    const refused = await client.update(secret, new Map(), signal);
    assert.match(refused.kind === 'unavailable' ? refused.message : '', /answered 422: data is immutable/);
  });
});

async function found(client: SecretClient): Promise<StoredSecret> {
  const reading = await client.read('n', 's', signal);
  assert.ok(reading.kind === 'found');
  return reading.secret;
}

function asking(...answers: HandMade[]) {
  const apiserver = new FakeApiserver();
  apiserver.handMade.push(...answers);
  return { client: new SecretClient({ connection: apiserver, clock: new WoundClock() }), requests: apiserver.requests };
}
