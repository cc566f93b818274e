import type { ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import type { Logger } from '../../telemetry/logger.ts';
import { announceEnd, type Response } from './message.ts';

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

/** One connection as HTTP knows it. */
interface Conversation {
  readonly socket: Socket;
  /** Absent for HTTP/1.1. */
  readonly session?: ServerHttp2Session;
  /** Owed or on their way. */
  readonly responses: Set<Response>;
}

/** The open connections of a server and the requests in flight on each, so that it can be closed gracefully. */
export class Connections {
  /** As the network knows them, those still shaking hands included. */
  readonly #accepted = new Set<Socket>();
  readonly #peers = new Map<string, Peer>();
  /** As HTTP knows them. */
  readonly #conversations = new Map<Socket, Conversation>();
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

  /** Call for every new connection after its handshake, with its session if it speaks HTTP/2. */
  opened(socket: Socket, session?: ServerHttp2Session): void {
    if (this.#isClosing) socket.destroy();
    this.#conversations.set(socket, { socket, responses: new Set(), ...(session && { session }) });
    socket.once('close', () => this.#conversations.delete(socket));
  }

  /** Call for every request; its end is found out here. */
  began(socket: Socket, response: Response): void {
    const conversation = this.#conversations.get(socket);
    conversation?.responses.add(response);
    if (this.#isClosing) announceEnd(response);
    response.once('close', () => {
      conversation?.responses.delete(response);
      if (this.#isClosing && conversation?.responses.size === 0) end(conversation);
    });
  }

  /** Whether an answer is owed or on its way. */
  isBusy(socket: Socket): boolean {
    return (this.#conversations.get(socket)?.responses.size ?? 0) > 0;
  }

  /** Whether no connection is to take further requests. */
  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** Ends every connection without a request now, and every other one after its requests. */
  drain(): void {
    this.#isClosing = true;
    for (const conversation of this.#conversations.values()) {
      // A session closes by itself after its last stream, and must tell the client now that it takes no others.
      if (conversation.responses.size === 0 || conversation.session) end(conversation);
      for (const response of conversation.responses) announceEnd(response);
    }
  }

  /** Ends every connection now. */
  cut(): void {
    // Node does not tell a session that the connection below its TLS is gone.
    for (const { session } of this.#conversations.values()) session?.destroy();
    for (const socket of this.#accepted) socket.destroy();
  }
}

function end({ socket, session }: Conversation): void {
  if (session === undefined) socket.end();
  else session.close();
}
