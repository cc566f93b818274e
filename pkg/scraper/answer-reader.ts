import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { KubeletAnswer } from './kubelet-client.ts';
import { failureOf, printable } from './network-failure.ts';
import { bodyLimit, unpack } from './unpack.ts';

/** Of an answer that is a refusal, this much is read so that the connection can be kept; a longer one is cut off. */
const refusalLimit = 64 * 1024;

/** Content types that say plainly: no metrics in Prometheus' text format. Others are read, for exporters are careless. */
const foreignTypes = /^(text\/html|application\/(json|vnd\.google\.protobuf|vnd\.kubernetes\.protobuf|xml))\b/i;

/** Collects one answer as it arrives, within bounds. */
export class AnswerReader implements Dispatcher.DispatchHandler {
  /** Fulfils exactly once, and never rejects. */
  readonly answer: Promise<KubeletAnswer>;
  readonly #settle: (answer: KubeletAnswer | Promise<KubeletAnswer>) => void;
  readonly #chunks: Buffer[] = [];
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  #size = 0;
  #settled = false;

  constructor() {
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
    this.#size += chunk.length;
    if (this.#size > (this.#status === 200 ? bodyLimit : refusalLimit)) this.#refuse(controller);
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (!this.#settled) this.end(this.#status === 200 ? this.#body() : this.#refusal());
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (!this.#settled) this.end(failureOf(error));
  }

  #refuse(controller: Dispatcher.DispatchController): void {
    this.end(this.#status === 200 ? { kind: 'too-large', limitBytes: bodyLimit } : this.#refusal());
    this.#chunks.length = 0;
    controller.abort(new Error('the answer is too large'));
  }

  #refusal(): KubeletAnswer {
    const detail = printable(Buffer.concat(this.#chunks).toString('latin1', 0, 400));
    return { kind: 'status', code: this.#status, ...(detail && { detail }) };
  }

  async #body(): Promise<KubeletAnswer> {
    const type = this.#headers['content-type'] ?? '';
    if (foreignTypes.test(type)) return { kind: 'bad-body', message: `its content type is ${printable(type)}` };
    const [only] = this.#chunks;
    const body = this.#chunks.length === 1 && only ? only : Buffer.concat(this.#chunks);
    return unpack(body, this.#headers['content-encoding']?.toLowerCase());
  }
}
