import type { Logger } from '../../telemetry/logger.ts';

/** A log that keeps what it is told above `detail`. */
export class KeptLines implements Logger {
  readonly messages: string[] = [];

  info(message: string): void {
    this.messages.push(message);
  }

  warn(message: string): void {
    this.messages.push(message);
  }

  error(message: string): void {
    this.messages.push(message);
  }

  detail(): void {}

  named(): Logger {
    return this;
  }
}
