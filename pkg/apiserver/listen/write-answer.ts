import { once } from 'node:events';
import type { OutgoingHttpHeaders } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sent } from '../encode/spare-chunks.ts';
import type { Answer, Body } from '../exchange.ts';
import { warningValue } from '../warnings.ts';
import { cutShort, isHttp2, type Response } from './message.ts';

/**
 * Sends an answer, a long one as fast as the client takes it and with a turn of the event loop between its chunks, so
 * that others are answered meanwhile. When `signal` aborts, drawing stops and the answer is cut: half a list must not
 * look like a whole one.
 */
export async function writeAnswer(answer: Answer, response: Response, signal: AbortSignal): Promise<void> {
  const { status, body } = answer;
  const allowed = isHttp2(response) ? headersOverHttp2(answer.headers, response) : answer.headers;
  const { warnings = [] } = answer;
  const headers = warnings.length === 0 ? allowed : { ...allowed, Warning: warnings.map(warningValue) };
  const isWhole = typeof body === 'string' || body instanceof Uint8Array;
  if (mayNotHaveBody(response, status)) {
    response.writeHead(status, headers);
    response.end();
  } else if (isWhole) {
    response.writeHead(status, { ...headers, 'Content-Length': String(Buffer.byteLength(body)) });
    // Made when the time was up already, it says so, and is short.
    if (signal.aborted) response.end(body);
    else await end(response, signal, body);
  } else {
    await writeChunks({ status, headers, body }, response, signal);
  }
}

/**
 * `Connection: close` means what it means in Go: over HTTP/2, whose answers may not carry it, the client is asked to
 * leave (GOAWAY), and its connection ends after the requests that are under way.
 */
function headersOverHttp2(headers: Answer['headers'], { stream }: Http2ServerResponse): Answer['headers'] {
  const entries = Object.entries(headers);
  const kept = entries.filter(([name]) => !hopByHop.has(name.toLowerCase()));
  if (kept.length === entries.length) return headers;
  if (entries.some(([name, value]) => name.toLowerCase() === 'connection' && value === 'close'))
    stream.session?.close();
  return Object.fromEntries(kept);
}

const hopByHop: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade']);

function mayNotHaveBody({ req }: Response, status: number): boolean {
  return req.method === 'HEAD' || status === 204 || status === 304;
}

interface ChunkedAnswer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Exclude<Body, string | Uint8Array>;
}

async function writeChunks(
  { status, headers, body }: ChunkedAnswer,
  response: Response,
  signal: AbortSignal,
): Promise<void> {
  for await (const chunk of body) {
    if (signal.aborted) break;
    // Only now, so that a body that fails before its first chunk can still be answered by an error.
    if (!response.headersSent) response.writeHead(status, headers);
    // A stream that is cut calls back as well: TLS has encrypted or copied the chunk by then, and plain HTTP/1.1 let go of it.
    if (chunk.length > 0 && !response.write(chunk, (error) => error ?? sent(chunk))) await drained(response, signal);
    // Also after a drain: writing inside that event starves everybody else.
    await nextTurn();
  }
  if (signal.aborted) {
    cutShort(response);
    return;
  }
  if (!response.headersSent) response.writeHead(status, headers);
  await end(response, signal);
}

/** Waits until the client took the rest: what takes longer than the request may is cut, not kept for ever. */
async function end(response: Response, signal: AbortSignal, rest?: string | Uint8Array): Promise<void> {
  const finished = once(isHttp2(response) ? response.stream : response, 'finish', { signal });
  if (rest === undefined) response.end();
  else response.end(rest);
  await finished.catch(() => cutShort(response));
}

async function drained(response: Response, signal: AbortSignal): Promise<void> {
  // Aborted, because the client is gone or slow: the loop above looks at the signal next.
  await once(response, 'drain', { signal }).catch(() => undefined);
}
