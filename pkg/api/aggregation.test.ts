import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ApiServer } from '../apiserver/api-server.ts';
import { generateKey, issueCertificate } from '../apiserver/certificates/issue-certificate.ts';
import { bodyBytes } from '../apiserver/conformance/body-bytes.ts';
import { Authenticator } from '../apiserver/identity/authenticate.ts';
import { Authorizer } from '../apiserver/identity/authorize.ts';
import { madeRequest } from '../apiserver/made-request.ts';
import { answerOf, test } from '../apiserver/testing/every-protocol.ts';
import { bodyText } from '../apiserver/testing/things.ts';
import { WoundClock } from '../lifecycle/wound-clock.ts';
import type { AccessAttributes, AccessVerdict, User } from '../model/user.ts';
import { Registry } from '../telemetry/exposition.ts';
import { silentLogger } from '../telemetry/logger.ts';
import { metricsApi } from './group.ts';
import { PretendCluster, usageOf } from './pretend-cluster.ts';

// All that a real aggregation layer (1.36) passed on to an aggregated server or asked it itself, as it was sent.

const clock = new WoundClock();
const key = await generateKey();
const dates = { notBefore: clock.now() - 60_000, notAfter: clock.now() + 86_400_000, key };
const authority = await issueCertificate({ commonName: 'front-proxy-ca', isCa: true, usages: [], ...dates });
const proxy = await issueCertificate({
  commonName: 'front-proxy-client',
  issuer: authority,
  usages: ['client'],
  ...dates,
});

const frontProxyTrust = {
  ca: authority.certPem,
  allowedNames: ['front-proxy-client'],
  usernameHeaders: ['X-Remote-User'],
  uidHeaders: ['X-Remote-Uid'],
  groupHeaders: ['X-Remote-Group'],
  extraHeaderPrefixes: ['X-Remote-Extra-'],
};

interface Recorded {
  /** How often it was seen with just these headers. */
  readonly times: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

const file = join(import.meta.dirname, 'testdata', 'aggregation-layer.jsonl');
const recorded = readFileSync(file, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Recorded);

const aggregatedV2 = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const json = 'application/json';
const protobuf = 'application/vnd.kubernetes.protobuf';
const root = '/apis/metrics.k8s.io/v1beta1';

/** What comes for which path and Accept header (how it begins): a type, and something in the body. */
const answers: readonly (readonly [path: string, accept: string, type: string, body: RegExp])[] = [
  ['/apis', json, aggregatedV2, /"kind":"APIGroupDiscoveryList".*"freshness":"Current"/],
  [root, '', json, /"kind":"APIResourceList".*"name":"nodes".*"name":"pods"/],
  [root, json, json, /"kind":"APIResourceList".*"name":"nodes".*"name":"pods"/],
  ['/openapi/v2', json, json, /"swagger":"2.0"/],
  ['/openapi/v3', '', json, /"serverRelativeURL":"\/openapi\/v3\/apis\/metrics.k8s.io\/v1beta1\?hash=[0-9A-F]{128}"/],
  [`${root}/nodes`, protobuf, protobuf, /^k8s.*NodeMetricsList.*node-1/s],
  [`${root}/pods`, protobuf, protobuf, /^k8s.*PodMetricsList.*hog-1.*other/s],
  [`${root}/namespaces/hpa/pods`, protobuf, protobuf, /^k8s.*PodMetricsList.*hog-1.*other/s],
  [
    `${root}/namespaces/hpa/pods?labelSelector=app%3Dhog`,
    protobuf,
    protobuf,
    /^k8s.*PodMetricsList(?!.*other).*hog-1/s,
  ],
  [`${root}/namespaces/hpa/pods?labelSelector=app%3Dhog`, json, json, /^\{"kind":"PodMetricsList"(?!.*other).*"hog-1"/],
];

for (const { times, path, headers } of recorded) {
  const accept = headers['Accept'] ?? '';
  const who = headers['X-Remote-User'];
  test(`${path} as ${who} accepting ${accept || 'nothing in particular'} (seen ${times} times) is answered`, async () => {
    const expected = answers.find(
      ([at, begin]) => at === path && (begin === '' ? accept === '' : accept.startsWith(begin)),
    );
    assert.ok(expected, 'nobody says what is to come');
    const answer = await ask(path, headers);
    const [, , type, body] = expected;
    assert.deepEqual([answer.status, answer.headers['Content-Type']], [200, type]);
    // Everything else is far from 128 KiB.
    const isSqueezed = path === '/openapi/v2';
    assert.equal(answer.headers['Content-Encoding'], isSqueezed ? 'gzip' : undefined);
    const bytes = await bodyBytes(answer.body);
    assert.match((isSqueezed ? gunzipSync(bytes) : bytes).toString('latin1'), body);
  });
}

test('what the layer asks for on its own is answered while the kube-apiserver is away, to masters; others are told', async () => {
  for (const { path, headers } of recorded) {
    const isMaster = headers['X-Remote-Group'] === 'system:masters';
    const { status } = await ask(path, headers, () => ({ kind: 'unavailable', reason: 'away' }));
    assert.equal(status, isMaster ? 200 : 500, `${path} as ${headers['X-Remote-User']}`);
  }
});

test('the layer is told what it has already, by a tag', async () => {
  const discovery = recorded.find(({ path }) => path === '/apis');
  assert.ok(discovery);
  const tag = String((await ask(discovery.path, discovery.headers)).headers['ETag']);
  const again = await ask(discovery.path, { ...discovery.headers, 'If-None-Match': tag });
  assert.deepEqual([again.status, again.headers['ETag'], await bodyText(again)], [304, tag, '']);
});

type Rights = (user: User, attributes: AccessAttributes) => AccessVerdict;

/** As the stock roles give them: discovery to everyone known, metrics to the HPA controller; masters are not asked about. */
function stockRights({ name, groups }: User, attributes: AccessAttributes): AccessVerdict {
  const isDiscovery = attributes.kind === 'path' && /^\/(apis|openapi)(\/|$)/.test(attributes.path);
  const isList = attributes.kind === 'resource' && attributes.verb === 'list' && attributes.resource === 'pods';
  const may = isDiscovery
    ? groups.includes('system:authenticated')
    : isList && name.endsWith(':horizontal-pod-autoscaler');
  return { kind: may ? 'allowed' : 'denied', reason: '' };
}

function ask(path: string, sent: Recorded['headers'], rights: Rights = stockRights) {
  const headers = Object.fromEntries(Object.entries(sent).map(([name, value]) => [name.toLowerCase(), value]));
  const request = madeRequest(path, { headers, peerChain: [new X509Certificate(proxy.certPem)] });
  return answerOf(serverWith(rights), request);
}

function serverWith(rights: Rights): ApiServer {
  const cluster = new PretendCluster();
  const usage = usageOf({ cpu: 1, memory: 1 }, clock.now(), 15_000);
  cluster.addNode('node-1', {}, usage);
  cluster.addPod('hpa/hog-1', { app: 'hog' }, [{ name: 'c', usage }]);
  cluster.addPod('hpa/other', { app: 'other' }, [{ name: 'c', usage }]);
  const parts = { clock, log: silentLogger };
  return new ApiServer({
    groups: metricsApi({ ...cluster.parts, clock, registry: new Registry() }, ['v1beta1']),
    authenticator: new Authenticator({
      trust: () => ({ requestHeader: frontProxyTrust }),
      tokens: { review: async () => ({ kind: 'rejected', reason: 'nobody shows one' }) },
      tokenCacheTtlMs: 0,
      ...parts,
    }),
    authorizer: new Authorizer({
      reviewer: { review: async (user, attributes) => rights(user, attributes) },
      alwaysAllowPaths: [],
      authorizedTtlMs: 0,
      unauthorizedTtlMs: 0,
      ...parts,
    }),
    health: { livez: [], readyz: [], healthz: [] },
    expose: () => '',
    version: { major: '1', minor: '0', gitVersion: 'v1.0.0' } as never,
    openapi: { title: 'Metrics', clock },
    log: silentLogger,
    newId: () => 'id',
    serverAddress: ':443',
  });
}
