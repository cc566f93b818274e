import { readFile } from 'node:fs/promises';
import type { AuditBackend } from '../apiserver/audit/backend.ts';
import { AuditInstruments } from '../apiserver/audit/instruments.ts';
import { type LineSink, logBackend, streamSink } from '../apiserver/audit/log-backend.ts';
import { openLogFile } from '../apiserver/audit/log-file.ts';
import { AuditLosses } from '../apiserver/audit/losses.ts';
import type { AuditPolicy } from '../apiserver/audit/policy.ts';
import { RequestAuditor } from '../apiserver/audit/request-auditor.ts';
import { type AuditSender, webhookBackend } from '../apiserver/audit/webhook-backend.ts';
import { openConnection } from '../kube/connection/connection.ts';
import type { Registry } from '../telemetry/exposition.ts';
import { ConnectionSender } from './audit-sender.ts';
import type { AuditConfig, AuditLogConfig, AuditWebhookConfig, Config } from './config.ts';
import type { Surroundings } from './surroundings.ts';

/** What the audit flags name, opened. */
export interface AuditMeans {
  readonly policy: AuditPolicy;
  /** Each as its flags say, absent where they are not given. */
  readonly log?: { readonly config: AuditLogConfig; readonly sink: LineSink };
  readonly webhook?: { readonly config: AuditWebhookConfig; readonly sender: AuditSender };
}

/** What to build an auditor from, undefined when nothing is to be recorded; or what is wrong with which flag. */
export type AuditOpening =
  | { readonly kind: 'opened'; readonly audit: AuditMeans | undefined }
  | { readonly kind: 'failed'; readonly problems: readonly string[] };

/** Opens what the audit flags name, into `opened`. Without a policy that is nothing, whatever the other flags say. */
export async function openAudit(
  { audit }: Pick<Config, 'audit'>,
  surroundings: Surroundings,
  opened: AsyncDisposableStack,
): Promise<AuditOpening> {
  if (audit === undefined) return { kind: 'opened', audit: undefined };
  const problems: string[] = [];
  const policy = await openPolicy(audit, surroundings, problems);
  const sink = audit.log && (await openSink(audit.log, surroundings, opened, problems));
  const sender = audit.webhook && (await openSender(audit.webhook, surroundings, opened, problems));
  if (policy === undefined || problems.length > 0) return { kind: 'failed', problems };
  if (sink === undefined && sender === undefined) {
    const cure = 'give --audit-log-path or --audit-webhook-config-file';
    surroundings.log.warn('Nothing is recorded of requests: the audit policy is there, a place for events is not', {
      cure,
    });
    return { kind: 'opened', audit: undefined };
  }
  return {
    kind: 'opened',
    audit: {
      policy,
      ...(audit.log && sink && { log: { config: audit.log, sink } }),
      ...(audit.webhook && sender && { webhook: { config: audit.webhook, sender } }),
    },
  };
}

/** Who records requests, and how the last events get out. */
export interface Audit {
  /** Absent = nothing is recorded. */
  readonly auditor?: RequestAuditor;
  /** To be called when no request is under way any more; takes a few seconds at most. */
  readonly flush: () => Promise<void>;
}

/** How long events may take to get out once the server has stopped serving. */
const flushMs = 5_000;

/** Builds the auditor. What it counts is exposed also when it counts nothing, as in the reference. */
export function auditOf(audit: AuditMeans | undefined, registry: Registry, { clock, log }: Surroundings): Audit {
  const instruments = new AuditInstruments(registry);
  if (audit === undefined) return { flush: async () => undefined };
  const lossesOf = (backend: 'log' | 'webhook'): AuditLosses =>
    new AuditLosses({ backend, instruments, clock, log: log.named('audit') });

  const backends: AuditBackend[] = [];
  if (audit.log !== undefined) {
    const { config, sink } = audit.log;
    backends.push(logBackend({ delivery: config, format: config.format, sink, losses: lossesOf('log'), clock }));
  }
  if (audit.webhook !== undefined) {
    const { config, sender } = audit.webhook;
    const { initialBackoffMs } = config;
    backends.push(webhookBackend({ delivery: config, initialBackoffMs, sender, losses: lossesOf('webhook'), clock }));
  }
  return {
    auditor: new RequestAuditor({ policy: audit.policy, backends, instruments, clock }),
    flush: async () => void (await Promise.all(backends.map((backend) => backend.close(flushMs)))),
  };
}

async function openPolicy(
  { policyFile }: AuditConfig,
  { log }: Surroundings,
  problems: string[],
): Promise<AuditPolicy | undefined> {
  const text = await readFile(policyFile, 'utf8').catch((cause: unknown) => {
    problems.push(`--audit-policy-file: cannot read ${policyFile}: ${cause instanceof Error ? cause.message : cause}`);
  });
  if (text === undefined) return undefined;
  // What reads YAML is large, and most servers have none to read.
  const { readPolicy } = await import('../apiserver/audit/read-policy.ts');
  const outcome = readPolicy(text);
  if (outcome.kind === 'invalid') {
    problems.push(...outcome.problems.map((problem) => `--audit-policy-file: ${policyFile}: ${problem}`));
    return undefined;
  }
  if (outcome.warnings.length > 0) {
    log.warn('Parts of the audit policy count for nothing', { path: policyFile, parts: outcome.warnings });
  }
  return outcome.policy;
}

async function openSink(
  config: AuditLogConfig,
  { clock, log, output }: Surroundings,
  opened: AsyncDisposableStack,
  problems: string[],
): Promise<LineSink | undefined> {
  if (config.path === '-') {
    if (output !== undefined) return streamSink(output);
    problems.push('--audit-log-path: there is no stdout to write to, name a file');
    return undefined;
  }
  const outcome = await openLogFile({ ...config, clock, log: log.named('audit') });
  if (outcome.kind === 'opened') return opened.adopt(outcome.file, (file) => file.close());
  problems.push(`--audit-log-path: ${outcome.message}`);
  return undefined;
}

async function openSender(
  { configFile }: AuditWebhookConfig,
  { clock, environment, release, log }: Surroundings,
  opened: AsyncDisposableStack,
  problems: string[],
): Promise<AuditSender | undefined> {
  const means = { kubeconfig: configFile, clock, environment, version: release.version, log: log.named('audit') };
  const outcome = await openConnection(means);
  if (outcome.kind === 'opened') return new ConnectionSender(opened.use(outcome.connection));
  problems.push(`--audit-webhook-config-file: ${outcome.message}`);
  return undefined;
}
