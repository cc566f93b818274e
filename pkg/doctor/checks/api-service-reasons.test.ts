import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FindingCode } from '../finding-codes.ts';
import { explain } from './api-service-reasons.ts';

const service = { namespace: 'monitoring', name: 'ms', port: 443 };
const context = { name: 'v1beta1.metrics.k8s.io', service, securePort: 10_250 };
const url = 'https://10.96.7.7:443/apis/metrics.k8s.io/v1beta1';

/** As kube-apiservers say it. */
const failures: readonly (readonly [message: string, FindingCode])[] = [
  [`Get "${url}": context deadline exceeded`, 'apiservice-timeout'],
  [`Get "${url}": dial tcp 10.96.7.7:443: i/o timeout`, 'apiservice-timeout'],
  [`Get "${url}": net/http: TLS handshake timeout`, 'apiservice-timeout'],
  [`Get "${url}": dial tcp 10.96.7.7:443: connect: no route to host`, 'apiservice-timeout'],
  [
    `Get "${url}": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)`,
    'apiservice-timeout',
  ],
  [`Get "${url}": dial tcp 10.96.7.7:443: connect: connection refused`, 'apiservice-refused'],
  [`Get "${url}": proxyconnect tcp: dial tcp: lookup proxy on 10.0.0.2:53: no such host`, 'apiservice-proxied'],
  [`Get "${url}": Forbidden`, 'apiservice-proxied'],
  [`Get "${url}": Bad Gateway`, 'apiservice-proxied'],
  [`bad status from ${url}: 401`, 'apiservice-not-trusted'],
  [`bad status from ${url}: 403`, 'apiservice-not-trusted'],
  [`bad status from ${url}: 404`, 'apiservice-other-listener'],
  [
    `Get "${url}": tls: failed to verify certificate: x509: certificate signed by unknown authority`,
    'apiservice-certificate',
  ],
  [
    `Get "${url}": tls: failed to verify certificate: x509: certificate is valid for localhost, not ms.monitoring.svc`,
    'apiservice-certificate',
  ],
  [`Get "${url}": x509: certificate has expired or is not yet valid`, 'apiservice-certificate'],
  [`bad status from ${url}: 500`, 'apiservice-unavailable'],
  [`Get "${url}": EOF`, 'apiservice-unavailable'],
];

describe('why a kube-apiserver does not find the server available', () => {
  for (const [said, code] of failures) {
    it(`is ${code} when it says: ${said.replace(url, '…')}`, () => {
      const explanation = explain('FailedDiscoveryCheck', `failing or missing response from ${url}: ${said}`, context);
      assert.equal(explanation.code, code);
      assert.ok(explanation.why.length > 20 && explanation.cure.advice.length > 10);
    });
  }

  it('is what its reason says, where it never asked', () => {
    const codeOf = (reason: string) => explain(reason, 'whatever', context).code;
    assert.equal(codeOf('ServiceNotFound'), 'apiservice-service-not-found');
    assert.equal(codeOf('ServicePortError'), 'apiservice-service-port');
    assert.equal(codeOf('EndpointsNotFound'), 'apiservice-no-endpoints');
    assert.equal(codeOf('MissingEndpoints'), 'apiservice-no-endpoints');
    assert.equal(codeOf('ServiceAccessError'), 'apiservice-unavailable');
  });

  it('is cured with the names and the port that are in use', () => {
    const { cure } = explain('FailedDiscoveryCheck', 'context deadline exceeded', { ...context, securePort: 4443 });
    assert.match(cure.advice, /Open port 4443/);
    assert.deepEqual(cure.commands, ['kubectl -n monitoring edit deployment ms']);
  });
});
