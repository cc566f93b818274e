import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, type SecureContext } from 'node:tls';
import type { buildConnector } from 'undici';
import type { Credentials, Identity } from './identity.ts';

const connectTimeoutMs = 5_000;
/** libuv then probes each second and gives up after ten: a dead peer is noticed within 40 s. */
const keepAliveMs = 30_000;

/**
 * How connections to the kube-apiserver are made: HTTP/1.1, one shared secure context for all of them, a new one when
 * the CA or the client certificate changes. Connections under way keep what they began with.
 */
export function apiserverConnector(identity: Identity, current: () => Credentials): buildConnector.connector {
  const contextFor = secureContexts();
  return ({ hostname, port, protocol }, callback) => {
    const address = { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port) || defaultPort(protocol) };
    try {
      const socket =
        protocol === 'https:' ? secure(identity, contextFor(current()), address) : connectTcp({ ...address });
      settle(socket, protocol === 'https:' ? 'secureConnect' : 'connect', callback);
    } catch (cause) {
      callback(new Error('the CA or client certificate cannot be used', { cause }), null);
    }
  };
}

/** Throws where PEM texts cannot be used: a broken CA, a key that does not fit its certificate. */
export function secureContextOf({ ca, cert, key }: Credentials): SecureContext {
  return createSecureContext({
    minVersion: 'TLSv1.2',
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  });
}

interface Address {
  readonly host: string;
  readonly port: number;
}

function secure(identity: Identity, secureContext: SecureContext, { host, port }: Address): Socket {
  const servername = identity.serverName ?? (isIP(host) === 0 ? host : undefined);
  return connectTls({
    host,
    port,
    secureContext,
    ALPNProtocols: ['http/1.1'],
    rejectUnauthorized: !identity.insecureTls,
    ...(servername === undefined ? {} : { servername }),
  });
}

function settle(socket: Socket, event: 'secureConnect' | 'connect', callback: buildConnector.Callback): void {
  const alarm = setTimeout(() => {
    socket.destroy(
      Object.assign(new Error(`no connection within ${connectTimeoutMs / 1000} s`), { code: 'ETIMEDOUT' }),
    );
  }, connectTimeoutMs);
  const failed = (cause: Error): void => {
    clearTimeout(alarm);
    callback(cause, null);
  };
  socket.setNoDelay(true).setKeepAlive(true, keepAliveMs);
  socket.once('error', failed);
  socket.once(event, () => {
    clearTimeout(alarm);
    socket.off('error', failed);
    callback(null, socket);
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
