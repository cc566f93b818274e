import { request } from 'node:https';
import { text } from 'node:stream/consumers';

/** What a server answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Where to, and as whom. */
export interface Visit {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A client certificate with its key, as PEM. */
  readonly certificate?: { readonly cert: string; readonly key: string };
}

const timeoutMs = 10_000;

/** One GET on a connection of its own. */
export function visit({ certificate, ...target }: Visit): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // The serving certificate is made and signed by the server itself; who visits here does not say anything secret.
    const options = { ...target, ...certificate, agent: false, rejectUnauthorized: false, timeout: timeoutMs };
    const sent = request(options, (response) => {
      const { statusCode: status = 0, headers } = response;
      text(response).then((body) => resolve({ status, headers, body }), reject);
    });
    sent.once('error', reject);
    sent.once('timeout', () => sent.destroy(new Error(`no answer from ${target.path} within ${timeoutMs / 1000}s`)));
    sent.end();
  });
}
