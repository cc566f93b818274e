import type { Clock } from '../../lifecycle/clock.ts';
import type { AuditBackend, DeliveryOptions } from './backend.ts';
import { DeliveringBackend } from './delivery.ts';
import { eventJson, legacyLine } from './event.ts';
import type { AuditLosses } from './losses.ts';

/** Where lines go. */
export interface LineSink {
  /** Resolves when `text`, whole lines, is written; rejects when it is not. One at a time. */
  write(text: string): Promise<void>;
  close(): Promise<void>;
}

/** How events become lines, and where they go. */
export interface LogBackendOptions {
  readonly delivery: DeliveryOptions;
  readonly format: 'json' | 'legacy';
  readonly sink: LineSink;
  readonly losses: AuditLosses;
  readonly clock: Clock;
}

/** Written at once at most, so that files keep to their size. */
const maxWriteBytes = 256 * 1024;

/** Events as lines of a file or of stdout. */
export function logBackend({ delivery, format, sink, losses, clock }: LogBackendOptions): AuditBackend {
  const lineOf = format === 'json' ? eventJson : legacyLine;
  const backend = new DeliveringBackend<string>({
    options: delivery,
    pack: (event) => {
      const line = `${lineOf(event)}\n`;
      return { form: line, bytes: Buffer.byteLength(line) };
    },
    parallel: 1,
    maxBatchBytes: maxWriteBytes,
    deliver: async (lines) => {
      try {
        await sink.write(lines.join(''));
        losses.kept();
        return true;
      } catch (cause) {
        losses.lost('log', lines.length, cause instanceof Error ? cause.message : String(cause));
        return false;
      }
    },
    losses,
    clock,
  });
  return {
    record: (event) => backend.record(event),
    async close(graceMs) {
      await backend.close(graceMs);
      await sink.close();
    },
  };
}

/** Lines to a stream that somebody else opened and will close. */
export function streamSink(stream: NodeJS.WritableStream): LineSink {
  // Whoever reads us may leave; each write says so itself.
  stream.on('error', () => undefined);
  return {
    write: (text) =>
      new Promise((resolve, reject) => {
        stream.write(text, (error) => (error ? reject(error) : resolve()));
      }),
    close: async () => undefined,
  };
}
