import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WoundClock } from '../lifecycle/wound-clock.ts';
import { ApiServiceClient } from './api-services.ts';
import { FakeApiserver, type HandMade } from './testing/fake-apiserver.ts';

const signal = new AbortController().signal;
const name = 'v1beta1.metrics.k8s.io';
const stored = {
  kind: 'APIService',
  metadata: { name, annotations: { a: 'b' } },
  spec: { service: { namespace: 'kube-system', name: 'metrics-server' }, insecureSkipTLSVerify: true },
};

describe('an APIService', () => {
  it('says who serves it and how they are verified', async () => {
    const spec = { ...stored.spec, insecureSkipTLSVerify: false, caBundle: Buffer.from('PEM').toString('base64') };
    const { client } = asking({ status: 200, body: { ...stored, spec } });
    assert.deepEqual(await client.read(name, signal), {
      kind: 'found',
      apiService: {
        name,
        service: { namespace: 'kube-system', name: 'metrics-server' },
        caBundle: 'PEM',
        insecureSkipTlsVerify: false,
        annotations: { a: 'b' },
      },
    });
  });

  it('gets one field applied, by force, and a second one only where verification is off', async () => {
    const { client, requests } = asking(
      { status: 200, body: stored },
      { status: 200, body: stored },
      { status: 200, body: stored },
    );
    const reading = await client.read(name, signal);
    assert.ok(reading.kind === 'found');
    await client.applyCaBundle(reading.apiService, 'PEM', signal);
    await client.applyCaBundle({ ...reading.apiService, insecureSkipTlsVerify: false }, 'PEM', signal);
    const [, off, on] = requests;
    assert.equal(off?.method, 'PATCH');
    assert.equal(off.contentType, 'application/apply-patch+yaml');
    assert.deepEqual(off.query, { fieldManager: 'metrics-server-serving-ca', force: 'true' });
    assert.deepEqual((off.body as { spec: object }).spec, { caBundle: 'UEVN', insecureSkipTLSVerify: false });
    assert.deepEqual((on?.body as { spec: object }).spec, { caBundle: 'UEVN' });
  });

  it('may be absent, and what cannot be read is no APIService', async () => {
    assert.equal((await asking({ status: 404, body: {} }).client.read(name, signal)).kind, 'absent');
    for (const body of ['[]', 'x', {}, { kind: 'Status' }]) {
      assert.equal((await asking({ status: 200, body }).client.read(name, signal)).kind, 'unavailable');
    }
    const apiserver = new FakeApiserver();
    apiserver.stop();
    const client = new ApiServiceClient({ connection: apiserver, clock: new WoundClock() });
    assert.equal((await client.read(name, signal)).kind, 'unavailable');
  });

  it('that is not ours to change names the rule that is missing', async () => {
    const reading = await asking({ status: 403, body: { message: 'no' } }).client.read(name, signal);
    assert.match(
      reading.kind === 'forbidden' ? reading.message : '',
      /ClusterRole with the rule \{.*resourceNames: \["v1beta1\.metrics\.k8s\.io"\], verbs: \["get", "patch"\]\}$/,
    );
  });
});

function asking(...answers: HandMade[]) {
  const apiserver = new FakeApiserver();
  apiserver.handMade.push(...answers);
  return {
    client: new ApiServiceClient({ connection: apiserver, clock: new WoundClock() }),
    requests: apiserver.requests,
  };
}
