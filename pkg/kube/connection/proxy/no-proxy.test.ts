import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isExempt } from './no-proxy.ts';

/** What Go's golang.org/x/net/http/httpproxy answers to the same. */
const cases: readonly (readonly [noProxy: string, host: string, exempt: boolean, port?: number])[] = [
  ['', 'kube.example.com', false],
  ['*', 'kube.example.com', true],
  ['example.com', 'example.com', true],
  ['example.com', 'kube.example.com', true],
  ['example.com', 'kubeexample.com', false],
  ['.example.com', 'example.com', false],
  ['.example.com', 'kube.example.com', true],
  ['*.example.com', 'kube.example.com', true],
  ['*.example.com', 'example.com', false],
  ['EXAMPLE.com', 'Kube.Example.COM', true],
  [' a.test , example.com ', 'example.com', true],
  ['example.com:443', 'example.com', true],
  ['example.com:443', 'example.com', false, 6443],
  ['10.0.0.1', '10.0.0.1', true],
  ['10.0.0.1', '10.0.0.11', false],
  ['10.0.0.1:6443', '10.0.0.1', false],
  ['10.0.0.1:6443', '10.0.0.1', true, 6443],
  ['10.96.0.0/12', '10.96.0.1', true],
  ['10.96.0.0/12', '10.111.255.255', true],
  ['10.96.0.0/12', '10.112.0.0', false],
  ['10.96.0.0/12', 'kube.example.com', false],
  ['10.96.0.0/33', '10.96.0.1', false],
  ['10.96.0.0/', '10.96.0.1', false],
  ['fd00::/8', 'fd00::1', true],
  ['fd00::/8', 'fe80::1', false],
  ['fd00::1', 'fd00:0:0::1', true],
  ['[fd00::1]:6443', 'fd00::1', true, 6443],
  ['[fd00::1]:6443', 'fd00::1', false],
  ['', 'localhost', true],
  ['', '127.0.0.1', true],
  ['', '127.9.9.9', true],
  ['', '::1', true],
  [',,', 'kube.example.com', false],
  ['svc,cluster.local', 'kubernetes.default.svc', true],
];

describe('NO_PROXY', () => {
  for (const [noProxy, host, exempt, port = 443] of cases) {
    it(`${JSON.stringify(noProxy)} ${exempt ? 'exempts' : 'does not exempt'} ${host}:${port}`, () => {
      assert.equal(isExempt({ host, port }, noProxy), exempt);
    });
  }
});
