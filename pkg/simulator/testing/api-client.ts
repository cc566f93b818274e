import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { CertificatePair } from '../../apiserver/certificates/issue-certificate.ts';

/** A client of the pretend kube-apiserver. */
export interface ApiClientOptions {
  readonly port: number;
  /** PEM. */
  readonly ca: string;
  readonly token?: string;
  readonly certificate?: CertificatePair;
  /** False = whoever answers is believed; `ca` does not count then. */
  readonly isVerified?: boolean;
}

/** One request. */
export interface ApiOrder {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  /** Sent as JSON unless it is text already. */
  readonly body?: unknown;
}

/** One answer, read to its end. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The values of each header, line by line. */
  readonly lines: NodeJS.Dict<string[]>;
  readonly text: string;
  /** The text as JSON; undefined when it is none. */
  readonly json: unknown;
}

/** Sends one request and reads the whole answer; a connection each, so that none stays behind. */
export async function ask(client: ApiClientOptions, url: string, order: ApiOrder = {}): Promise<ApiAnswer> {
  const response = await open(client, url, order);
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece);
  const text = Buffer.concat(pieces).toString('utf8');
  const { statusCode: status = 0, headers, headersDistinct: lines } = response;
  return { status, headers, lines, text, json: text.startsWith('{') ? JSON.parse(text) : undefined };
}

/** Sends one request and hands over the answer as soon as its head is there. */
export function open(client: ApiClientOptions, url: string, order: ApiOrder = {}): Promise<IncomingMessage> {
  const { port, ca, token, certificate, isVerified = true } = client;
  const { method = 'GET', headers = {}, body } = order;
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        ...(isVerified ? { ca } : { rejectUnauthorized: false }),
        method,
        path: url,
        agent: false,
        headers: { ...headers, ...(token !== undefined && { Authorization: `Bearer ${token}` }) },
        ...(certificate && { cert: certificate.certPem, key: certificate.keyPem }),
      },
      resolve,
    );
    sent.on('error', reject);
    sent.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body));
  });
}
