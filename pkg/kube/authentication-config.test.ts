import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WoundClock } from '../lifecycle/wound-clock.ts';
import { AuthenticationConfigMap } from './authentication-config.ts';
import { selfSigned } from './testing/certificates.ts';
import { FakeApiserver, type FakeObject } from './testing/fake-apiserver.ts';
import { KeptLog } from './testing/kept-log.ts';

const signal = new AbortController().signal;
const ca = selfSigned('front-proxy-ca').cert;
const clientCa = selfSigned('client-ca').cert;

const data = {
  'client-ca-file': clientCa,
  'requestheader-client-ca-file': ca,
  'requestheader-allowed-names': '["front-proxy-client"]',
  'requestheader-username-headers': '["X-Remote-User"]',
  'requestheader-uid-headers': '["X-Remote-Uid"]',
  'requestheader-group-headers': '["X-Remote-Group"]',
  'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
};

const trust = {
  clientCa,
  requestHeader: {
    ca,
    allowedNames: ['front-proxy-client'],
    usernameHeaders: ['X-Remote-User'],
    uidHeaders: ['X-Remote-Uid'],
    groupHeaders: ['X-Remote-Group'],
    extraHeaderPrefixes: ['X-Remote-Extra-'],
  },
};

describe('the authentication ConfigMap, looked up', () => {
  it('tells whom to trust', async () => {
    const { config, apiserver } = asking();
    apiserver.handMade.push({ status: 200, body: configMap(data) });
    assert.deepEqual(await config.lookup(signal), { kind: 'found', trust });
    assert.deepEqual(config.current, trust);
    assert.equal(
      apiserver.requests[0]?.path,
      '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication',
    );
  });

  it('may leave out the front proxy, and the headers of older kube-apiservers', async () => {
    const { config, apiserver } = asking();
    apiserver.handMade.push({ status: 200, body: configMap({ 'client-ca-file': clientCa }) });
    assert.deepEqual(await config.lookup(signal), { kind: 'found', trust: { clientCa } });
    const { 'requestheader-uid-headers': _, ...older } = data;
    apiserver.handMade.push({ status: 200, body: configMap(older) });
    await config.lookup(signal);
    assert.deepEqual(config.current?.requestHeader?.uidHeaders, []);
  });

  it('may not exist', async () => {
    const { config, apiserver } = asking();
    apiserver.handMade.push({ status: 404, body: { message: 'not found' } });
    assert.equal((await config.lookup(signal)).kind, 'not-found');
  });

  it('names the RoleBinding that is missing when it is forbidden', async () => {
    const { config, apiserver } = asking();
    apiserver.handMade.push({ status: 403, body: { message: 'configmaps is forbidden' } });
    const outcome = await config.lookup(signal);
    assert.equal(outcome.kind, 'forbidden');
    assert.match('message' in outcome ? outcome.message : '', /extension-apiserver-authentication-reader/);
  });

  it('says so when the kube-apiserver is away', async () => {
    const { config, apiserver } = asking();
    apiserver.stop();
    assert.equal((await config.lookup(signal)).kind, 'unavailable');
  });

  it('says what is wrong with it', async () => {
    const broken: readonly [object, RegExp][] = [
      [{ ...data, 'requestheader-allowed-names': 'front-proxy' }, /requestheader-allowed-names is no JSON array/],
      [{ ...data, 'requestheader-username-headers': '[1]' }, /requestheader-username-headers is no JSON array/],
      [{ ...data, 'client-ca-file': 'hello' }, /client-ca-file holds no PEM certificate/],
      [{ ...data, 'requestheader-client-ca-file': spoilt(ca) }, /holds a certificate that cannot be read/],
    ];
    for (const [spoiltData, reason] of broken) {
      const { config, apiserver } = asking();
      apiserver.handMade.push({ status: 200, body: configMap(spoiltData) });
      const outcome = await config.lookup(signal);
      assert.equal(outcome.kind, 'malformed');
      assert.match('message' in outcome ? outcome.message : '', reason);
      assert.equal(config.current, undefined);
    }
  });
});

describe('the authentication ConfigMap, followed', () => {
  it('is asked for alone', async () => {
    await using test = await followed(data);
    const [list] = test.apiserver.requests;
    assert.equal(list?.query?.['fieldSelector'], 'metadata.name=extension-apiserver-authentication');
    assert.deepEqual(test.config.current, trust);
  });

  it('takes over a new CA', async () => {
    await using test = await followed(data);
    const renewed = selfSigned('front-proxy-ca').cert;
    test.apiserver.put(configMap({ ...data, 'requestheader-client-ca-file': renewed }));
    await test.clock.wind(0);
    assert.equal(test.config.current?.requestHeader?.ca, renewed);
  });

  it('stays the same object while it says the same', async () => {
    await using test = await followed(data);
    const before = test.config.current;
    test.apiserver.put(configMap(data));
    await test.clock.wind(0);
    assert.equal(test.config.current, before);
  });

  it('keeps its last good value when it is spoilt or deleted, and says so once', async () => {
    await using test = await followed(data);
    for (let turn = 0; turn < 3; turn++) test.apiserver.put(configMap({ ...data, 'client-ca-file': 'x' }));
    await test.clock.wind(0);
    test.apiserver.remove(configMap(data));
    await test.clock.wind(0);
    assert.deepEqual(test.config.current, trust);
    assert.deepEqual(test.log.shown.slice(1), [
      'Authentication ConfigMap: it cannot be used',
      'Authentication ConfigMap: it does not exist',
    ]);
    test.apiserver.put(configMap(data));
    await test.clock.wind(0);
    assert.equal(test.log.shown.at(-1), 'Authentication ConfigMap is good again');
  });

  it('is found when it comes later', async () => {
    await using test = await followed(undefined);
    assert.equal(test.config.synced, true);
    assert.equal(test.config.current, undefined);
    test.apiserver.put(configMap(data));
    await test.clock.wind(0);
    assert.deepEqual(test.config.current, trust);
  });

  it('trusts nobody when it names no CA', async () => {
    await using test = await followed({});
    assert.deepEqual(test.config.current, {});
  });
});

function asking() {
  const apiserver = new FakeApiserver();
  const clock = new WoundClock();
  const log = new KeptLog();
  const config = new AuthenticationConfigMap({ connection: apiserver, clock, log, random: () => 0.5 });
  return { apiserver, clock, log, config };
}

async function followed(content: object | undefined) {
  const asked = asking();
  if (content !== undefined) asked.apiserver.put(configMap(content));
  const stop = new AbortController();
  const running = asked.config.run(stop.signal);
  await asked.clock.wind(1_000);
  return {
    ...asked,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

function configMap(content: object): FakeObject {
  return { metadata: { name: 'extension-apiserver-authentication', namespace: 'kube-system' }, data: content };
}

/** The certificate with its middle cut out. */
const spoilt = (pem: string): string => pem.slice(0, 200) + pem.slice(400);
