import { backoffMs } from '../../lifecycle/backoff.ts';
import type { Clock } from '../../lifecycle/clock.ts';
import { deadline } from '../../lifecycle/deadline.ts';
import type { AuditBackend, DeliveryOptions } from './backend.ts';
import { DeliveringBackend, sizeOf } from './delivery.ts';
import { type AuditEvent, eventList } from './event.ts';
import type { AuditLosses } from './losses.ts';

/** The way to the server that wants events. */
export interface AuditSender {
  /** Sends one EventList as JSON. Never rejects; ends soon after `signal` aborts. */
  send(list: object, signal: AbortSignal): Promise<SendOutcome>;
}

/** What came of sending. */
export type SendOutcome = { readonly kind: 'sent' } | { readonly kind: 'failed'; readonly reason: string };

/** How events are sent, and to whom. */
export interface WebhookBackendOptions {
  readonly delivery: DeliveryOptions;
  readonly initialBackoffMs: number;
  readonly sender: AuditSender;
  readonly losses: AuditLosses;
  readonly clock: Clock;
  /** Gives [0, 1); tests throw their own dice. */
  readonly random?: () => number;
}

/** As in the reference. */
const tries = 5;
const timeLimitMs = 30_000;
const maxBatchBytes = 10 * 1024 * 1024;
/** One that is tried again must not hold up the others; many at once would only burden a server that is in trouble. */
const parallel = 4;

/** Events sent to a server, a batch as one EventList, tried again whatever the reason it failed for. */
export function webhookBackend(options: WebhookBackendOptions): AuditBackend {
  const { delivery, losses, clock } = options;
  return new DeliveringBackend<AuditEvent>({
    options: delivery,
    pack: (event) => ({ form: event, bytes: sizeOf(event) }),
    parallel,
    maxBatchBytes,
    deliver: (batch, signal) => deliver(batch, options, signal),
    losses,
    clock,
  });
}

async function deliver(
  batch: readonly AuditEvent[],
  { initialBackoffMs, sender, losses, clock, random }: WebhookBackendOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const policy = { firstMs: initialBackoffMs, factor: 1.5, maxMs: Number.POSITIVE_INFINITY, jitter: 0.2 };
  const list = eventList(batch);
  for (let failures = 1; ; failures++) {
    using limit = deadline(signal, timeLimitMs, clock);
    const outcome = await sender.send(list, limit.signal);
    if (outcome.kind === 'sent') {
      losses.kept();
      return true;
    }
    if (failures < tries) await clock.sleep(backoffMs(policy, failures, random), signal);
    if (failures === tries || signal.aborted) {
      losses.lost('webhook', batch.length, outcome.reason);
      return false;
    }
  }
}
