import type { Socket } from 'node:net';
import type { Answer } from '../exchange.ts';
import { cutShort, type Message, type Response } from './message.ts';

/** What a request may cost before anybody knows who sent it. Real ones stay far below, also with thousands of groups. */
export const maxHeaders = 10_000;
const maxTargetLength = 64 * 1024;
const maxParameters = 1_000;

const plainText = { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' };

/** The answer for a handler that does not keep to its time. */
export const tooLate: Answer = { status: 504, headers: plainText, body: 'the request was not answered in time\n' };

/** The refusal of a request that would take too long to take apart. */
export function tooMuch({ url = '', rawHeaders }: Message): Answer | undefined {
  if (url.length > maxTargetLength || url.split('&', maxParameters + 1).length > maxParameters)
    return { status: 414, headers: plainText, body: '414 URI Too Long\n' };
  if (rawHeaders.length > 2 * maxHeaders)
    return { status: 431, headers: plainText, body: '431 Request Header Fields Too Large\n' };
  return undefined;
}

/** After a failure: an error if nothing was sent yet, otherwise the answer is cut, so that no half looks whole. */
export function giveUp(response: Response): void {
  if (response.headersSent) {
    cutShort(response);
    return;
  }
  response.writeHead(500, plainText);
  response.end('the server failed on this request; its log says more\n');
}

const refusals: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** Answers what cannot be parsed as HTTP/1.1. */
export function refuseMalformed(error: Error & { readonly code?: string }, socket: Socket): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const status = refusals[error.code ?? ''] ?? '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${status}`);
}
