import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Options } from './flags/sections.ts';
import { helpText, parseOptions } from './options.ts';

describe('the command line', () => {
  it('has the defaults of the reference', async () => {
    const options = await accepted();
    assert.equal(options['metric-resolution'], 60_000);
    assert.equal(options['kubelet-request-timeout'], 10_000);
    assert.equal(options['kubelet-port'], 10250);
    assert.equal(options['secure-port'], 443);
    assert.equal(options['bind-address'], '0.0.0.0');
    assert.deepEqual(options['kubelet-preferred-address-types'], [
      'Hostname',
      'InternalDNS',
      'InternalIP',
      'ExternalDNS',
      'ExternalIP',
    ]);
    assert.deepEqual(options['authorization-always-allow-paths'], ['/healthz', '/readyz', '/livez']);
    assert.deepEqual(options['requestheader-username-headers'], ['x-remote-user']);
    assert.equal(options['node-selector'], undefined);
  });

  it('takes --flag=value, --flag value, one-letter names and bare switches', async () => {
    const options = await accepted(
      '--secure-port=10250',
      '--cert-dir',
      '/tmp',
      '-v=4',
      '-l',
      'a=b',
      '--kubelet-insecure-tls',
    );
    assert.equal(options['secure-port'], 10250);
    assert.equal(options['cert-dir'], '/tmp');
    assert.equal(options.v, 4);
    assert.equal(options['node-selector']?.matches({ a: 'b' }), true);
    assert.equal(options['kubelet-insecure-tls'], true);
  });

  it('lets the last of a repeated value win and appends repeated lists, which replace the default', async () => {
    const options = await accepted(
      '--secure-port=1',
      '--secure-port=2',
      '--kubelet-preferred-address-types=InternalIP,Hostname',
      '--kubelet-preferred-address-types=ExternalIP',
    );
    assert.equal(options['secure-port'], 2);
    assert.deepEqual(options['kubelet-preferred-address-types'], ['InternalIP', 'Hostname', 'ExternalIP']);
  });

  it('reads values as pflag does: whatever follows, run together, dashed, quoted or empty', async () => {
    const options = await accepted('-v2', '-lx=y', '--cert-dir', '--odd', '--kubeconfig="q"', '--client-ca-file=');
    assert.equal(options.v, 2);
    assert.equal(options['cert-dir'], '--odd');
    assert.equal(options.kubeconfig, '"q"');
    assert.equal(options['client-ca-file'], '');
    const { problems } = await refused('--kubelet-request-timeout', '-5s');
    assert.deepEqual(problems, ['--kubelet-request-timeout must be more than 0s, got -5s']);
  });

  it('ignores words that belong to no flag, as the reference does', async () => {
    const parsed = await parseOptions(['/metrics-server', '-v=1', '--', '--secure-port=x']);
    assert.ok(parsed.kind === 'run');
    assert.deepEqual(parsed.ignored, ['/metrics-server', '--secure-port=x']);
  });

  it('refuses to switch on what somebody meant to switch off', async () => {
    const { problems } = await refused('--kubelet-insecure-tls', 'false');
    assert.deepEqual(problems, [
      '--kubelet-insecure-tls takes its value behind "=": write --kubelet-insecure-tls=false, got --kubelet-insecure-tls false',
    ]);
  });

  it('takes names that every object has for what they are: unknown', async () => {
    const { problems } = await refused('--constructor=x', '--toString', '--__proto__=1', '--_=x', '--$0=x');
    assert.equal(problems.length, 5);
    for (const problem of problems) assert.match(problem, /^unknown flag --/);
  });

  it('says one thing about a flag with one dash too few', async () => {
    const { problems } = await refused('-kubeconfig=x', '-x');
    assert.deepEqual(problems, [
      'unknown flag -k in -kubeconfig=x: did you mean --kubeconfig?',
      'unknown flag -x: see --help',
    ]);
  });

  it('checks flags against each other even when a third is wrong', async () => {
    const { problems } = await refused('--secure-port=x', '--kubelet-client-key=k', '--metric-resolution=x');
    assert.equal(problems.length, 3);
    assert.match(problems[2] ?? '', /needs --kubelet-client-certificate/);
  });

  it('names every problem at once, each with the flag, the value and what is allowed', async () => {
    const { problems } = await refused(
      '--secure-port=0',
      '--metric-resolution=5s',
      '--kubelet-insecure-tls=maybe',
      '--bind-address=localhost',
      '--logging-format=xml',
      '--node-selector=a===b',
      '--kubelet-insecure-tsl',
    );
    assert.deepEqual(problems.sort(), [
      '--bind-address must be an IP address such as 0.0.0.0 or ::, got "localhost"',
      '--kubelet-insecure-tls must be true or false, got "maybe"',
      '--logging-format must be one of text, json, got "xml"',
      '--metric-resolution must be at least 10s, got 5s',
      `--node-selector is not a label selector: unable to parse requirement: found '=', expected: identifier`,
      '--secure-port must be a whole number from 1 to 65535, got "0"',
      'unknown flag --kubelet-insecure-tsl: did you mean --kubelet-insecure-tls?',
    ]);
  });

  it('says that a value is missing', async () => {
    const { problems } = await refused('--metric-resolution');
    assert.deepEqual(problems, ['--metric-resolution needs a value: --metric-resolution=…']);
  });

  it('prints the version and the help whatever else is wrong', async () => {
    assert.equal((await parseOptions(['--version', '--secure-port=x'])).kind, 'version');
    assert.equal((await parseOptions(['-h', '--nonsense'])).kind, 'help');
  });
});

describe('flags against each other', () => {
  const rows: readonly [title: string, args: readonly string[], problem: RegExp | undefined][] = [
    ['a timeout of nine tenths of the period', ['--metric-resolution=10s', '--kubelet-request-timeout=9s'], undefined],
    ['a timeout of a whole period', ['--metric-resolution=10s'], /at most nine tenths .* at most 9s, got 10s/],
    ['no timeout at all', ['--kubelet-request-timeout=0s'], /must be more than 0s, got 0s/],
    ['a negative timeout', ['--kubelet-request-timeout=-10s'], /must be more than 0s, got -10s/],
    [
      'a kubelet CA without verification',
      ['--kubelet-insecure-tls', '--kubelet-certificate-authority=ca'],
      /exclude each other/,
    ],
    ['a client certificate and its key', ['--kubelet-client-certificate=c', '--kubelet-client-key=k'], undefined],
    ['a client certificate alone', ['--kubelet-client-certificate=c'], /needs --kubelet-client-key/],
    ['a client key alone', ['--kubelet-client-key=k'], /needs --kubelet-client-certificate/],
    [
      'plain HTTP and a kubelet CA',
      ['--deprecated-kubelet-completely-insecure', '--kubelet-certificate-authority=ca'],
      /exclude each other: plain HTTP/,
    ],
    [
      'plain HTTP and unverified TLS',
      ['--deprecated-kubelet-completely-insecure', '--kubelet-insecure-tls'],
      /exclude each other: plain HTTP/,
    ],
    ['unverified TLS, said twice', ['--kubelet-insecure-tls', '--kubelet-tls=insecure'], undefined],
    [
      'unverified TLS and pins',
      ['--kubelet-insecure-tls', '--kubelet-tls=pin'],
      /^--kubelet-insecure-tls=true and --kubelet-tls=pin exclude each other/,
    ],
    [
      'unverified TLS and verification',
      ['--kubelet-insecure-tls', '--kubelet-tls=verify'],
      /^--kubelet-insecure-tls=true and --kubelet-tls=verify exclude each other/,
    ],
    [
      'a kubelet CA without verification, by the other flag',
      ['--kubelet-tls=insecure', '--kubelet-certificate-authority=ca'],
      /^--kubelet-tls=insecure and --kubelet-certificate-authority=ca exclude each other/,
    ],
    ['pins and a kubelet CA', ['--kubelet-tls=pin', '--kubelet-certificate-authority=ca'], undefined],
    [
      'plain HTTP and pins',
      ['--deprecated-kubelet-completely-insecure', '--kubelet-tls=pin'],
      /^--deprecated-kubelet-completely-insecure=true and --kubelet-tls=pin exclude each other: plain HTTP/,
    ],
    ['a serving certificate without its key', ['--tls-cert-file=c'], /needs --tls-private-key-file/],
  ];
  for (const [title, args, problem] of rows) {
    it(problem === undefined ? `allow ${title}` : `refuse ${title}`, async () => {
      const parsed = await parseOptions(args);
      if (problem === undefined) return assert.equal(parsed.kind, 'run');
      assert.ok(parsed.kind === 'problems');
      assert.equal(parsed.problems.length, 1);
      assert.match(parsed.problems[0] ?? '', problem);
    });
  }

  it('name both problems of a certificate under plain HTTP, as the reference counts them', async () => {
    const { problems } = await refused('--deprecated-kubelet-completely-insecure', '--kubelet-client-certificate=c');
    assert.equal(problems.length, 2);
  });
});

describe('--help', () => {
  it('is what testdata/help.txt says; after a wanted change, write the output of --help there', async () => {
    const golden = join(import.meta.dirname, 'testdata', 'help.txt');
    assert.equal(`${await helpText()}\n`, readFileSync(golden, 'utf8'));
  });
});

async function accepted(...args: string[]): Promise<Options> {
  const parsed = await parseOptions(args);
  assert.ok(parsed.kind === 'run', JSON.stringify(parsed));
  return parsed.options;
}

async function refused(...args: string[]): Promise<{ problems: string[] }> {
  const parsed = await parseOptions(args);
  assert.ok(parsed.kind === 'problems', JSON.stringify(parsed));
  return { problems: [...parsed.problems] };
}
