import type { Answer, ApiRequest } from '../exchange.ts';
import { statusAnswer, textError } from '../status.ts';
import { type Filter, withHeaders } from './filter.ts';
import { untilOver } from './in-flight-limit.ts';

const turnedAway: Answer = withHeaders(
  textError(429, 'The apiserver is shutting down, please try again later.'),
  // Closing makes the client find another server, and five seconds let the balancer notice that we are leaving.
  { 'Retry-After': '5', Connection: 'close' },
);

/** Asked until the very end: by whoever decides to send us no more requests, and by whoever wants to see us leave. */
const alwaysAnswered = ['/readyz', '/livez', '/healthz', '/metrics'];

/** Decides which requests are still answered while the server stops, and knows which are under way. */
export class ShutdownGate {
  #state: 'open' | 'turning-away' | 'closed' = 'open';
  #underWay = 0;
  readonly #drained = Promise.withResolvers<void>();

  /** The gate as a filter, to stand in front of all others. */
  readonly filter: Filter = async (request, next) => {
    if (this.#state === 'closed') return leaving(request);
    if (alwaysAnswered.some((path) => request.path.startsWith(path))) return await next();
    if (this.#state === 'turning-away') return turnedAway;
    this.#underWay++;
    return await untilOver(request.over, next, () => this.#ended());
  };

  /** New requests are sent elsewhere from now on, politely; health and metrics are still answered. */
  turnAway(): void {
    this.#state = 'turning-away';
    this.#tellIfDrained();
  }

  /** Whatever comes from now on, by connections that are still open, is refused. */
  close(): void {
    this.#state = 'closed';
    this.#tellIfDrained();
  }

  /** Resolves once nothing is under way of what came before new requests were refused. */
  async drained(): Promise<void> {
    await this.#drained.promise;
  }

  #ended(): void {
    this.#underWay--;
    this.#tellIfDrained();
  }

  #tellIfDrained(): void {
    if (this.#state !== 'open' && this.#underWay === 0) this.#drained.resolve();
  }
}

/** The client may try at once: it will find another server. JSON whatever it takes, as in the reference. */
function leaving(request: ApiRequest): Answer {
  const status = { code: 503, reason: 'ServiceUnavailable', message: 'apiserver is shutting down' };
  const answer = statusAnswer(status, { ...request, headers: { accept: 'application/json' } });
  return withHeaders(answer, { 'Retry-After': '1', 'X-Content-Type-Options': 'nosniff' });
}
