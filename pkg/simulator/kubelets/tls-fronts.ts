import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import type { Logger } from '../../telemetry/logger.ts';
import type { SimulatedKubelet } from './kubelet.ts';

/** A serving certificate with its private key, both PEM. */
export interface KeyPair {
  readonly certPem: string;
  readonly keyPem: string;
}

/** TLS and HTTP for all kubelets of one certificate. It listens nowhere itself: kubelets hand their connections over. */
export interface TlsFront {
  readonly converse: (connection: Socket) => void;
  /** Which kubelet answers on which port. */
  readonly routes: Map<number, SimulatedKubelet>;
}

/** Idle connections are kept for this long: longer than any period of scraping, as kubelets do. */
const idleMs = 300_000;

/** One front for each certificate: keys, session tickets and HTTP servers are what would make 5,000 kubelets expensive. */
export class TlsFronts {
  readonly #log: Logger;
  readonly #fronts = new Map<string, TlsFront>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** The front of a certificate, made when first asked for. */
  front(pair: KeyPair): TlsFront {
    const known = this.#fronts.get(pair.certPem);
    if (known !== undefined) return known;
    const routes = new Map<number, SimulatedKubelet>();
    const server = this.#httpsServer(pair, routes);
    const front: TlsFront = { routes, converse: (connection) => server.emit('connection', connection) };
    this.#fronts.set(pair.certPem, front);
    return front;
  }

  /** Nothing is routed to `port` any more; a front that leads nowhere is let go. */
  forget(port: number): void {
    for (const [certificate, { routes }] of this.#fronts)
      if (routes.delete(port) && routes.size === 0) this.#fronts.delete(certificate);
  }

  #httpsServer({ certPem, keyPem }: KeyPair, routes: ReadonlyMap<number, SimulatedKubelet>): Server {
    const options = { cert: certPem, key: keyPem, ALPNProtocols: ['http/1.1'], keepAliveTimeout: idleMs };
    return createServer(options, (request, response) => {
      const kubelet = routes.get(request.socket.localPort ?? 0);
      if (kubelet === undefined) return response.destroy();
      return kubelet.answer(request, response).catch((error: unknown) => {
        this.#log.error('Kubelet could not answer', { url: request.url, error });
        response.destroy();
      });
    });
  }
}
