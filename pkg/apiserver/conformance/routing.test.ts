import assert from 'node:assert/strict';
import { test } from '../testing/every-protocol.ts';
import { ask, root, statusText } from './served-metrics.ts';

// aggregated-api.md §5.2

const notAllowed = statusText(
  405,
  'MethodNotAllowed',
  'the server does not allow this method on the requested resource',
  {},
);
const notFound = statusText(404, 'NotFound', 'the server could not find the requested resource', {});
const noWatch = statusText(
  405,
  'MethodNotAllowed',
  'watch is not supported on resources of kind "pods.metrics.k8s.io"',
  {
    group: 'metrics.k8s.io',
    kind: 'pods',
  },
);
const noPathInfo = (target: string): string =>
  `Internal Server Error: "${target}": failed to create RequestInfo: unable to determine kind and namespace from url, ${target}\n`;

const served = ['/nodes', '/nodes/rig-node-1', '/pods', '/namespaces/demo/pods', '/namespaces/demo/pods/burner'];
for (const path of served) {
  for (const target of [path, `${path}/`]) {
    test(`GET ${target} is served`, async () => assert.equal((await ask(root + target)).status, 200));
  }
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND']) {
    test(`${method} ${path} is a 405 without an Allow header`, async () => {
      const { status, headers, text } = await ask(root + path, { method });
      assert.deepEqual([status, text, headers['Allow']], [405, notAllowed, undefined]);
    });
  }
  test(`HEAD ${path} is a 405 without a body`, async () => {
    const { status, text, headers } = await ask(root + path, { method: 'HEAD' });
    assert.deepEqual([status, text, headers['Content-Length']], [405, '', String(notAllowed.length)]);
  });
}

const answers: readonly (readonly [promise: string, target: string, status: number, body: string])[] = [
  ['a resource that is not there', `${root}/nosuch`, 404, notFound],
  ['nodes in a namespace', `${root}/namespaces/demo/nodes`, 404, notFound],
  ['a namespace by itself', `${root}/namespaces/demo`, 404, notFound],
  ['part of an object', `${root}/nodes/rig-node-1/status`, 404, notFound],
  ['another version', '/apis/metrics.k8s.io/v1', 404, notFound],
  ['two slashes at the end', `${root}/nodes//`, 404, notFound],
  [
    'an escaped letter is the letter',
    `${root}/%6eodes/nosuch`,
    404,
    statusText(404, 'NotFound', 'node "nosuch" not found', { name: 'nosuch', kind: 'node' }),
  ],
  ['an escaped slash is a slash', `${root}/namespaces%2Fdemo%2Fnodes`, 404, notFound],
  ['what is no escape at all', `${root}/%zz`, 400, '400 Bad Request\n'],
  ['a watch by path', `${root}/watch/pods`, 404, notFound],
  ['a watch by path of nothing', `${root}/watch`, 500, noPathInfo(`${root}/watch`)],
  ['a watch by path of nothing, with a slash', `${root}/watch/`, 500, noPathInfo(`${root}/watch/`)],
  ['such a watch with a query', `${root}/watch?a=b,c`, 500, noPathInfo(`${root}/watch?a=b,c`)],
  ['?watch=1', `${root}/pods?watch=1`, 405, noWatch],
  ['?watch=true', `${root}/pods?watch=true`, 405, noWatch],
  ['?watch without a value', `${root}/pods?watch`, 405, noWatch],
  ['?watch with nonsense', `${root}/pods?watch=no`, 405, noWatch],
];

for (const [promise, target, status, body] of answers) {
  test(`${promise} is answered ${status}: ${target}`, async () => {
    const answer = await ask(target);
    assert.deepEqual([answer.status, answer.text], [status, body]);
  });
}

for (const target of [`${root}/pods?watch=0`, `${root}/pods?watch=false`, `${root}/pods?watch=FALSE`]) {
  test(`${target} is a list`, async () => assert.equal((await ask(target)).status, 200));
}

for (const target of ['/nosuch', '/api', '/api/v1/pods', '/apis/other.io/v1/things', '/Apis', '/livez/nosuch/x']) {
  test(`${target}, outside every API, is a 404 with the paths there are`, async () => {
    const { status, text } = await ask(target);
    assert.equal(status, 404);
    assert.ok(JSON.parse(text).paths.includes(root));
  });
}
