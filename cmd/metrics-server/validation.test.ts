import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ParsedOptions, parseOptions } from './options.ts';

type Row = readonly [args: string, problem?: string];

const accepted: readonly Row[] = [
  ['--advertise-address='],
  ['--advertise-address=fd00::1'],
  ['--bind-address='],
  ['--cors-allowed-origins=^https://dash\\.example$,//localhost(:|$)'],
  ['--cors-allowed-origins="^https://d{1,3}$"'],
  ['--cors-allowed-origins=(?i)^https://DASH$'],
  ['--emulated-version= --min-compatibility-version= --feature-gates='],
  ['--goaway-chance=0.02'],
  ['--goaway-chance=1e-3'],
  ['--max-requests-inflight=0 --max-mutating-requests-inflight=0'],
  ['--request-timeout=1ms'],
  ['--strict-transport-security-directives=max-age=31536000,includeSubDomains,preload'],
  ['--tls-sni-cert-key=a.crt,a.key --tls-sni-cert-key=b.crt,b.key:*.b.example,b.example'],
  ['--log-flush-frequency=1ms'],
  ['--log-json-split-stream=false --log-text-info-buffer-size=0'],
  ['--vmodule=scraper=4,kube*=6,'],
  ['--vmodule= --logging-format=json'],
  ['--audit-log-batch-max-size=0'],
  ['--audit-webhook-batch-throttle-qps=0.5'],
  ['--audit-webhook-batch-throttle-qps=0 --audit-webhook-batch-throttle-enable=false'],
  ['--audit-log-mode=blocking-strict --audit-log-format=legacy'],
  ['--api-versions=v1beta1,v1'],
  ['--api-versions=v1'],
  [
    '--serving-ca=self-managed --serving-ca-secret=tls/ca --serving-service=kube-system/metrics --serving-key-algorithm=rsa-2048',
  ],
  ['--serving-ca='],
];

const nothingEmulated = 'no component here emulates other versions or has feature gates';
const alpha = 'it is an alpha option of metrics-server, which nothing can enable';

const refused: readonly Row[] = [
  [
    '--legacy-port=8082',
    "--legacy-port needs --catalogue (or --source): without it there is nothing of Heapster's to serve",
  ],
  [
    '--serving-ca=self-managed --tls-cert-file=a.crt --tls-private-key-file=a.key',
    '--serving-ca=self-managed and --tls-cert-file=a.crt exclude each other: the serving certificate is either ours to make or yours to give',
  ],
  ['--serving-ca-secret=a/b/c', '--serving-ca-secret must be a name, or namespace/name, got "a/b/c"'],
  ['--serving-service=', '--serving-service must be a name, or namespace/name, got ""'],
  ['--serving-service=Upper', '--serving-service must be a name, or namespace/name, got "Upper"'],
  ['--serving-key-algorithm=dsa', '--serving-key-algorithm must be one of ecdsa-p256, rsa-2048, got "dsa"'],
  ['--advertise-address=me', '--advertise-address must be an IP address such as 0.0.0.0 or ::, got "me"'],
  ['--cors-allowed-origins=^a($', '--cors-allowed-origins must be regular expressions, got "^a($"'],
  [
    '--cors-allowed-origins=^ok$,example.com',
    '--cors-allowed-origins must be pinned at the start (^ or //) and the end ($ or :) of the host, got "example.com"',
  ],
  ['--emulated-version=1.33', `--emulated-version must be left out: ${nothingEmulated}`],
  ['--min-compatibility-version=1.33', `--min-compatibility-version must be left out: ${nothingEmulated}`],
  ['--feature-gates=AllAlpha=true', `--feature-gates must be left out: ${nothingEmulated}`],
  ['--goaway-chance=0.021', '--goaway-chance must be a number from 0 to 0.02, got "0.021"'],
  ['--goaway-chance=-0.01', '--goaway-chance must be a number from 0 to 0.02, got "-0.01"'],
  ['--goaway-chance=', '--goaway-chance must be a number from 0 to 0.02, got ""'],
  ['--livez-grace-period=-1s', '--livez-grace-period must not be negative, got -1s'],
  ['--max-requests-inflight=-1', '--max-requests-inflight must be a whole number from 0 to 2147483647, got "-1"'],
  [
    '--max-mutating-requests-inflight=1.5',
    '--max-mutating-requests-inflight must be a whole number from 0 to 2147483647, got "1.5"',
  ],
  ['--min-request-timeout=-1', '--min-request-timeout must be a whole number from 0 to 2147483647, got "-1"'],
  // The reference takes 0s and then answers no request in time.
  ['--request-timeout=0s', '--request-timeout must be more than 0s, got 0s'],
  ['--shutdown-delay-duration=-1s', '--shutdown-delay-duration must not be negative, got -1s'],
  [
    '--shutdown-watch-termination-grace-period=-1s',
    '--shutdown-watch-termination-grace-period must not be negative, got -1s',
  ],
  ['--storage-initialization-timeout=-1s', '--storage-initialization-timeout must not be negative, got -1s'],
  [
    '--strict-transport-security-directives=preload,max-age',
    '--strict-transport-security-directives must be of max-age=<seconds>, includeSubDomains, preload, got "max-age"',
  ],
  [
    '--tls-min-version=1.2',
    '--tls-min-version must be one of VersionTLS10, VersionTLS11, VersionTLS12, VersionTLS13, got "1.2"',
  ],
  ...['a.crt', 'a.crt,', 'a,b,c', 'a,b:', 'a,b:x,,y', 'a,b:x:y'].map(
    (text): Row => [
      `--tls-sni-cert-key=${text}`,
      `--tls-sni-cert-key must be certificate,key or certificate,key:name,name, got "${text}"`,
    ],
  ),
  [
    '--http2-max-streams-per-connection=-1',
    '--http2-max-streams-per-connection must be a whole number from 0 to 2147483647, got "-1"',
  ],
  ['--log-flush-frequency=0s', '--log-flush-frequency must be more than 0s, got 0s'],
  ['--log-json-info-buffer-size=1Ki', `--log-json-info-buffer-size must be left out: ${alpha}`],
  ['--log-json-split-stream', `--log-json-split-stream must be left out: ${alpha}`],
  ['--log-text-info-buffer-size=1', `--log-text-info-buffer-size must be left out: ${alpha}`],
  ['--log-text-split-stream=true', `--log-text-split-stream must be left out: ${alpha}`],
  ...['scraper', 'scraper=', '=4', 'scraper=x', 'a=1=2', 'a=-1', 'a=2147483648'].map(
    (text): Row => [
      `--vmodule=kube=1,${text}`,
      `--vmodule must be pattern=N, comma-separated, such as scraper=4,kube*=6, got "${text}"`,
    ],
  ),
  ['--v=2147483648', '--v must be a whole number from 0 to 2147483647, got "2147483648"'],
  [
    '--vmodule=kube=4 --logging-format=json',
    '--logging-format=json and --vmodule exclude each other: only the text format knows --vmodule',
  ],
  ['--audit-log-mode=sometimes', '--audit-log-mode must be one of batch, blocking, blocking-strict, got "sometimes"'],
  ['--audit-log-format=xml', '--audit-log-format must be one of json, legacy, got "xml"'],
  ['--audit-webhook-version=v1', '--audit-webhook-version must be one of audit.k8s.io/v1, got "v1"'],
  ['--audit-log-maxage=-1', '--audit-log-maxage must be a whole number from 0 to 2147483647, got "-1"'],
  [
    '--audit-webhook-batch-throttle-qps=-1',
    '--audit-webhook-batch-throttle-qps must be a number of at least 0, got "-1"',
  ],
  [
    '--audit-webhook-batch-buffer-size=0',
    '--audit-webhook-batch-buffer-size must be more than 0 when --audit-webhook-mode=batch, got 0',
  ],
  [
    '--audit-log-mode=batch --audit-log-batch-max-size=0',
    '--audit-log-batch-max-size must be more than 0 when --audit-log-mode=batch, got 0',
  ],
  [
    '--audit-webhook-batch-throttle-burst=0',
    '--audit-webhook-batch-throttle-burst must be more than 0 when --audit-webhook-mode=batch, got 0',
  ],
  ...['', 'v1,v1beta1', 'v1beta1,v1beta1', 'v2'].map(
    (text): Row => [`--api-versions=${text}`, `--api-versions must be v1beta1, or v1beta1,v1, or v1, got "${text}"`],
  ),
];

describe('every flag', () => {
  for (const [args] of accepted) {
    it(`takes ${args}`, async () => {
      const parsed = await parseOptions(args.split(' '));
      assert.equal(parsed.kind, 'run', JSON.stringify(parsed));
    });
  }

  for (const [args, problem] of refused) {
    it(`refuses ${args}`, async () => {
      assert.deepEqual(await parseOptions(args.split(' ')), { kind: 'problems', problems: [problem] });
    });
  }

  it('is checked, whatever is wrong with others', async () => {
    const args = refused.filter(([, problem]) => problem?.includes(' must be left out'));
    const parsed = await parseOptions(args.map(([arg]) => arg));
    assert.ok(parsed.kind === 'problems');
    assert.deepEqual(parsed.problems.toSorted(), args.map(([, problem]) => problem).toSorted());
  });
});

describe('flags without effect', () => {
  it('are named when they are given, be it with their default', async () => {
    const { inert, doubts } = await taken('--contention-profiling', '--log-flush-frequency=5s', '-v=2');
    assert.deepEqual(inert, [
      '--contention-profiling: JavaScript has no locks to wait for',
      '--log-flush-frequency: every line is written at once',
    ]);
    assert.deepEqual(doubts, []);
  });

  it('are not mentioned when they are not', async () => {
    assert.deepEqual((await taken()).inert, []);
  });
});

describe('what was hardly meant so', () => {
  const rows: readonly [args: readonly string[], doubt: string][] = [
    [
      ['--tls-min-version=VersionTLS10'],
      '--tls-min-version allows VersionTLS10, which is broken: VersionTLS12 is safe',
    ],
    [
      ['--tls-cipher-suites=TLS_RSA_WITH_AES_256_CBC_SHA'],
      '--tls-cipher-suites allows insecure suites: TLS_RSA_WITH_AES_256_CBC_SHA',
    ],
    [
      ['--audit-webhook-batch-initial-backoff=1s'],
      '--audit-webhook-batch-initial-backoff is now --audit-webhook-initial-backoff',
    ],
    [['--audit-log-path=/a'], '--audit-log-path without --audit-policy-file records nothing'],
    [
      ['--audit-policy-file=/p'],
      '--audit-policy-file alone records nothing: --audit-log-path or --audit-webhook-config-file say where to',
    ],
  ];
  for (const [args, doubt] of rows) {
    it(`is taken and told: ${args.join(' ')}`, async () => {
      assert.deepEqual((await taken(...args)).doubts, [doubt]);
    });
  }

  it('the last name wins where a flag is given by its former one as well', async () => {
    const former = '--audit-webhook-batch-initial-backoff';
    const { options } = await taken('--audit-webhook-initial-backoff=1s', former, '2s');
    assert.equal(options['audit-webhook-initial-backoff'], 2_000);
  });
});

async function taken(...args: string[]): Promise<Extract<ParsedOptions, { kind: 'run' }>> {
  const parsed = await parseOptions(args);
  assert.ok(parsed.kind === 'run', JSON.stringify(parsed));
  return parsed;
}
