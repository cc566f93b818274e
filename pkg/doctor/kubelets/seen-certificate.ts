import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { printable } from '../../scraper/kubelet/network-failure.ts';

/** What a certificate says that was shown to us, in words; nobody has verified it. */
export interface SeenCertificate {
  readonly subject: string;
  readonly issuer: string;
  /** `DNS:n1, IP Address:10.0.0.1`; empty = it names nothing. */
  readonly names: string;
  readonly notAfter: string;
}

/**
 * Shakes hands with whoever listens there to see the certificate, and hangs up: not a byte is sent through the connection.
 * Undefined when none was shown before `signal` aborted.
 */
export function seeCertificate(host: string, port: number, signal: AbortSignal): Promise<SeenCertificate | undefined> {
  const { promise, resolve } = Promise.withResolvers<SeenCertificate | undefined>();
  // Whoever it is: what we want is to see what it shows.
  const socket: TLSSocket = connect({
    host,
    port,
    rejectUnauthorized: false,
    ...(isIP(host) === 0 && { servername: host }),
  });
  const end = (certificate?: SeenCertificate): void => {
    signal.removeEventListener('abort', giveUp);
    socket.destroy();
    resolve(certificate);
  };
  const giveUp = (): void => end();
  signal.addEventListener('abort', giveUp, { once: true });
  socket.once('secureConnect', () => end(certificateOf(socket)));
  socket.on('error', () => end());
  socket.once('close', () => end());
  if (signal.aborted) giveUp();
  return promise;
}

function certificateOf(socket: TLSSocket): SeenCertificate | undefined {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return undefined;
  const { subject, issuer, subjectAltName = '', validTo } = certificate;
  return {
    subject: printable(oneLine(subject)),
    issuer: printable(oneLine(issuer)),
    names: printable(subjectAltName),
    notAfter: printable(validTo),
  };
}

const oneLine = (name: string | undefined): string => (name ?? '').split('\n').join(', ');
