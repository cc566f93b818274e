import type { AuditBackendConfig, Config } from '../../pkg/server/config.ts';
import type { Options } from './flags/sections.ts';

const megabyte = 1024 * 1024;

/** What the audit flags ask for: nothing without a policy. */
export function auditConfig(options: Options): Pick<Config, 'audit'> {
  const policyFile = options['audit-policy-file'];
  const path = options['audit-log-path'];
  const configFile = options['audit-webhook-config-file'];
  if (policyFile === '') return {};
  const log = {
    path,
    format: options['audit-log-format'],
    maxAgeDays: options['audit-log-maxage'],
    maxBackups: options['audit-log-maxbackup'],
    maxSizeBytes: options['audit-log-maxsize'] * megabyte,
    compress: options['audit-log-compress'],
    ...backendConfig(options, 'audit-log'),
  };
  const webhook = {
    configFile,
    initialBackoffMs: options['audit-webhook-initial-backoff'],
    ...backendConfig(options, 'audit-webhook'),
  };
  return { audit: { policyFile, ...(path !== '' && { log }), ...(configFile !== '' && { webhook }) } };
}

function backendConfig(options: Options, prefix: 'audit-log' | 'audit-webhook'): AuditBackendConfig {
  const throttle = { qps: options[`${prefix}-batch-throttle-qps`], burst: options[`${prefix}-batch-throttle-burst`] };
  const truncate = {
    maxBatchBytes: options[`${prefix}-truncate-max-batch-size`],
    maxEventBytes: options[`${prefix}-truncate-max-event-size`],
  };
  return {
    version: options[`${prefix}-version`],
    mode: options[`${prefix}-mode`],
    batch: {
      bufferSize: options[`${prefix}-batch-buffer-size`],
      maxSize: options[`${prefix}-batch-max-size`],
      maxWaitMs: options[`${prefix}-batch-max-wait`],
      ...(options[`${prefix}-batch-throttle-enable`] && { throttle }),
    },
    ...(options[`${prefix}-truncate-enabled`] && { truncate }),
  };
}
