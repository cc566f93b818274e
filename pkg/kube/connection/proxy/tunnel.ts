import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import type { Destination } from './no-proxy.ts';
import type { Proxy } from './proxy.ts';

/** A connection to somewhere through a proxy. Rejects, with the proxy named, when there is none; ends when `signal` aborts. */
export function tunnel(proxy: Proxy, to: Destination, signal: AbortSignal): Promise<Socket> {
  return proxy.kind === 'socks5' ? socksTunnel(proxy, to, signal) : connectTunnel(proxy, to, signal);
}

const nameOf = ({ kind, host, port }: Proxy): string => `proxy ${kind}://${authority({ host, port })}`;

const authority = ({ host, port }: Destination): string => `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;

function failed(proxy: Proxy, what: string, cause?: unknown): Error {
  // No `cause` beneath: whoever puts failures into words looks for the innermost, which would not name the proxy.
  const code = cause instanceof Error && 'code' in cause ? { code: cause.code } : {};
  return Object.assign(new Error(`${nameOf(proxy)} ${what}`), code);
}

/** HTTP CONNECT. A proxy that speaks TLS is verified by the authorities that Node.js trusts. */
function connectTunnel(proxy: Proxy, to: Destination, signal: AbortSignal): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const authorization = proxy.basic && `Basic ${Buffer.from(proxy.basic).toString('base64')}`;
  const asking = (proxy.kind === 'https' ? tlsRequest : plainRequest)({
    host: proxy.host,
    port: proxy.port,
    method: 'CONNECT',
    path: authority(to),
    headers: { host: authority(to), ...(authorization && { 'proxy-authorization': authorization }) },
    agent: false,
    signal,
  });
  asking.once('connect', ({ statusCode = 0, statusMessage }, socket: Socket, head: Buffer) => {
    if (statusCode === 200 && head.length === 0) return resolve(socket);
    socket.destroy();
    reject(failed(proxy, `answered ${statusCode} ${statusMessage} to CONNECT ${authority(to)}`));
  });
  asking.once('response', (response) => {
    response.destroy();
    reject(failed(proxy, `answered ${response.statusCode} ${response.statusMessage} to CONNECT ${authority(to)}`));
  });
  asking.once('error', (cause) => reject(failed(proxy, `cannot be used: ${cause.message}`, cause)));
  asking.end();
  return promise;
}

/** SOCKS 5 (RFC 1928) without authentication, as `ssh -D` gives it. The proxy looks names up. */
async function socksTunnel(proxy: Proxy, to: Destination, signal: AbortSignal): Promise<Socket> {
  const socket = connectTcp({ host: proxy.host, port: proxy.port, signal });
  try {
    socket.write(Buffer.from([5, 1, 0]));
    const [version, method] = await take(socket, 2);
    if (version !== 5 || method !== 0) throw new Error('it wants to know who we are, or does not speak SOCKS 5');
    const name = Buffer.from(to.host);
    socket.write(
      Buffer.concat([Buffer.from([5, 1, 0, 3, name.length]), name, Buffer.from([to.port >> 8, to.port & 255])]),
    );
    const [, refusal = 0, , kind] = await take(socket, 4);
    if (refusal !== 0) throw new Error(`it refused to connect to ${authority(to)} (SOCKS reply ${refusal})`);
    // The address it connected from: of no use, but in the way.
    const length = kind === 1 ? 4 : kind === 4 ? 16 : ((await take(socket, 1))[0] ?? 0);
    await take(socket, length + 2);
    return socket;
  } catch (cause) {
    socket.destroy();
    throw failed(proxy, `cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }
}

/** Exactly so many bytes; what follows stays in the socket. */
async function take(socket: Socket, size: number): Promise<Buffer> {
  for (;;) {
    const bytes = socket.read(size) as Buffer | null;
    if (bytes?.length === size) return bytes;
    if (socket.readableEnded || socket.destroyed) throw socket.errored ?? new Error('it hung up');
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const events = { readable: () => resolve(), end: () => resolve(), error: reject, close: () => resolve() };
    for (const [event, listener] of Object.entries(events)) socket.once(event, listener);
    await promise.finally(() => {
      for (const [event, listener] of Object.entries(events)) socket.off(event, listener);
    });
  }
}
