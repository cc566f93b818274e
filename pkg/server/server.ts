import type { ApiServer } from '../apiserver/api-server.ts';
import { type Listener, type ListenOptions, type ListenOutcome, listen } from '../apiserver/listen/listener.ts';
import { type Runner, runTogether } from '../lifecycle/together.ts';
import type { Logger } from '../telemetry/logger.ts';

/** The parts of a server, plugged together by `assemble`. */
export interface ServerParts {
  readonly api: Pick<ApiServer, 'handle'>;
  readonly listening: Omit<ListenOptions, 'handle'>;
  /** Called with the listener as soon as there is one: to hand it new certificates while it lives. */
  readonly whileListening: (listener: Listener) => Runner;
  /** Everything that works beside the listener: catalogs, scraper, followed files. */
  readonly loops: readonly { run(signal: AbortSignal): Promise<void> }[];
  /** How it stops. */
  readonly shutdown: Shutdown;
  /** Called when nobody is being answered any more: what was recorded of requests gets out. Absent = nothing was. */
  readonly afterServing?: () => Promise<void>;
  /** Aborted first when we are asked to stop: readiness fails from then on. */
  readonly stopping: AbortController;
  readonly log: Logger;
  /** What was opened on the way here, closed last. */
  readonly opened: AsyncDisposableStack;
}

/** What is told to whom, and for how long, while the server stops. */
export interface Shutdown {
  /** Between readiness failing and the rest. */
  readonly delayMs: number;
  /** Listen on while requests under way finish, and send new ones elsewhere with a 429. */
  readonly sendRetryAfter: boolean;
  /** What requests under way may still take. */
  readonly drainMs: number;
  /** Who decides which requests are still answered. */
  readonly gate: {
    turnAway(): void;
    close(): void;
    drained(): Promise<void>;
  };
}

/** After the polite minutes nothing is under way but a last health check: the connections may go. */
const lastAnswersMs = 2_000;

/** The server as a whole: kubelets -> scraper -> storage -> API. */
export class Server implements AsyncDisposable {
  readonly #parts: ServerParts;
  #listener: Listener | undefined;

  constructor(parts: ServerParts) {
    this.#parts = parts;
  }

  /** Where it listens, once it does. */
  get address(): { readonly host: string; readonly port: number } | undefined {
    const listener = this.#listener;
    return listener && { host: listener.address, port: listener.port };
  }

  /**
   * Scrapes and serves until `signal` aborts; throws when a part broke. It stops in this order:
   * 1. readiness fails, so that whoever balances looks elsewhere, while everybody is still answered, with fresh figures;
   * 2. after the delay, which is what the news takes to get round, scraping and watching stop: nobody new will ask;
   * 3. requests under way are finished (`#stopServing`); what they need is in memory;
   * 4. the connections to the cluster are closed, when we are disposed of: the last answers may still need reviews.
   */
  async run(signal: AbortSignal): Promise<void> {
    const runners = this.#parts.loops.map(
      (loop): Runner =>
        (until) =>
          loop.run(until),
    );
    const stopped = (until: AbortSignal): Promise<void> => this.#untilStopped(signal, until);
    // The first to return stops the others: here, the one that waits for us to be told.
    await runTogether(new AbortController().signal, [...runners, (until) => this.#serve(until), stopped]);
  }

  /** Returns when the time to stop has come; early when something broke. */
  async #untilStopped(signal: AbortSignal, until: AbortSignal): Promise<void> {
    const { stopping, shutdown, listening } = this.#parts;
    await new Promise<void>((resolve) => {
      const stop = (): void => {
        stopping.abort();
        resolve();
      };
      const told = AbortSignal.any([signal, until]);
      if (told.aborted) stop();
      else told.addEventListener('abort', stop, { once: true });
    });
    await listening.clock.sleep(shutdown.delayMs, until);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.opened.disposeAsync();
  }

  /** Listens from the first moment on, so that probes are answered while the kube-apiserver is still away. */
  async #serve(signal: AbortSignal): Promise<void> {
    const { afterServing, api, listening, whileListening, log } = this.#parts;
    const listener = listenerOf(await listen({ ...listening, handle: (request) => api.handle(request) }));
    this.#listener = listener;
    log.info('Serving', { address: `${listener.address}:${listener.port}` });
    try {
      await whileListening(listener)(signal);
    } finally {
      await this.#stopServing(listener);
      log.info('Stopped listening');
      await afterServing?.();
    }
  }

  /**
   * With `sendRetryAfter` new requests are told where not to go, by new connections too, until nothing is under way.
   * Then, or at once, nobody is accepted any more; a request that still comes by an open connection may be tried
   * again elsewhere; what is under way is finished; what takes too long is cut.
   */
  async #stopServing(listener: Listener): Promise<void> {
    const { gate, sendRetryAfter, drainMs } = this.#parts.shutdown;
    if (sendRetryAfter) {
      gate.turnAway();
      const enough = new AbortController();
      const drained = gate.drained().then(() => enough.abort());
      await Promise.race([drained, this.#parts.listening.clock.sleep(drainMs, enough.signal)]);
    }
    gate.close();
    await listener.close({ graceMs: sendRetryAfter ? lastAnswersMs : drainMs });
  }
}

function listenerOf(outcome: ListenOutcome): Listener {
  if (outcome.kind === 'failed') throw new Error(outcome.message);
  return outcome.listener;
}
