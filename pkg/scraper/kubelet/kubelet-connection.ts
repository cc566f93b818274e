import type { Clock } from '../../lifecycle/clock.ts';
import type { KubeletTarget } from './address.ts';
import { answerTo, mostBytes } from './answer/answer-to.ts';
import type { BodyPool } from './answer/body-pool.ts';
import { ResponseReader } from './answer/response-reader.ts';
import type { FewPerTurn } from './few-per-turn.ts';
import type { KubeletAnswer } from './kubelet-client.ts';
import { Line, type LineOptions, type LineUser } from './line.ts';
import { failureOf, hungUp } from './network-failure.ts';
import { Requests, type RequestsOptions } from './requests.ts';

/** Where one kubelet is, and where its answers are put. */
export interface ConnectionOptions extends LineOptions, RequestsOptions {
  readonly pool: BodyPool;
  /** When answers are made of what came in. */
  readonly turns: FewPerTurn;
  readonly clock: Pick<Clock, 'timer'>;
}

/** One GET. */
export interface Asking {
  readonly target: KubeletTarget;
  readonly token: string | undefined;
  readonly limits: Limits;
  /** Called once. */
  readonly done: (answer: KubeletAnswer) => void;
}

/** How long one request may take. */
export interface Limits {
  /** Ends it in any case. */
  readonly signal: AbortSignal;
  /** Ends it where there is no connection after so long. */
  readonly connectMs?: number | undefined;
  /** Called when a machine takes a new connection, before TLS. */
  readonly reached?: (() => void) | undefined;
}

/**
 * The one connection to one kubelet, opened when needed and kept alive (HTTP/1.1, RFC 9112). One request at a time, and
 * nothing is read ahead: whatever comes unasked ends the connection.
 */
export class KubeletConnection implements LineUser, Disposable {
  readonly #options: ConnectionOptions;
  readonly #requests: Requests;
  #line: Line | undefined;
  /** Rings while there is no connection yet; every asking but the first does without. */
  #connecting: Disposable | undefined;
  #asking: Asking | undefined;
  #reader: ResponseReader | undefined;
  /** The request went over a line that had served before, not over one made for it. */
  #isOnKeptLine = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#requests = new Requests(options);
  }

  /** Nothing is asked over it. */
  get isFree(): boolean {
    return this.#asking === undefined;
  }

  /** There is a line, or one in the making. */
  get hasLine(): boolean {
    return this.#line !== undefined;
  }

  /** One GET, when it is free. A line that turns out to have been closed while it lay unused is opened again, once. */
  ask(asking: Asking): void {
    const { limits, done } = asking;
    if (limits.signal.aborted) return done({ kind: 'timed-out' });
    this.#asking = asking;
    limits.signal.addEventListener('abort', this.#giveUp);
    this.#isOnKeptLine = this.#line !== undefined;
    if (this.#line === undefined) this.#dial(limits);
    else this.#send(this.#line, asking);
  }

  /** Closes it; who waits for an answer is told so. */
  [Symbol.dispose](): void {
    this.#end({ kind: 'unreachable', code: 'ECONNABORTED' });
  }

  onReached(): void {
    this.#asking?.limits.reached?.();
  }

  onConnected(): void {
    this.#stopWaiting();
  }

  onOpen(): void {
    if (this.#line !== undefined && this.#asking !== undefined) this.#send(this.#line, this.#asking);
  }

  onBytes(length: number): void {
    const reader = this.#reader;
    // Nothing was asked: an answer to a question that somebody else might put next.
    if (reader === undefined) return this.#hangUp();
    try {
      const taken = reader.take(this.#options.landing, length);
      if (reader.ending !== undefined) this.#finish(reader, taken === length);
    } catch (error) {
      this.#end(faultMetBy(error));
    }
  }

  onHungUp(): void {
    const reader = this.#reader;
    if (reader === undefined || !this.#hasBegun) return this.onFailed(hungUp);
    reader.hungUp();
    this.#finish(reader, false);
  }

  onFailed(failure: KubeletAnswer): void {
    const asking = this.#asking;
    const isTooLate = this.#isOnKeptLine && failure.kind === 'unreachable' && !this.#hasBegun;
    if (asking === undefined || !isTooLate) return this.#end(failure);
    this.#hangUp();
    this.#isOnKeptLine = false;
    this.#dial(asking.limits);
  }

  /** The head of an answer has come: the kubelet has seen the request. */
  get #hasBegun(): boolean {
    return this.#reader?.head !== undefined;
  }

  #dial({ connectMs }: Limits): void {
    const giveUp = (): void => this.#end({ kind: 'unreachable', code: 'ETIMEDOUT' });
    if (connectMs !== undefined) this.#connecting = this.#options.clock.timer(connectMs, giveUp);
    try {
      this.#line = Line.dial(this.#options, this);
    } catch (error) {
      // Node.js throws where it finds an option wrong, and these come from Node objects.
      this.#end(failureOf(error));
    }
  }

  #stopWaiting(): void {
    this.#connecting?.[Symbol.dispose]();
    this.#connecting = undefined;
  }

  #send(line: Line, { target, token }: Asking): void {
    this.#reader = new ResponseReader({ pool: this.#options.pool, mostBytes });
    line.write(this.#requests.to(target, token));
  }

  /** The reader has come to an end: so has the line, unless the answer was whole and said that it goes on. */
  #finish(reader: ResponseReader, isAllTaken: boolean): void {
    const asking = this.#asking;
    const goesOn = isAllTaken && reader.ending?.kind === 'whole' && reader.head?.keepsAlive === true;
    this.#reader = undefined;
    if (!goesOn) this.#hangUp();
    this.#forgetAsking();
    // Somebody asked, or nothing would have been read.
    if (asking !== undefined) this.#options.turns.do(() => this.#answer(reader, asking));
  }

  #answer(reader: ResponseReader, { target, done }: Asking): void {
    const { pool } = this.#options;
    try {
      answerTo(reader, { accept: target.accept, pool }, done);
    } catch (error) {
      reader[Symbol.dispose]();
      done(faultMetBy(error));
    }
  }

  #end(answer: KubeletAnswer): void {
    const asking = this.#asking;
    this.#hangUp();
    this.#forgetAsking();
    asking?.done(answer);
  }

  #hangUp(): void {
    this.#line?.[Symbol.dispose]();
    this.#line = undefined;
    this.#reader?.[Symbol.dispose]();
    this.#reader = undefined;
  }

  #forgetAsking(): void {
    const limits = this.#asking?.limits;
    this.#asking = undefined;
    limits?.signal.removeEventListener('abort', this.#giveUp);
    this.#stopWaiting();
  }

  readonly #giveUp = (): void => this.#end({ kind: 'timed-out' });
}

/** A fault of ours, thrown while bytes come in, would take the other nodes with it. */
const faultMetBy = (error: unknown): KubeletAnswer => ({
  kind: 'bad-body',
  message: `it met a fault in this server: ${String(error)}`,
});
