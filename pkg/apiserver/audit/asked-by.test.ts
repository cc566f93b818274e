import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ApiRequest } from '../exchange.ts';
import { madeRequest } from '../made-request.ts';
import { attemptedMethods, requestUri, sourceAddresses, userAgentOf } from './asked-by.ts';

const from = (headers: ApiRequest['headers'], remoteAddress = '10.0.0.9'): string[] =>
  sourceAddresses({ headers, remoteAddress });

describe('what an event says of the asker', () => {
  test('is the way the request took, the other end of the connection last and once', () => {
    assert.deepEqual(from({}), ['10.0.0.9']);
    assert.deepEqual(from({ 'x-forwarded-for': '1.2.3.4, fe80::1' }), ['1.2.3.4', 'fe80::1', '10.0.0.9']);
    assert.deepEqual(from({ 'x-forwarded-for': '1.2.3.4,10.0.0.9' }), ['1.2.3.4', '10.0.0.9']);
    assert.deepEqual(from({ 'x-forwarded-for': '1.2.3.4', 'x-real-ip': '5.6.7.8' }), [
      '1.2.3.4',
      '5.6.7.8',
      '10.0.0.9',
    ]);
    assert.deepEqual(from({ 'x-real-ip': '10.0.0.9' }), ['10.0.0.9']);
    assert.deepEqual(from({}, '::ffff:10.0.0.9'), ['10.0.0.9']);
  });

  test('is no text that is no address, and no more addresses than a request can take', () => {
    assert.deepEqual(from({ 'x-forwarded-for': '<script>, unknown,, 1.2.3', 'x-real-ip': 'me' }, ''), []);
    assert.ok(from({ 'x-forwarded-for': '1.2.3.4,'.repeat(100_000) }).length < 40);
  });

  test('is a User-Agent of bounded length', () => {
    assert.equal(userAgentOf({ headers: { 'user-agent': 'kubectl' } }), 'kubectl');
    assert.equal(userAgentOf({ headers: {} }), '');
    assert.equal(userAgentOf({ headers: { 'user-agent': 'x'.repeat(5000) } }), `${'x'.repeat(1024)}...TRUNCATED`);
  });

  test('is its address without the token that may stand in it', () => {
    assert.equal(requestUri(madeRequest('/livez')), '/livez');
    assert.equal(requestUri(madeRequest('/livez?verbose=1&x=a%20b')), '/livez?verbose=1&x=a%20b');
    assert.equal(
      requestUri(madeRequest('/livez?access_token=s3cret&a=1&access_token=t')),
      '/livez?access_token=redacted&a=1',
    );
  });

  test('is what kinds of credentials were refused, never the credentials', () => {
    const said = (headers: ApiRequest['headers'], target = '/'): string =>
      attemptedMethods(madeRequest(target, { headers }));
    assert.equal(said({}), 'Authentication failed, no credentials provided');
    assert.equal(said({ authorization: 'Bearer s3cret' }), 'Authentication failed, attempted: bearer');
    assert.equal(said({ authorization: 'basic czNjcmV0' }), 'Authentication failed, attempted: basic');
    assert.equal(said({ authorization: 's3cret' }), 'Authentication failed, no credentials provided');
    assert.equal(said({}, '/?access_token=s3cret'), 'Authentication failed, attempted: access_token');
  });
});
