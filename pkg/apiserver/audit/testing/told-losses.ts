import type { Clock } from '../../../lifecycle/clock.ts';
import { Registry } from '../../../telemetry/exposition.ts';
import { type Facts, type Logger, silentLogger } from '../../../telemetry/logger.ts';
import { AuditInstruments } from '../instruments.ts';
import { AuditLosses } from '../losses.ts';

/** Losses a test can read: what was logged, and what was counted. */
export function toldLosses(backend: 'log' | 'webhook', clock: Clock) {
  const lines: (readonly [message: string, facts: Facts])[] = [];
  const line = (message: string, facts: Facts = {}): void => void lines.push([message, facts]);
  const log: Logger = { ...silentLogger, info: line, warn: line, error: line };
  const instruments = new AuditInstruments(new Registry());
  return {
    losses: new AuditLosses({ backend, instruments, clock, log }),
    log,
    lines,
    counted: () =>
      Object.fromEntries([...instruments.errors.series()].map(({ labels, value }) => [labels['plugin'], value])),
  };
}
