import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { Registry } from '../../telemetry/exposition.ts';
import { makeSelfSigned } from '../certificates/self-signed-certificate.ts';
import { madeRequest } from '../made-request.ts';
import { ClientCertificates } from './client-certificates.ts';

const clock = new WoundClock();
const pair = await makeSelfSigned({ bindAddress: '127.0.0.1', now: clock.now() });
const leaf = new X509Certificate(pair.certPem);

describe('client certificates', () => {
  it('tell for how long they are good when they are what callers are recognised by', () => {
    const registry = new Registry();
    const certificates = new ClientCertificates(registry, clock);
    const request = madeRequest('/', { peerChain: [leaf] });
    const id = `X509SHA256=${leaf.fingerprint256.replaceAll(':', '').toLowerCase()}`;
    certificates.recognised(request, userWith(id));
    const left = Number(/^apiserver_client_certificate_expiration_seconds_sum (\S+)$/m.exec(registry.expose())?.[1]);
    assert.equal(left, (Date.parse(leaf.validTo) - clock.now()) / 1000);
  });

  it('that speak for others, or are not there, are not counted', () => {
    const registry = new Registry();
    const certificates = new ClientCertificates(registry, clock);
    certificates.recognised(madeRequest('/', { peerChain: [leaf] }), userWith('X509SHA256=0123'));
    certificates.recognised(madeRequest('/', { peerChain: [leaf] }), { name: 'jane', groups: [], extra: {} });
    certificates.recognised(madeRequest('/'), userWith('X509SHA256=0123'));
    assert.match(registry.expose(), /^apiserver_client_certificate_expiration_seconds_count 0$/m);
  });
});

const userWith = (id: string) => ({
  name: 'jane',
  groups: [],
  extra: { 'authentication.kubernetes.io/credential-id': [id] },
});
