import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, type SecureContext } from 'node:tls';
import type { Credentials, Identity } from './identity/identity.ts';
import type { Destination } from './proxy/no-proxy.ts';
import type { Proxy } from './proxy/proxy.ts';
import { tunnel } from './proxy/tunnel.ts';

const connectTimeoutMs = 5_000;
/** libuv then probes each second and gives up after ten: a dead peer is noticed within 40 s. */
export const keepAliveMs = 30_000;

/** Opens a socket, and calls once: with a failure, or with a socket that is ready and whose peer is verified. */
export type Connect = (done: (failure: Error | null, socket: Socket | null) => void) => void;

/**
 * How connections to the kube-apiserver are made: HTTP/1.1, one shared secure context for all of them, a new one when
 * the CA or the client certificate changes. Connections under way keep what they began with.
 */
export function apiserverConnector(identity: Identity, current: () => Credentials): Connect {
  const contextFor = secureContexts();
  const { hostname, port, protocol } = new URL(identity.server);
  const isTls = protocol === 'https:';
  const address = { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port) || defaultPort(protocol) };
  return (done) => {
    const finish = (over?: Socket): void => {
      const socket = isTls
        ? secure(identity, contextFor(current()), { ...address, over })
        : (over ?? connectTcp(address));
      settle(socket, { event: isTls ? 'secureConnect' : 'connect', isOpen: !isTls && over !== undefined }, done);
    };
    begin(identity.proxy, address, finish).catch((cause: unknown) => done(asError(cause), null));
  };
}

/** Finishes at once, or over a tunnel where a proxy is on the way. */
async function begin(proxy: Proxy | undefined, address: Destination, finish: (over?: Socket) => void): Promise<void> {
  if (proxy === undefined) return finishSafely(finish);
  finishSafely(finish, await tunnel(proxy, address, AbortSignal.timeout(connectTimeoutMs)));
}

function finishSafely(finish: (over?: Socket) => void, over?: Socket): void {
  try {
    finish(over);
  } catch (cause) {
    over?.destroy();
    throw new Error('the CA or client certificate cannot be used', { cause });
  }
}

const asError = (cause: unknown): Error => (cause instanceof Error ? cause : new Error(String(cause)));

/** Throws where PEM texts cannot be used: a broken CA, a key that does not fit its certificate. */
export function secureContextOf({ ca, cert, key }: Credentials): SecureContext {
  return createSecureContext({
    minVersion: 'TLSv1.2',
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  });
}

interface Address extends Destination {
  /** A tunnel that leads there; absent = a connection of its own. */
  readonly over: Socket | undefined;
}

function secure(identity: Identity, secureContext: SecureContext, { host, port, over }: Address): Socket {
  const servername = identity.serverName ?? (isIP(host) === 0 ? host : undefined);
  return connectTls({
    ...(over ? { socket: over } : { host, port }),
    secureContext,
    ALPNProtocols: ['http/1.1'],
    rejectUnauthorized: !identity.insecureTls,
    ...(servername === undefined ? {} : { servername }),
  });
}

function settle(
  socket: Socket,
  { event, isOpen }: { readonly event: 'secureConnect' | 'connect'; readonly isOpen: boolean },
  done: Parameters<Connect>[0],
): void {
  socket.setNoDelay(true).setKeepAlive(true, keepAliveMs);
  if (isOpen) return done(null, socket);
  const alarm = setTimeout(() => {
    socket.destroy(
      Object.assign(new Error(`no connection within ${connectTimeoutMs / 1000} s`), { code: 'ETIMEDOUT' }),
    );
  }, connectTimeoutMs);
  const failed = (cause: Error): void => {
    clearTimeout(alarm);
    done(cause, null);
  };
  socket.once('error', failed);
  socket.once(event, () => {
    clearTimeout(alarm);
    socket.off('error', failed);
    done(null, socket);
  });
}

function secureContexts(): (credentials: Credentials) => SecureContext {
  let last: { readonly of: Credentials; readonly context: SecureContext } | undefined;
  return (credentials) => {
    const { ca, cert, key } = credentials;
    if (last === undefined || last.of.ca !== ca || last.of.cert !== cert || last.of.key !== key) {
      last = { of: credentials, context: secureContextOf(credentials) };
    }
    return last.context;
  };
}

const defaultPort = (protocol: string): number => (protocol === 'https:' ? 443 : 80);
