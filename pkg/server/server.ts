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
  /** Called when nobody is being answered any more: what was recorded of requests gets out. Absent = nothing was. */
  readonly afterServing?: () => Promise<void>;
  /** Aborted first when we are asked to stop: readiness fails from then on. */
  readonly stopping: AbortController;
  readonly log: Logger;
  /** What was opened on the way here, closed last. */
  readonly opened: AsyncDisposableStack;
}

/** How long requests in flight may take to finish once we were asked to stop. */
const graceMs = 10_000;

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

  /** Scrapes and serves until `signal` aborts; throws when a part broke. */
  async run(signal: AbortSignal): Promise<void> {
    const { loops, stopping } = this.#parts;
    signal.addEventListener('abort', () => stopping.abort(), { once: true });
    const runners = loops.map(
      (loop): Runner =>
        (until) =>
          loop.run(until),
    );
    await runTogether(signal, [...runners, (until) => this.#serve(until)]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.opened.disposeAsync();
  }

  /**
   * Listens from the first moment on, so that probes are answered while the kube-apiserver is still away. When asked to
   * stop, readiness has failed already; requests in flight are finished before connections to the kube-apiserver close.
   */
  async #serve(signal: AbortSignal): Promise<void> {
    const { afterServing, api, listening, whileListening, log } = this.#parts;
    const listener = listenerOf(await listen({ ...listening, handle: (request) => api.handle(request) }));
    this.#listener = listener;
    log.info('Serving', { address: `${listener.address}:${listener.port}` });
    try {
      await whileListening(listener)(signal);
    } finally {
      await listener.close({ graceMs });
      log.info('Stopped listening');
      await afterServing?.();
    }
  }
}

function listenerOf(outcome: ListenOutcome): Listener {
  if (outcome.kind === 'failed') throw new Error(outcome.message);
  return outcome.listener;
}
