import { constants } from 'node:http2';
import { cutShort, isHttp2, type Message, type Response } from './message.ts';

/** As Go's server does: a client that sends more than this to somebody who does not read it loses its connection. */
const maxBodyBytes = 256 * 1024;

/** Nobody here reads bodies: a small one is thrown away, a large one ends the connection, or over HTTP/2 its stream. */
export function boundBody(message: Message, response: Response): void {
  let bytes = 0;
  message.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= maxBodyBytes) return;
    if (isHttp2(response)) cutShort(response, constants.NGHTTP2_ENHANCE_YOUR_CALM);
    else message.destroy();
  });
  message.on('error', () => undefined); // The response's own close event tells.
}
