import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { as, type EpochMs } from '../../model/units.ts';
import type { KubeletAnswer } from './kubelet-client.ts';
import { failureOf, printable } from './network-failure.ts';
import { bodyLimit, unpack } from './unpack.ts';

/** Of an answer that is a refusal, this much is read so that the connection can be kept; a longer one is cut off. */
const refusalLimit = 64 * 1024;

/** TCP and Go's chunked writer cut 16 MiB into some 12,000 pieces; in single bytes they would cost a core for seconds. */
const mostPieces = 65_536;

/** Content types that say plainly: no metrics in Prometheus' text format. Others are read, for exporters are careless. */
const foreignTypes = /^(text\/html|application\/(json|vnd\.google\.protobuf|vnd\.kubernetes\.protobuf|xml))\b/i;

/** Collects one answer as it arrives, within bounds. */
export class AnswerReader implements Dispatcher.DispatchHandler {
  /** Fulfils exactly once, and never rejects. */
  readonly answer: Promise<KubeletAnswer>;
  readonly #accept: string | undefined;
  readonly #settle: (answer: KubeletAnswer | Promise<KubeletAnswer>) => void;
  /** Copied together as it comes: a piece of one byte would keep the whole block in memory in which it was received. */
  #bytes: Buffer = Buffer.alloc(0);
  #size = 0;
  #pieces = 0;
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  #settled = false;

  /** `accept` is the media type that was asked for: it is not foreign, whichever it is. */
  constructor(accept?: string) {
    this.#accept = accept;
    const { promise, resolve } = Promise.withResolvers<KubeletAnswer>();
    this.answer = promise;
    this.#settle = resolve;
  }

  /** A header has arrived: the kubelet has seen the request. */
  get begun(): boolean {
    return this.#status > 0;
  }

  /** Ends the waiting; what still arrives is dropped. */
  end(answer: KubeletAnswer | Promise<KubeletAnswer>): void {
    this.#settled = true;
    this.#settle(answer);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#settled) controller.abort(new Error('nobody waits for this answer'));
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return;
    this.#status = status;
    this.#headers = headers;
    if (status === 200 && Number(headers['content-length'] ?? 0) > bodyLimit) this.#refuse(controller);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#settled) return;
    const size = this.#size + chunk.length;
    if (size > (this.#status === 200 ? bodyLimit : refusalLimit)) return this.#refuse(controller);
    if (++this.#pieces > mostPieces)
      return this.#cutOff(controller, { kind: 'bad-body', message: 'it came in crumbs' });
    this.#append(chunk);
  }

  onResponseEnd(): void {
    if (!this.#settled) this.end(this.#status === 200 ? this.#body() : this.#refusal());
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (!this.#settled) this.end(failureOf(error));
  }

  #refuse(controller: Dispatcher.DispatchController): void {
    this.#cutOff(controller, this.#status === 200 ? { kind: 'too-large', limitBytes: bodyLimit } : this.#refusal());
  }

  #cutOff(controller: Dispatcher.DispatchController, answer: KubeletAnswer): void {
    this.end(answer);
    this.#bytes = Buffer.alloc(0);
    controller.abort(new Error('the rest of the answer is not wanted'));
  }

  #append(chunk: Buffer): void {
    const size = this.#size + chunk.length;
    if (size > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(size, 2 * this.#bytes.length));
      this.#bytes.copy(larger, 0, 0, this.#size);
      this.#bytes = larger;
    }
    chunk.copy(this.#bytes, this.#size);
    this.#size = size;
  }

  #refusal(): KubeletAnswer {
    const detail = printable(this.#bytes.toString('latin1', 0, Math.min(this.#size, 400)));
    return { kind: 'status', code: this.#status, ...(detail && { detail }) };
  }

  async #body(): Promise<KubeletAnswer> {
    const type = this.#headers['content-type'] ?? '';
    const wanted = this.#accept !== undefined && type.startsWith(this.#accept);
    if (!wanted && foreignTypes.test(type))
      return { kind: 'bad-body', message: `its content type is ${printable(type)}` };
    const answer = await unpack(this.#bytes.subarray(0, this.#size), this.#headers['content-encoding']?.toLowerCase());
    const date = Date.parse(this.#headers.date ?? '');
    return answer.kind === 'ok' && !Number.isNaN(date) ? { ...answer, date: as<EpochMs>(date) } : answer;
  }
}
