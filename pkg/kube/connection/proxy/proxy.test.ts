import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { environmentProxy, parseProxy } from './proxy.ts';

describe('a proxy', () => {
  it('is named by scheme, host and port, with a name and a password where it wants them', () => {
    assert.deepEqual(parseProxy('http://proxy.test:3128'), { kind: 'http', host: 'proxy.test', port: 3128 });
    assert.deepEqual(parseProxy('proxy.test:3128'), { kind: 'http', host: 'proxy.test', port: 3128 });
    assert.deepEqual(parseProxy('https://proxy.test'), { kind: 'https', host: 'proxy.test', port: 443 });
    assert.deepEqual(parseProxy('socks5://[::1]'), { kind: 'socks5', host: '::1', port: 1080 });
    assert.equal(parseProxy('http://ann:p%40ss@proxy.test').basic, 'ann:p@ss');
  });

  it('that is none is named without its password', () => {
    for (const text of ['ftp://ann:secret@proxy.test', 'http://ann:secret@', 'ann:secret@:x', '://']) {
      assert.throws(
        () => parseProxy(text),
        (error: Error) => !error.message.includes('secret'),
      );
    }
  });
});

describe('the proxy of the environment', () => {
  const server = 'https://kube.example.com:6443';

  it('is that of the scheme, in capitals first', () => {
    const environment = { HTTPS_PROXY: 'http://upper:1', https_proxy: 'http://lower:1', HTTP_PROXY: 'http://plain:1' };
    assert.equal(environmentProxy(server, environment)?.host, 'upper');
    assert.equal(environmentProxy(server, { https_proxy: 'http://lower:1' })?.host, 'lower');
    assert.equal(environmentProxy('http://kube.example.com', environment)?.host, 'plain');
    assert.equal(environmentProxy(server, { HTTP_PROXY: 'http://plain:1' }), undefined);
    assert.equal(environmentProxy(server, { HTTPS_PROXY: '' }), undefined);
  });

  it('is not used where NO_PROXY says so, nor on the way to this machine', () => {
    const HTTPS_PROXY = 'http://proxy:1';
    assert.equal(environmentProxy(server, { HTTPS_PROXY, NO_PROXY: '.example.com' }), undefined);
    assert.equal(environmentProxy('https://10.96.0.1', { HTTPS_PROXY, no_proxy: '10.96.0.0/12' }), undefined);
    assert.equal(environmentProxy('https://[::1]:6443', { HTTPS_PROXY }), undefined);
    assert.equal(environmentProxy('https://10.96.0.1', { HTTPS_PROXY, NO_PROXY: '10.0.0.0/12' })?.host, 'proxy');
  });

  it('that is none is named with its variable', () => {
    assert.throws(() => environmentProxy(server, { HTTPS_PROXY: 'ftp://proxy' }), /^Error: HTTPS_PROXY: proxy ftp:/);
  });
});
