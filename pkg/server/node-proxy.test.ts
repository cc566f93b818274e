import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BodyTooLarge } from '../kube/connection/http/response-body.ts';
import type { KubeRequest, KubeResponse } from '../kube/connection/transport.ts';
import { nodeProxy } from './node-proxy.ts';

const patient = new AbortController().signal;
const path = '/api/v1/nodes/n1/proxy/metrics/resource';

describe('asking a kubelet through the kube-apiserver', () => {
  it('gives what the kubelet says', async () => {
    const asked: KubeRequest[] = [];
    const proxy = nodeProxy({
      async request(request) {
        asked.push(request);
        return answer(200, 'node_cpu_usage_seconds_total 1\n');
      },
    });
    const given = await proxy.get(path, patient);
    assert.equal(given.kind === 'ok' && given.body.toString(), 'node_cpu_usage_seconds_total 1\n');
    assert.deepEqual(asked, [{ method: 'GET', path, accept: 'text/plain', signal: patient }]);
  });

  it('gives the words of a refusal, the kube-apiserver’s and the kubelet’s', async () => {
    const status = JSON.stringify({ kind: 'Status', message: 'nodes "n1" is forbidden' });
    const refused = nodeProxy({ request: async () => answer(403, status) });
    assert.deepEqual(await refused.get(path, patient), {
      kind: 'status',
      code: 403,
      detail: 'nodes "n1" is forbidden',
    });
    const missing = nodeProxy({ request: async () => answer(404, '404 page not found\n') });
    assert.deepEqual(await missing.get(path, patient), { kind: 'status', code: 404, detail: '404 page not found' });
  });

  it('says what went wrong on the way, and never throws', async () => {
    const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    const failing = (error: unknown) => nodeProxy({ request: async () => Promise.reject(error) }).get(path, patient);
    assert.deepEqual(await failing(refused), { kind: 'unreachable', code: 'ECONNREFUSED' });
    assert.deepEqual(await failing(new Error('wrapped', { cause: refused })), {
      kind: 'unreachable',
      code: 'ECONNREFUSED',
    });
    assert.equal((await failing(new BodyTooLarge('body', 1))).kind, 'too-large');
    const late = nodeProxy({ request: async () => Promise.reject(new Error('aborted')) });
    assert.deepEqual(await late.get(path, AbortSignal.abort()), { kind: 'timed-out' });
  });
});

function answer(status: number, text: string): KubeResponse {
  return {
    status,
    headers: {},
    text: async () => text,
    json: async () => JSON.parse(text),
    async *lines() {
      yield [text];
    },
    [Symbol.dispose]: () => undefined,
  };
}
