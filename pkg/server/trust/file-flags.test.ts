import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type CertificatePair, issueCertificate } from '../../apiserver/certificates/issue-certificate.ts';
import { KeptLog } from '../../kube/testing/kept-log.ts';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { silentLogger } from '../../telemetry/logger.ts';
import { assemble } from '../assemble.ts';
import type { AuditLogConfig } from '../config.ts';
import { type ConfigChanges, madeConfig } from '../testing/made-config.ts';
import { kubeletCredentials } from './kubelet-credentials.ts';
import { openNamedFiles } from './named-files.ts';

let folder: string;
let pair: CertificatePair;
let other: CertificatePair;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tacho-'));
  const validity = { notBefore: Date.now() - 60_000, notAfter: Date.now() + 3_600_000 };
  pair = await issueCertificate({ commonName: 'tacho', usages: ['client', 'server'], ...validity });
  other = await issueCertificate({ commonName: 'other', usages: ['client', 'server'], ...validity });
  await writeFile(join(folder, 'good.crt'), pair.certPem);
  await writeFile(join(folder, 'good.key'), pair.keyPem);
  await writeFile(join(folder, 'half.crt'), pair.certPem.slice(0, 300));
  await writeFile(join(folder, 'half.key'), pair.keyPem.slice(0, 100));
  await writeFile(join(folder, 'half.kubeconfig'), JSON.stringify(kubeconfig).slice(0, 120));
  await writeFile(join(folder, 'half.yaml'), 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: ');
  await writeFile(join(folder, 'good.yaml'), 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: None}]\n');
  await writeFile(join(folder, 'good.kubeconfig'), JSON.stringify(kubeconfig));
  await mkdir(join(folder, 'directory'));
});

after(() => rm(folder, { recursive: true, force: true }));

/** Each flag that names a file: what follows from it, and what a half-written one is called here. */
const flags: Readonly<Record<string, readonly [changes: (path: string) => ConfigChanges, half: string]>> = {
  '--kubeconfig': [(path) => ({ kubeconfig: path }), 'half.kubeconfig'],
  '--authentication-kubeconfig': [(path) => ({ authentication: { kubeconfig: path } }), 'half.kubeconfig'],
  '--authorization-kubeconfig': [(path) => ({ authorization: { kubeconfig: path } }), 'half.kubeconfig'],
  '--kubelet-certificate-authority': [(path) => ({ kubelet: { certificateAuthority: path } }), 'half.crt'],
  '--kubelet-client-certificate': [
    (path) => ({ kubelet: { clientCertificate: path, clientKey: at('good.key') } }),
    'half.crt',
  ],
  '--kubelet-client-key': [(path) => ({ kubelet: { clientCertificate: at('good.crt'), clientKey: path } }), 'half.key'],
  '--client-ca-file': [(path) => ({ authentication: { clientCaFile: path } }), 'half.crt'],
  '--requestheader-client-ca-file': [(path) => ({ authentication: { requestHeaderCaFile: path } }), 'half.crt'],
  '--tls-cert-file': [(path) => ({ serving: { certFile: path, keyFile: at('good.key') } }), 'half.crt'],
  '--tls-private-key-file': [(path) => ({ serving: { certFile: at('good.crt'), keyFile: path } }), 'half.key'],
  '--tls-sni-cert-key': [
    (path) => ({
      serving: { tls: { minVersion: 'TLSv1.2', sniCertKeys: [{ certFile: path, keyFile: at('good.key') }] } },
    }),
    'half.crt',
  ],
  '--audit-policy-file': [(path) => ({ audit: { policyFile: path, log: auditLog } }), 'half.yaml'],
  '--audit-webhook-config-file': [
    (path) => ({
      audit: { policyFile: at('good.yaml'), webhook: { ...backend, configFile: path, initialBackoffMs: 1 } },
    }),
    'half.kubeconfig',
  ],
};

describe('a file that a flag names', () => {
  for (const [flag, [changes, half]] of Object.entries(flags)) {
    for (const [trouble, name] of [
      ['is missing', 'none'],
      ['cannot be read', 'directory'],
      ['is half-written', half],
    ] as const) {
      it(`${flag}: that ${trouble} is told at the start, and nothing starts`, async () => {
        const problems = await problemsWith({ ...changes(at(name)) });
        const told = problems.filter((problem) => problem.includes(at(name)));
        assert.ok(told.length > 0, problems.join('\n'));
        assert.doesNotMatch(problems.join('\n'), /PRIVATE KEY|secret/, 'no content');
      });
    }
  }

  it('--kubelet-client-key: that is another’s key is told at the start', async () => {
    await writeFile(at('other.key'), other.keyPem);
    const kubelet = { clientCertificate: at('good.crt'), clientKey: at('other.key') };
    assert.match((await problemsWith({ kubelet })).join(), /--kubelet-client-key: .* not the key of/);
  });
});

describe('a file that is replaced while the server runs', () => {
  it('stays as it was last good while the new one is half-written, and the log says so once', async () => {
    await using test = await Replaced.open();
    await test.replace({ 'ca.crt': pair.certPem.slice(0, 300) }, 3);
    assert.equal(test.shown().ca, pair.certPem);
    await test.replace({ 'ca.crt': other.certPem }, 1);
    assert.equal(test.shown().ca, other.certPem);
    assert.deepEqual(test.log.shown, [
      'File cannot be used, its last good content stays',
      'File has changed and is used from now on',
      'File can be used again',
    ]);
  });

  it('and a certificate is used together with its own key only', async () => {
    await using test = await Replaced.open();
    await test.replace({ 'client.crt': other.certPem }, 3);
    assert.deepEqual([test.shown().cert, test.shown().key], [pair.certPem, pair.keyPem]);
    await test.replace({ 'client.key': other.keyPem }, 1);
    assert.deepEqual([test.shown().cert, test.shown().key], [other.certPem, other.keyPem]);
    assert.equal(test.log.shown.filter((line) => line.includes('do not fit')).length, 1);
  });
});

const at = (name: string): string => join(folder, name);

const backend = {
  version: 'audit.k8s.io/v1',
  mode: 'blocking',
  batch: { bufferSize: 1, maxSize: 1, maxWaitMs: 1 },
} as const;

const auditLog: AuditLogConfig = {
  ...backend,
  path: '-',
  format: 'json',
  maxAgeDays: 0,
  maxBackups: 0,
  maxSizeBytes: 0,
  compress: false,
};

const kubeconfig = {
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'it',
  clusters: [{ name: 'it', cluster: { server: 'https://127.0.0.1:9' } }],
  users: [{ name: 'it', user: { token: 'secret' } }],
  contexts: [{ name: 'it', context: { cluster: 'it', user: 'it' } }],
};

async function problemsWith(changes: ConfigChanges): Promise<readonly string[]> {
  const release = { version: 'v0.0.0', runtime: 'node', platform: 'linux/amd64' };
  const config = madeConfig({ kubeconfig: at('good.kubeconfig'), ...changes });
  const outcome = await assemble(config, { clock: new WoundClock(), log: silentLogger, environment: {}, release });
  if (outcome.kind === 'failed') return outcome.problems;
  await outcome.server[Symbol.asyncDispose]();
  return assert.fail('it started');
}

/** The files that kubelets are shown, and what becomes of them. */
class Replaced implements AsyncDisposable {
  readonly clock = new WoundClock();
  readonly log = new KeptLog();
  readonly #stop = new AbortController();
  shown = () => ({}) as ReturnType<ReturnType<typeof kubeletCredentials>['current']>;

  static async open(): Promise<Replaced> {
    const test = new Replaced();
    await test.#write({ 'ca.crt': pair.certPem, 'client.crt': pair.certPem, 'client.key': pair.keyPem });
    const [certificateAuthority, clientCertificate, clientKey] = ['ca.crt', 'client.crt', 'client.key'].map(at);
    const { kubelet } = madeConfig({
      kubelet: {
        certificateAuthority: certificateAuthority!,
        clientCertificate: clientCertificate!,
        clientKey: clientKey!,
      },
    });
    const opened = await openNamedFiles({ ...madeConfig(), kubelet }, test);
    assert.ok(opened.kind === 'opened');
    for (const file of Object.values(opened.files)) void file.run(test.#stop.signal);
    const connection = { kubeletCredentials: () => ({}), renewCredentials: async () => false };
    const credentials = kubeletCredentials(kubelet, opened.files, { connection, log: test.log });
    test.shown = () => credentials.current();
    return test;
  }

  /** Replaces files, and lets them be looked at so many times. */
  async replace(files: Readonly<Record<string, string>>, times: number): Promise<void> {
    await this.#write(files);
    for (let turn = 0; turn < times; turn++) {
      await this.clock.wind(60_000);
      // The file system answers in its own time: when the next look is waited for, this one is over.
      for (let spin = 0; spin < 10_000 && this.clock.waiting < 3; spin++) await new Promise(setImmediate);
      this.shown();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.clock.wind(0);
  }

  async #write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(files)) await writeFile(at(name), text);
  }
}
