import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from '../../telemetry/logger.ts';

/**
 * Each costs some 80 kB, and up to 1 MB while its headers arrive. By address, so that nobody locks out the others. One
 * aggregation layer needs a few dozen.
 */
const maxPerAddress = 500;

/** One address from which connections are open. */
interface Peer {
  open: number;
  isReported: boolean;
}

/** The open connections of a server and the requests in flight on each, so that it can be closed gracefully. */
export class Connections {
  /** As the network knows them, those still shaking hands included. */
  readonly #accepted = new Set<Socket>();
  readonly #peers = new Map<string, Peer>();
  /** As HTTP knows them. */
  readonly #requests = new Map<Socket, Set<ServerResponse>>();
  #isClosing = false;
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Call for every new connection before its handshake; one too many from its address is cut. */
  accepted(socket: Socket): void {
    this.#accepted.add(socket);
    socket.once('close', () => this.#accepted.delete(socket));
    // One that breaks before its handshake is nobody's error.
    socket.on('error', () => undefined);
    this.#count(socket, socket.remoteAddress ?? '');
  }

  #count(socket: Socket, address: string): void {
    const peer = this.#peers.get(address) ?? { open: 0, isReported: false };
    this.#peers.set(address, peer);
    peer.open++;
    socket.once('close', () => {
      peer.open--;
      if (peer.open === 0) this.#peers.delete(address);
    });
    if (peer.open <= maxPerAddress) return;
    socket.destroy();
    if (peer.isReported) return;
    peer.isReported = true;
    this.#log.warn('Too many connections from one client; further ones are cut', { client: address, maxPerAddress });
  }

  /** Call for every new connection after its handshake. */
  opened(socket: Socket): void {
    if (this.#isClosing) socket.destroy();
    this.#requests.set(socket, new Set());
    socket.once('close', () => this.#requests.delete(socket));
  }

  /** Call for every request; its end is found out here. */
  began(socket: Socket, response: ServerResponse): void {
    this.#requests.get(socket)?.add(response);
    if (this.#isClosing) announceEnd(response);
    response.once('close', () => {
      this.#requests.get(socket)?.delete(response);
      if (this.#isClosing && !this.isBusy(socket)) socket.end();
    });
  }

  /** Whether an answer is owed or on its way. */
  isBusy(socket: Socket): boolean {
    return (this.#requests.get(socket)?.size ?? 0) > 0;
  }

  /** Ends every connection without a request now, and every other one after its request. */
  drain(): void {
    this.#isClosing = true;
    for (const [socket, responses] of this.#requests) {
      if (responses.size === 0) socket.end();
      for (const response of responses) announceEnd(response);
    }
  }

  /** Ends every connection now. */
  cut(): void {
    for (const socket of this.#accepted) socket.destroy();
  }
}

/** Lets the client know that this is the last answer here, as far as it has not begun. */
function announceEnd(response: ServerResponse): void {
  if (!response.headersSent) response.shouldKeepAlive = false;
}
