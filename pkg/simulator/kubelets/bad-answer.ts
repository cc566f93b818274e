import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Clock } from '../../lifecycle/clock.ts';
import { dice } from '../shape/dice.ts';
import type { AnswerFault } from './faults.ts';
import { acceptsGzip, metricsContentType, sendText } from './metrics-answer.ts';

/** What a bad answer has to work with. */
export interface BadExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** What a healthy kubelet would say. */
  readonly text: string;
  readonly clock: Clock;
  /** Aborts when the fault is taken away or the kubelet ends. */
  readonly over: AbortSignal;
  /** Resets the connection. */
  readonly reset: () => void;
}

type OddFault = Extract<AnswerFault, { readonly kind: 'utf-16' | 'mislabelled' | 'http-1.0' | 'redirect' }>;

const MiB = 2 ** 20;
const limitMiB = 256;
const slowBeatMs = 100;

/** Answers as the fault says; returns when nothing more is to come. */
export async function answerBadly(fault: AnswerFault, exchange: BadExchange): Promise<void> {
  const { response } = exchange;
  switch (fault.kind) {
    case 'hang':
      await ended(exchange);
      response.destroy();
      return;
    case 'reset':
      exchange.reset();
      return;
    case 'status':
      sendText(response, fault.status, statusTexts[fault.status]);
      return;
    case 'html':
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(loginPage);
      return;
    case 'garbage':
      response.writeHead(200, { 'Content-Type': metricsContentType }).end(garbage());
      return;
    case 'truncated':
      cutShort(exchange, fault.abrupt ?? false);
      return;
    case 'slow':
      await trickle(exchange, fault.bytesPerSecond);
      return;
    case 'gzip-bomb':
      await bomb(exchange);
      return;
    case 'endless':
      await endless(exchange);
      return;
    default:
      answerOddly(fault, exchange);
  }
}

/** Answers at once, in a way that is not quite a kubelet's. */
function answerOddly({ kind }: OddFault, { response, text }: BadExchange): void {
  const head = { 'Content-Type': metricsContentType };
  switch (kind) {
    case 'utf-16':
      response.writeHead(200, head).end(Buffer.from(`\ufeff${text}`, 'utf16le'));
      return;
    case 'mislabelled':
      response.writeHead(200, { ...head, 'Content-Encoding': 'gzip' }).end(text);
      return;
    case 'http-1.0':
      // Node.js speaks 1.1 only: this is written past it.
      response.socket?.end(`HTTP/1.0 200 OK\r\nContent-Type: ${metricsContentType}\r\n\r\n${text}`);
      return;
    case 'redirect':
      response.writeHead(302, { Location: '/show-me-your-token' }).end();
      return;
    default:
      kind satisfies never;
  }
}

const statusTexts = {
  401: 'Unauthorized',
  403: 'Forbidden (user=system:anonymous, verb=get, resource=nodes, subresource(s)=[metrics])',
  404: '404 page not found\n',
  429: 'Too many requests, please try again later.\n',
  500: 'internal error\n',
  503: 'service unavailable\n',
};

const loginPage =
  '<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><form>Please sign in.</form></body></html>\n';

function garbage(): Buffer {
  const random = dice('garbage');
  return Buffer.from(Array.from({ length: 8192 }, () => Math.floor(random() * 256)));
}

function cutShort({ response, text }: BadExchange, abrupt: boolean): void {
  const cut = text.indexOf('\n', Math.floor(text.length * 0.6)) + 20;
  response.writeHead(200, { 'Content-Type': metricsContentType });
  if (abrupt) response.write(text.slice(0, cut), () => response.destroy());
  else response.end(text.slice(0, cut));
}

async function trickle({ response, text, clock, over }: BadExchange, bytesPerSecond: number): Promise<void> {
  const step = Math.max(1, Math.floor((bytesPerSecond * slowBeatMs) / 1000));
  const body = Buffer.from(text);
  response.writeHead(200, { 'Content-Type': metricsContentType });
  for (let sent = 0; sent < body.length && !response.destroyed; sent += step) {
    response.write(body.subarray(sent, sent + step));
    await clock.sleep((step / bytesPerSecond) * 1000, over);
  }
  response.end();
}

/** Members of a gzip stream may follow one another, so one packed MiB, sent again and again, unpacks to as many. */
async function bomb(exchange: BadExchange): Promise<void> {
  const { request, response } = exchange;
  if (!acceptsGzip(request)) return endless(exchange);
  response.writeHead(200, { 'Content-Type': metricsContentType, 'Content-Encoding': 'gzip' });
  if (await pour(exchange, gzipSync(manyLines()))) response.end();
}

async function endless(exchange: BadExchange): Promise<void> {
  exchange.response.writeHead(200, { 'Content-Type': metricsContentType });
  await pour(exchange, manyLines());
  exchange.response.destroy();
}

/** Writes `part` once for each MiB of the limit, no faster than the client reads; false when it ended before. */
async function pour(exchange: BadExchange, part: Buffer): Promise<boolean> {
  for (let sent = 0; sent < limitMiB; sent++) {
    if (exchange.response.destroyed || exchange.over.aborted) return false;
    if (!exchange.response.write(part)) await ended(exchange, 'drain');
  }
  return true;
}

/** A MiB of lines that a decoder takes for good ones. */
function manyLines(): Buffer {
  const line = 'container_cpu_usage_seconds_total{container="c",namespace="faults",pod="endless"} 1 1795231533258\n';
  return Buffer.from(line.repeat(Math.floor(MiB / line.length)));
}

/** Resolves when the client has gone, the fault is over, or `also` happens to the response. Leaves no listener behind. */
async function ended({ response, over }: BadExchange, also?: 'drain'): Promise<void> {
  if (response.destroyed || over.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = (): void => resolve();
  response.once('close', done);
  over.addEventListener('abort', done);
  if (also !== undefined) response.once(also, done);
  await promise;
  response.off('close', done);
  over.removeEventListener('abort', done);
  if (also !== undefined) response.off(also, done);
}
