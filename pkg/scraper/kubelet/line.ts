import { connect as connectTcp, isIP, type Socket, type TcpSocketConnectOpts } from 'node:net';
import { connect as connectTls, type SecureContext, type TLSSocket } from 'node:tls';
import type { KubeletAnswer } from './kubelet-client.ts';
import { failureOf, handshakeFailureOf, hungUp } from './network-failure.ts';
import type { Acceptance } from './trust/acceptance.ts';

/** Where a line leads, and how. */
export interface LineOptions {
  readonly host: string;
  readonly port: number;
  /** Absent = no TLS. */
  readonly tls?: TlsWay | undefined;
  /** Where what comes in is put, of all lines alike: it is the user's for the time of the call that tells of it. */
  readonly landing: Buffer;
}

/** How TLS is spoken, and with whom. */
export interface TlsWay {
  readonly context: SecureContext;
  /** Who is not accepted after the handshake gets no request. Never rejects. */
  readonly accept: (socket: TLSSocket) => Promise<Acceptance>;
}

/** Whoever has a line is told what happens on it; nothing any more once it has let go of it. */
export interface LineUser {
  /** A machine has taken the connection; TLS comes next. */
  onReached(): void;
  /** The handshake is over; who it was with is looked at next. */
  onConnected(): void;
  /** The peer is accepted: from now on it may be written to. */
  onOpen(): void;
  /** So many bytes are in the landing. */
  onBytes(length: number): void;
  /** The peer says no more. */
  onHungUp(): void;
  /** It has failed, or the peer was refused, and is closed. */
  onFailed(failure: KubeletAnswer): void;
}

/** One connection to one machine, over TCP or TLS. Not a byte goes over it before the peer is accepted. */
export class Line implements Disposable {
  readonly #socket: Socket;
  #user: LineUser | undefined;
  #isReached = false;
  #isOpen = false;

  private constructor(socket: Socket, user: LineUser) {
    this.#socket = socket;
    this.#user = user;
    this.#listen();
  }

  /** Dials. The user is told nothing before this returns. */
  static dial(options: LineOptions, user: LineUser): Line {
    const { host, port, tls, landing } = options;
    // There is a line by the time anything can come in.
    const callback = (length: number): boolean => {
      line.#onBytes(length);
      return true;
    };
    const onread = { buffer: landing, callback };
    const where = { host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000, onread };
    const line = tls === undefined ? Line.#plain(where, user) : Line.#secure(where, tls, user);
    return line;
  }

  static #plain(where: TcpSocketConnectOpts, user: LineUser): Line {
    const socket = connectTcp(where);
    const line = new Line(socket, user);
    socket.once('connect', () => line.#decide(Promise.resolve({ kind: 'accepted', by: 'nothing' })));
    return line;
  }

  static #secure(where: TcpSocketConnectOpts, { context, accept }: TlsWay, user: LineUser): Line {
    const { host = '' } = where;
    const socket = connectTls({
      ...where,
      secureContext: context,
      // Like Go, we name the host we want where it has a name, and none where we dial an address. No session is ever
      // resumed: each handshake shows the certificate anew.
      ...(isIP(host) === 0 && { servername: host }),
      // Not that nobody looks: `accept` does, at more names than this one, and with more to say.
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
      // No ALPN: HTTP/1.1 is spoken without it, and its list would keep a slab of Node.js' buffer pool (64 KiB) in memory
      // with every connection.
    });
    // For `checkServerIdentity`, Node.js makes an object of the whole chain, in a quarter of the time that the handshake takes.
    Object.defineProperty(socket, 'getPeerCertificate', { value: () => undefined });
    const line = new Line(socket, user);
    socket.once('secureConnect', () => line.#decide(accept(socket)));
    return line;
  }

  /** Only once it is open. */
  write(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  /** Closes it without a word to its user. */
  [Symbol.dispose](): void {
    this.#user = undefined;
    this.#socket.destroy();
  }

  #listen(): void {
    this.#socket
      .once('connect', () => {
        this.#isReached = true;
        this.#user?.onReached();
      })
      .on('error', (error) => {
        const isShakingHands = this.#isReached && !this.#isOpen;
        this.#fail(isShakingHands ? handshakeFailureOf(error) : failureOf(error));
      })
      .once('end', () => (this.#isOpen ? this.#user?.onHungUp() : this.#fail(hungUp)))
      .once('close', () => this.#fail(hungUp));
  }

  #decide(accepting: Promise<Acceptance>): void {
    this.#user?.onConnected();
    void accepting.then((acceptance) => {
      // Given up meanwhile.
      if (this.#user === undefined || this.#socket.destroyed) return;
      if (acceptance.kind === 'refused') return this.#fail(acceptance.answer);
      this.#isOpen = true;
      this.#user.onOpen();
    });
  }

  #onBytes(length: number): void {
    if (this.#isOpen) this.#user?.onBytes(length);
    else this.#fail({ kind: 'bad-body', message: 'it is not HTTP (it spoke before it was asked)' });
  }

  #fail(failure: KubeletAnswer): void {
    const user = this.#user;
    this[Symbol.dispose]();
    user?.onFailed(failure);
  }
}
