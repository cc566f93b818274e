import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Config } from '../../pkg/server/config.ts';
import { configOf } from './config.ts';
import { parseOptions } from './options.ts';

describe('the configuration', () => {
  it('leaves out paths that were not given', async () => {
    const config = await configFrom('--kubeconfig=/k');
    assert.equal(config.kubeconfig, '/k');
    assert.equal('certFile' in config.serving, false);
    assert.equal('nodeSelector' in config.kubelet, false);
  });

  it('without flags is the reference', async () => {
    const { apiVersions, generic, serving, audit, features, logging } = await configFrom();
    assert.deepEqual(apiVersions, ['v1beta1']);
    assert.deepEqual(generic, {
      requestTimeoutMs: 60_000,
      livezGraceMs: 0,
      maxRequestsInflight: 400,
      maxMutatingRequestsInflight: 200,
      shutdownDelayMs: 0,
      shutdownSendRetryAfter: false,
      goawayChance: 0,
      hstsDirectives: [],
      corsAllowedOrigins: [],
    });
    assert.deepEqual(serving, {
      bindAddress: '0.0.0.0',
      port: 443,
      certDir: 'apiserver.local.config/certificates',
      tls: { minVersion: 'TLSv1.2', sniCertKeys: [] },
      disableHttp2: false,
      http2MaxStreamsPerConnection: 100,
      permitPortSharing: false,
    });
    assert.equal(audit, undefined);
    assert.deepEqual(features, { profiling: true });
    assert.deepEqual(logging, { format: 'text', verbosity: 0, verbosityRules: [] });
  });

  it('has the catalogue where --catalogue or --source ask for it, and else nothing of it', async () => {
    assert.equal('catalogue' in (await configFrom('--catalogue-resolution=30s', '--catalogue-cadvisor')), false);
    const { catalogue } = await configFrom('--catalogue');
    assert.deepEqual(
      { ...catalogue, labels: undefined },
      {
        resolutionMs: 60_000,
        historyBudgetBytes: 256 * 2 ** 20,
        historyMs: 86_400_000,
        labels: undefined,
        hostIdAnnotation: '',
      },
    );
    assert.deepEqual((await configFrom("--source=kubernetes.summary_api:''")).catalogue, catalogue);
    const { catalogue: with2 } = await configFrom('--catalogue', '--catalogue-cadvisor', '--catalogue-resolution=10s');
    assert.deepEqual([with2?.resolutionMs, with2?.cadvisor], [10_000, { resolutionMs: 60_000 }]);
  });

  it('has a plain port on loopback, unless told otherwise, and none unless asked for', async () => {
    assert.equal('legacyPort' in ((await configFrom('--catalogue')).catalogue ?? {}), false);
    const { catalogue } = await configFrom('--catalogue', '--legacy-port=8082');
    assert.deepEqual(catalogue?.legacyPort, { bindAddress: '127.0.0.1', port: 8082 });
    const { catalogue: open } = await configFrom('--catalogue', '--legacy-port=8082', '--legacy-bind-address=::');
    assert.equal(open?.legacyPort?.bindAddress, '::');
  });

  it('has TLS as Node.js wants it', async () => {
    const { serving } = await configFrom(
      '--tls-min-version=VersionTLS11',
      '--tls-curve-preferences=29,23',
      '--tls-sni-cert-key=a.crt,a.key',
      '--tls-sni-cert-key=b.crt,b.key:*.b.example,10.0.0.1',
      '--http2-max-streams-per-connection=7',
    );
    const { ciphers, ...tls } = serving.tls;
    assert.match(ciphers ?? '', /:@SECLEVEL=0$/);
    assert.deepEqual(tls, {
      minVersion: 'TLSv1.1',
      ecdhCurve: 'X25519:P-256',
      sniCertKeys: [
        { certFile: 'a.crt', keyFile: 'a.key' },
        { certFile: 'b.crt', keyFile: 'b.key', names: ['*.b.example', '10.0.0.1'] },
      ],
    });
    assert.equal(serving.http2MaxStreamsPerConnection, 7);
  });

  it('has an expression per origin, in letters of either case where it says so', async () => {
    const { generic } = await configFrom('--cors-allowed-origins=^https://a$,(?i)^https://B$');
    assert.deepEqual(generic.corsAllowedOrigins, [/^https:\/\/a$/u, /^https:\/\/B$/iu]);
  });

  it('has an audit log where there is a policy, with the backends that were named', async () => {
    const policy = '--audit-policy-file=/p';
    assert.deepEqual((await configFrom(policy)).audit, { policyFile: '/p' });
    const { audit } = await configFrom(
      policy,
      '--audit-log-path=-',
      '--audit-log-maxsize=2',
      '--audit-log-truncate-enabled',
      '--audit-webhook-config-file=/w',
    );
    assert.deepEqual(audit, {
      policyFile: '/p',
      log: {
        path: '-',
        format: 'json',
        maxAgeDays: 366,
        maxBackups: 100,
        maxSizeBytes: 2_097_152,
        compress: false,
        version: 'audit.k8s.io/v1',
        mode: 'blocking',
        batch: { bufferSize: 10_000, maxSize: 1, maxWaitMs: 0 },
        truncate: { maxBatchBytes: 10_485_760, maxEventBytes: 102_400 },
      },
      webhook: {
        configFile: '/w',
        initialBackoffMs: 10_000,
        version: 'audit.k8s.io/v1',
        mode: 'batch',
        batch: { bufferSize: 10_000, maxSize: 400, maxWaitMs: 30_000, throttle: { qps: 10, burst: 15 } },
      },
    });
  });

  it('has the verbosity of single rooms', async () => {
    const { logging } = await configFrom('-v=1', '--vmodule=scraper=4,kube*=6,');
    assert.deepEqual(logging, {
      format: 'text',
      verbosity: 1,
      verbosityRules: [
        { pattern: 'scraper', verbosity: 4 },
        { pattern: 'kube*', verbosity: 6 },
      ],
    });
  });
});

async function configFrom(...args: string[]): Promise<Config> {
  const parsed = await parseOptions(args);
  assert.ok(parsed.kind === 'run', JSON.stringify(parsed));
  return configOf(parsed.options);
}
