import type { EventEmitter } from 'node:events';
import { type IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { constants, type Http2ServerRequest, Http2ServerResponse } from 'node:http2';

/** A request as Node gives it, of HTTP/1.1 or HTTP/2. */
export type Message = IncomingMessage | Http2ServerRequest;

/** Its answer as Node takes it: what both protocols have in common. */
export interface Response extends EventEmitter {
  readonly req: { readonly method?: string | undefined };
  readonly headersSent: boolean;
  writeHead(status: number, headers: OutgoingHttpHeaders): unknown;
  /** False when the client should take some first. `done` is called when nobody looks at the chunk any more, or it failed. */
  write(chunk: string | Uint8Array, done: (error?: Error | null) => void): boolean;
  end(chunk?: string | Uint8Array): unknown;
  destroy(): unknown;
}

/** Why a request's signal aborts when its answer is sent or given up. One for all: to make one, with its stack, takes 15 us. */
export const requestIsOver = new DOMException('The request is over', 'AbortError');

/** Whether the answer goes out by HTTP/2. */
export function isHttp2(response: Response): response is Response & Http2ServerResponse {
  return response instanceof Http2ServerResponse;
}

/** Ends an answer so that the client sees that something is missing: over HTTP/2 its stream, otherwise its connection. */
export function cutShort(response: Response, code: number = constants.NGHTTP2_INTERNAL_ERROR): void {
  if (isHttp2(response)) response.stream.close(code);
  else response.destroy();
}

/** Ends the stream of an answer made by HTTP/2, whatever the client still has to send or to take. HTTP/1.1 has none. */
export function closeStream(response: Response): void {
  if (!isHttp2(response)) return;
  const { stream } = response;
  stream.close(stream.writableFinished ? constants.NGHTTP2_NO_ERROR : constants.NGHTTP2_INTERNAL_ERROR);
}

/** Lets the client know that this is the last answer here, as far as it has not begun. HTTP/2 has other means. */
export function announceEnd(response: Response): void {
  if (response instanceof ServerResponse && !response.headersSent) response.shouldKeepAlive = false;
}
