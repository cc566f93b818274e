import { constants } from 'node:http2';
import { cutShort, isHttp2, type Message, type Response } from './message.ts';

/** As Go's server does: a client that sends more than this to somebody who does not read it loses its connection. */
const maxBodyBytes = 256 * 1024;
/** More than anybody here reads of one. */
const keptBytes = 1024;

/**
 * Nearly nobody here reads bodies: a small one is thrown away, a large one ends the connection, or over HTTP/2 its stream.
 * Returns a way to wait for the whole and see how it begins.
 */
export function boundBody(message: Message, response: Response): () => Promise<string> {
  let bytes = 0;
  const kept: Buffer[] = [];
  message.on('data', (chunk: Buffer) => {
    if (bytes < keptBytes) kept.push(chunk);
    bytes += chunk.length;
    if (bytes <= maxBodyBytes) return;
    if (isHttp2(response)) cutShort(response, constants.NGHTTP2_ENHANCE_YOUR_CALM);
    else message.destroy();
  });
  message.on('error', () => undefined); // The response's own close event tells.
  return async () => {
    if (!message.readableEnded && !message.destroyed) {
      await new Promise((resolve) => message.once('end', resolve).once('close', resolve));
    }
    return Buffer.concat(kept).subarray(0, keptBytes).toString();
  };
}
