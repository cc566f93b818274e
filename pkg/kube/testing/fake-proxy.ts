import { createServer } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { pipeline } from 'node:stream';

/** A proxy on 127.0.0.1 that leads everywhere to one port of this machine. */
export class FakeProxy implements AsyncDisposable {
  /** Whereto it was asked to lead. */
  readonly asked: string[] = [];
  /** Credentials it was shown. */
  readonly authorizations: (string | undefined)[] = [];
  /** What it answers to CONNECT instead of leading there. */
  refuses: string | undefined;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  get port(): number {
    return (this.#server?.address() as AddressInfo).port;
  }

  /** Speaks HTTP CONNECT. */
  async listenHttp(to: number): Promise<this> {
    const server = createServer((_request, response) => response.writeHead(400).end());
    server.on('connect', ({ url = '', headers }, socket: Socket) => {
      this.asked.push(url);
      this.authorizations.push(headers['proxy-authorization']);
      if (this.refuses !== undefined) return void socket.end(`HTTP/1.1 ${this.refuses}\r\n\r\n`);
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      this.#lead(socket, to);
    });
    return this.#listen(server);
  }

  /** Speaks SOCKS 5. */
  async listenSocks(to: number): Promise<this> {
    return this.#listen(
      createTcpServer((socket) => {
        socket.once('data', () => {
          socket.write(Buffer.from([5, 0]));
          socket.once('data', (request) => {
            const length = request[4] ?? 0;
            this.asked.push(`${request.subarray(5, 5 + length)}:${request.readUInt16BE(5 + length)}`);
            socket.write(Buffer.from([5, this.refuses === undefined ? 0 : 2, 0, 1, 127, 0, 0, 1, 0, 0]));
            if (this.refuses === undefined) this.#lead(socket, to);
          });
        });
      }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  #lead(socket: Socket, to: number): void {
    const onward = connect(to, '127.0.0.1');
    this.#sockets.add(onward);
    pipeline(socket, onward, socket, () => undefined);
  }

  async #listen(server: Server): Promise<this> {
    this.#server = server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return this;
  }
}
