import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The open connections of a server and the requests in flight on each, so that it can be closed gracefully. */
export class Connections {
  /** As the network knows them, those still shaking hands included. */
  readonly #accepted = new Set<Socket>();
  /** As HTTP knows them. */
  readonly #requests = new Map<Socket, Set<ServerResponse>>();
  #isClosing = false;

  /** Call for every new connection before its handshake. */
  accepted(socket: Socket): void {
    this.#accepted.add(socket);
    socket.once('close', () => this.#accepted.delete(socket));
    // One that breaks before its handshake is nobody's error.
    socket.on('error', () => undefined);
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
