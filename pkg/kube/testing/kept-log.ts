import type { Facts, Logger } from '../../telemetry/logger.ts';

/** One line that was logged. */
export interface KeptLine {
  readonly level: 'info' | 'warn' | 'error' | 'detail';
  readonly message: string;
  readonly facts: Facts;
}

/** A log that a test can read. */
export class KeptLog implements Logger {
  readonly lines: KeptLine[] = [];

  info(message: string, facts: Facts = {}): void {
    this.lines.push({ level: 'info', message, facts });
  }

  warn(message: string, facts: Facts = {}): void {
    this.lines.push({ level: 'warn', message, facts });
  }

  error(message: string, facts: Facts = {}): void {
    this.lines.push({ level: 'error', message, facts });
  }

  detail(_verbosity: number, message: string, facts: Facts | (() => Facts) = {}): void {
    this.lines.push({ level: 'detail', message, facts: typeof facts === 'function' ? facts() : facts });
  }

  named(): Logger {
    return this;
  }

  /** What people see without asking for more. */
  get shown(): string[] {
    return this.lines.filter(({ level }) => level !== 'detail').map(({ message }) => message);
  }
}
