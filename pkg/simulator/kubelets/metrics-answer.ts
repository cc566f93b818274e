import type { IncomingMessage, ServerResponse } from 'node:http';
import { constants, gzipSync } from 'node:zlib';

interface Page {
  readonly type: string;
  readonly text: string;
}

/** What Go's `net/http` writes at a time where the length is not known beforehand. */
const chunkBytes = 4096;

/** Content type of a kubelet's metrics. */
export const metricsContentType = 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores';

/** Sends metrics as a kubelet does: chunked, and packed where the client accepts gzip. */
export function sendMetrics(request: IncomingMessage, response: ServerResponse, text: string): void {
  const packed = acceptsGzip(request);
  const plain = Buffer.from(text);
  // The fastest level, and no thread, which costs more than it saves: what a pretend kubelet spends on packing is taken
  // from the server under test.
  const body = packed ? gzipSync(plain, { level: constants.Z_BEST_SPEED }) : plain;
  response.writeHead(200, { 'Content-Type': metricsContentType, ...(packed ? { 'Content-Encoding': 'gzip' } : {}) });
  for (let sent = 0; sent < body.length; sent += chunkBytes) response.write(body.subarray(sent, sent + chunkBytes));
  response.end();
}

/** Sends another answer as a kubelet does: chunked, and never packed. */
export function sendPage(response: ServerResponse, { type, text }: Page): void {
  const body = Buffer.from(text);
  response.writeHead(200, { 'Content-Type': type });
  for (let sent = 0; sent < body.length; sent += chunkBytes) response.write(body.subarray(sent, sent + chunkBytes));
  response.end();
}

/** Whether the client takes packed answers. */
export function acceptsGzip(request: IncomingMessage): boolean {
  return /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
}

/** Sends a short plain text with a status, as Go's `http.Error` does. */
export function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'X-Content-Type-Options': 'nosniff',
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(text);
}
