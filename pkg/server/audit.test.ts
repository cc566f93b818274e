import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import type { AuditEvent } from '../apiserver/audit/event.ts';
import { madeRequest } from '../apiserver/made-request.ts';
import { WoundClock } from '../lifecycle/wound-clock.ts';
import { Registry } from '../telemetry/exposition.ts';
import { silentLogger } from '../telemetry/logger.ts';
import { type AuditMeans, auditOf, openAudit } from './audit.ts';
import type { AuditBackendConfig, AuditConfig, AuditLogConfig } from './config.ts';

const batch = { bufferSize: 100, maxSize: 10, maxWaitMs: 0 };
const backend: AuditBackendConfig = { version: 'audit.k8s.io/v1', mode: 'blocking-strict', batch };
const file = { format: 'json', maxAgeDays: 0, maxBackups: 0, maxSizeBytes: 0, compress: false } as const;

let folder: string;
let policyFile: string;
let webhook: Server;
let received: { readonly url: string; readonly authorization: string; readonly list: { items: AuditEvent[] } }[];
let answer = 200;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tacho-audit-'));
  policyFile = join(folder, 'policy.yaml');
  await writeFile(policyFile, 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]\n');
  received = [];
  webhook = createServer(async (message, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    const { url = '', headers } = message;
    received.push({
      url,
      authorization: headers.authorization ?? '',
      list: JSON.parse(Buffer.concat(chunks).toString()),
    });
    response.writeHead(answer).end('{}');
  }).listen(0, '127.0.0.1');
  await once(webhook, 'listening');
});

after(async () => {
  webhook.close();
  await rm(folder, { recursive: true, force: true });
});

describe('the audit log of the server', () => {
  it('is nothing without a policy, and its counters are there all the same', async () => {
    await using opened = new AsyncDisposableStack();
    const opening = await openAudit({}, surroundings(), opened);
    assert.deepEqual(opening, { kind: 'opened', audit: undefined });
    const registry = new Registry();
    assert.equal(auditOf(undefined, registry, surroundings()).auditor, undefined);
    assert.match(registry.expose(), /^apiserver_audit_event_total 0$/m);
    assert.match(registry.expose(), /^apiserver_audit_requests_rejected_total 0$/m);
  });

  it('is nothing when a policy says what and nobody says where', async () => {
    await using opened = new AsyncDisposableStack();
    assert.deepEqual(await openAudit({ audit: { policyFile } }, surroundings(), opened), {
      kind: 'opened',
      audit: undefined,
    });
  });

  it('names everything that is wrong with its flags at once', async () => {
    await using opened = new AsyncDisposableStack();
    const bad = join(folder, 'bad.yaml');
    await writeFile(
      bad,
      'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: All}, {level: Metadata, verbs: get}]',
    );
    const audit: AuditConfig = {
      policyFile: bad,
      log: { ...file, ...backend, path: folder },
      webhook: { ...backend, configFile: join(folder, 'no.kubeconfig'), initialBackoffMs: 1 },
    };
    const opening = await openAudit({ audit }, surroundings(), opened);
    assert.ok(opening.kind === 'failed');
    assert.deepEqual(
      opening.problems.map((problem) => problem.split(': ', 1)[0]),
      ['--audit-policy-file', '--audit-policy-file', '--audit-log-path', '--audit-webhook-config-file'],
    );
    assert.ok(opening.problems[0]?.startsWith(`--audit-policy-file: ${bad}: rules[0].level: must be one of None, `));
    assert.doesNotMatch(opening.problems[3] ?? '', /kube-apiserver/);
  });

  it('says which policy cannot be read', async () => {
    await using opened = new AsyncDisposableStack();
    const opening = await openAudit({ audit: { policyFile: join(folder, 'none') } }, surroundings(), opened);
    assert.ok(opening.kind === 'failed');
    assert.match(opening.problems.join(), /^--audit-policy-file: cannot read .*none: /);
  });

  it('is written to a file', async () => {
    const path = join(folder, 'audit.log');
    const { record, flush } = await audited({ policyFile, log: { ...file, ...backend, path } });
    assert.equal(await record('one'), true);
    await flush();
    assert.match(await readFile(path, 'utf8'), /^\{"kind":"Event".*"auditID":"one","stage":"RequestReceived".*\}\n$/);
  });

  it('is written to stdout for a path of -', async () => {
    const output = new PassThrough();
    const log: AuditLogConfig = { ...file, ...backend, format: 'legacy', path: '-' };
    const { record } = await audited({ policyFile, log }, output);
    await record('one');
    assert.match(String(output.read()), /^2026-11-21T12:00:00Z AUDIT: id="one" stage="RequestReceived"/);
  });

  it('is sent to the address of a kubeconfig with its credentials, and not kept when refused', async () => {
    const configFile = await webhookKubeconfig();
    const clock = new WoundClock();
    const config = { ...backend, configFile, initialBackoffMs: 1_000 };
    const { record, flush } = await audited({ policyFile, webhook: config }, undefined, clock);
    assert.equal(await record('one'), true);
    const [first] = received;
    assert.equal(first?.url, '/audit/events?cluster=a');
    assert.equal(first?.authorization, 'Bearer webhook-token');
    assert.deepEqual(
      first?.list.items.map(({ auditID }) => auditID),
      ['one'],
    );

    answer = 500;
    const refused = Promise.resolve(record('two'));
    const isOver = refused.then(() => true);
    while (!(await Promise.race([isOver, clock.wind(1_000).then(() => false)])));
    assert.equal(await refused, false);
    assert.equal(received.length, 6);
    await flush();
  });

  it('is sent when the server stops, however long its events would have waited', async () => {
    answer = 200;
    received = [];
    const patient = { ...backend, mode: 'batch', batch: { ...batch, maxWaitMs: 30_000 } } as const;
    const config = { ...patient, configFile: await webhookKubeconfig(), initialBackoffMs: 1_000 };
    const { record, flush } = await audited({ policyFile, webhook: config });
    assert.equal(record('one'), true);
    assert.equal(received.length, 0);
    await flush();
    assert.deepEqual(
      received.map(({ list }) => list.items.map(({ auditID }) => auditID)),
      [['one']],
    );
  });
});

async function audited(audit: AuditConfig, output?: PassThrough, clock = new WoundClock()) {
  const means = { ...surroundings(clock), ...(output && { output }) };
  await using opened = new AsyncDisposableStack();
  const opening = await openAudit({ audit }, means, opened);
  assert.ok(opening.kind === 'opened', JSON.stringify(opening));
  const { auditor, flush } = auditOf(opening.audit as AuditMeans, new Registry(), means);
  assert.ok(auditor !== undefined);
  const stack = opened.move();
  return {
    record: (id: string) => {
      const request = madeRequest('/livez');
      auditor.arrived(request, id);
      return auditor.began(
        request,
        { name: 'alice', groups: [], extra: {} },
        { kind: 'path', verb: 'get', path: '/livez' },
      );
    },
    flush: async () => {
      await flush();
      await stack.disposeAsync();
    },
  };
}

function surroundings(clock = new WoundClock()) {
  const release = { version: 'v0.0.0', runtime: 'node', platform: 'linux/amd64' };
  return { clock, log: silentLogger, environment: {}, release };
}

/** Leads to the webhook. */
async function webhookKubeconfig(): Promise<string> {
  const address = webhook.address();
  assert.ok(address !== null && typeof address === 'object');
  const path = join(folder, 'webhook.kubeconfig');
  await writeFile(path, kubeconfig(`http://127.0.0.1:${address.port}/audit/events?cluster=a`));
  return path;
}

const kubeconfig = (server: string): string => `
apiVersion: v1
kind: Config
clusters: [{name: webhook, cluster: {server: "${server}"}}]
users: [{name: us, user: {token: webhook-token}}]
contexts: [{name: it, context: {cluster: webhook, user: us}}]
current-context: it
`;
