import type { Answer, ApiRequest } from '../../apiserver/exchange.ts';
import { listenPlainly } from '../../apiserver/listen/plain-listener.ts';
import { type Route, RouteTable } from '../../apiserver/router.ts';
import type { Clock } from '../../lifecycle/clock.ts';
import type { Logger } from '../../telemetry/logger.ts';

/** What is served over plain HTTP, and where. */
export interface LegacyPortParts {
  readonly bindAddress: string;
  readonly port: number;
  readonly routes: readonly Route[];
  readonly requestTimeoutMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Requests under way when we stop: they read memory, and so are short. */
const graceMs = 5_000;

/**
 * A port without TLS, authentication and authorization for clients from Heapster's days: whoever reaches it may read.
 * Off unless asked for, and on loopback unless told otherwise.
 */
export class LegacyPort {
  readonly #parts: LegacyPortParts;
  readonly #routes: RouteTable;
  #port: number | undefined;

  constructor(parts: LegacyPortParts) {
    this.#parts = parts;
    this.#routes = new RouteTable(parts.routes);
  }

  /** Where it listens, once it does. */
  get port(): number | undefined {
    return this.#port;
  }

  /** Serves until `signal` aborts; throws where nobody can listen. */
  async run(signal: AbortSignal): Promise<void> {
    const { bindAddress, log } = this.#parts;
    const outcome = await listenPlainly({ ...this.#parts, handle: (request) => this.#handle(request) });
    if (outcome.kind === 'failed') throw new Error(`--legacy-port: ${outcome.message}`);
    const { listener } = outcome;
    this.#port = listener.port;
    log.info('Serving over plain HTTP, to anybody', { address: `${bindAddress}:${listener.port}` });
    await aborted(signal);
    await listener.close({ graceMs });
  }

  async #handle(request: ApiRequest): Promise<Answer> {
    const path = unescaped(request.path);
    if (path === undefined) return plain(400, '400 Bad Request');
    return (await this.#routes.answer(request, path)) ?? plain(404, '404: Page Not Found');
  }
}

const plain = (status: number, body: string): Answer => ({
  status,
  headers: { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' },
  body: `${body}\n`,
});

function unescaped(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined; // The only thing decoding can say is that it cannot.
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
