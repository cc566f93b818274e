import assert from 'node:assert/strict';
import { test } from 'node:test';
import { madeRequest } from './made-request.ts';
import { requestInfo, wantsWatch } from './request-info.ts';

const root = '/apis/metrics.k8s.io/v1beta1';

/** What a request is about, as `verb resource [in namespace] [named name]` of metrics.k8s.io/v1beta1, or as `verb path`. */
const meanings: readonly (readonly [method: string, target: string, meaning: string])[] = [
  ['GET', `${root}/nodes`, 'list nodes'],
  ['HEAD', `${root}/nodes`, 'list nodes'],
  ['GET', `${root}/nodes/`, 'list nodes'],
  ['GET', `${root}/nodes/n1`, 'get nodes named n1'],
  ['GET', `${root}/pods`, 'list pods'],
  ['GET', `${root}/namespaces/demo/pods`, 'list pods in demo'],
  ['GET', `${root}/namespaces/demo/pods/web`, 'get pods in demo named web'],
  ['GET', `${root}/namespaces/demo/pods/web/log`, 'get pods/log in demo named web'],
  ['GET', `${root}/namespaces/demo/status`, 'get namespaces/status in demo named demo'],
  ['GET', `${root}/proxy/nodes/n1/stats`, 'proxy nodes named n1'],
  ['GET', `${root}/watch/pods?fieldSelector=metadata.name%3Dweb`, 'watch pods'],
  ['GET', `${root}/namespaces/demo`, 'get namespaces in demo named demo'],
  ['GET', `${root}/namespaces`, 'list namespaces'],
  ['GET', `${root}/pods?watch=1`, 'watch pods'],
  ['GET', `${root}/watch/pods`, 'watch pods'],
  ['GET', `${root}/pods?fieldSelector=metadata.name%3Dweb`, 'list pods named web'],
  ['GET', `${root}/pods?fieldSelector=metadata.name!%3Dweb`, 'list pods'],
  ['GET', `${root}/pods?fieldSelector=metadata.name%3Da%2Fb`, 'list pods'],
  ['GET', `${root}/pods?fieldSelector=spec.nodeName%3Dn`, 'list pods'],
  ['GET', `${root}/%6Eodes`, 'list nodes'],
  ['POST', `${root}/pods`, 'create pods'],
  ['PUT', `${root}/nodes/n1`, 'update nodes named n1'],
  ['PATCH', `${root}/nodes/n1`, 'patch nodes named n1'],
  ['DELETE', `${root}/nodes/n1`, 'delete nodes named n1'],
  ['DELETE', `${root}/nodes`, 'deletecollection nodes'],
  ['OPTIONS', `${root}/nodes`, ' nodes'],
  ['GET', root, `get ${root}`],
  ['GET', '/apis', 'get /apis'],
  ['GET', '/', 'get /'],
  ['HEAD', '/livez', 'head /livez'],
  ['GET', '/readyz/metric-storage-ready', 'get /readyz/metric-storage-ready'],
];

for (const [method, target, meaning] of meanings) {
  test(`${method} ${target} is asked about as: ${meaning}`, () => {
    const info = requestInfo(madeRequest(target, { method }));
    assert.equal(info.kind, 'info');
    const { attributes } = info;
    if (attributes.kind === 'path') return assert.equal(`${attributes.verb} ${attributes.path}`, meaning);
    const { verb, namespace, name, group, version } = attributes;
    const resource = attributes.resource + (attributes.subresource === undefined ? '' : `/${attributes.subresource}`);
    assert.equal(`${group}/${version}`, 'metrics.k8s.io/v1beta1');
    const place = namespace === undefined ? '' : ` in ${namespace}`;
    return assert.equal(`${verb} ${resource}${place}${name === undefined ? '' : ` named ${name}`}`, meaning);
  });
}

test('a legacy path has no group', () => {
  const info = requestInfo(madeRequest('/api/v1/namespaces/demo/pods/web'));
  assert.deepEqual(info.kind === 'info' && info.attributes, {
    kind: 'resource',
    verb: 'get',
    group: '',
    version: 'v1',
    namespace: 'demo',
    resource: 'pods',
    name: 'web',
  });
});

test('what lies below a non-resource root is asked about as its path, and beside it everything is as ever', () => {
  const asked = (target: string, method = 'GET'): string | undefined => {
    const info = requestInfo(madeRequest(target, { method }), ['/api/v1/model', '/apis/metrics/v1alpha1']);
    if (info.kind !== 'info' || info.attributes.kind !== 'path') return undefined;
    return `${info.attributes.verb} ${info.attributes.path}`;
  };
  // Everybody may `get` below /api and /apis.
  for (const path of [
    '/api/v1/model',
    '/api/v1/model/',
    '/api/v1/model/nodes/n1/metrics/cpu/usage_rate',
    '/apis/metrics/v1alpha1/namespaces/shop/pods/web',
  ])
    assert.equal(asked(path), `list ${path}`, path);
  assert.equal(asked('/api/v1/model?watch=1'), 'list /api/v1/model');
  assert.equal(asked('/api/v1%2Fmodel/a%20b'), 'list /api/v1/model/a b');
  assert.equal(asked('/api/v1/model', 'HEAD'), 'list /api/v1/model');
  assert.equal(asked('/api/v1/model/x', 'DELETE'), 'delete /api/v1/model/x');
  for (const target of ['/api/v1/models', '/api/v1/pods', '/api/v1/model2/x', '//api/v1/model/nodes', '/api/v1'])
    assert.doesNotMatch(asked(target) ?? '', /^list/, target);
});

test('a path that is no escaped UTF-8 is refused', () => {
  for (const path of ['/%', '/apis/%zz', '/%ff']) assert.equal(requestInfo(madeRequest(path)).kind, 'bad-path');
});

test('a verb with nothing behind it has no resource', () => {
  assert.equal(requestInfo(madeRequest(`${root}/watch`)).kind, 'no-resource');
});

test('every value of watch but 0 and false means yes', () => {
  for (const query of ['watch=1', 'watch=true', 'watch', 'watch=maybe']) {
    assert.ok(wantsWatch(new URLSearchParams(query)), query);
  }
  for (const query of ['', 'watch=0', 'watch=false', 'watch=False']) {
    assert.ok(!wantsWatch(new URLSearchParams(query)), query);
  }
});

test('a path of very many slashes is read in one go: it blocked the server for minutes', () => {
  const path = `/a${'/'.repeat(100_000)}x`;
  const before = process.cpuUsage();
  assert.equal(requestInfo(madeRequest(path)).kind, 'info');
  assert.ok(process.cpuUsage(before).user < 2_000_000, 'took more than 2 s of CPU');
});
