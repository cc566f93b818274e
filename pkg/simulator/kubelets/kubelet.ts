import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../../lifecycle/clock.ts';
import { answerBadly } from './bad-answer.ts';
import { type AnswerFault, isAnswerFault, isContentFault, type KubeletFault, spoiltText } from './faults.ts';
import { sendMetrics, sendPage, sendText } from './metrics-answer.ts';
import type { AcceptToken, TokenVerdict } from './running-kubelets.ts';

/** What a kubelet needs of its node. */
export interface KubeletSource {
  /** Whether the kubelet runs at a moment (epoch milliseconds). */
  listensAt(now: number): boolean;
  /** The answer of `/metrics/resource` at a moment; undefined while the kubelet does not run. */
  textAt(now: number): string | undefined;
  /** What else it answers, by path; absent = nothing else. `skewMs`: its clock is so much ahead. */
  pageAt?(path: string, now: number, skewMs: number): Page | undefined;
}

/** An answer that is no resource metrics. */
export interface Page {
  readonly type: string;
  readonly text: string;
}

/** What one pretend kubelet is made of. */
export interface KubeletParts {
  readonly source: KubeletSource;
  readonly clock: Clock;
  readonly acceptToken: AcceptToken;
  readonly bindAddress: string;
  /** Speaks TLS and HTTP on a new connection, and calls `answer` for each request. */
  readonly converse: (connection: Socket) => void;
}

/** The listener of one pretend kubelet and what it answers. TLS and HTTP are shared between kubelets, so that thousands fit. */
export class SimulatedKubelet implements AsyncDisposable {
  readonly #parts: KubeletParts;
  readonly #connections = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;
  #fault: { readonly fault: KubeletFault; readonly since: number } | undefined;
  #faultOver = new AbortController();
  #closed = false;
  /** Listening starts and stops one after the other. */
  #door: Promise<void> = Promise.resolve();

  constructor(parts: KubeletParts) {
    this.#parts = parts;
  }

  /** Once it has listened for the first time, the port stays the same for good. */
  get port(): number {
    return this.#port;
  }

  /** Listens, or stops listening, as fault and source demand now. */
  async reconcile(): Promise<void> {
    const next = this.#door.then(() => this.#openOrClose());
    // A door that failed to move must not keep the next attempt from trying; whoever asked for this move hears of it.
    this.#door = next.catch(() => undefined);
    await next;
  }

  /** From now on it misbehaves as `fault` says; undefined heals it. Answers under way by the old fault end. */
  async setFault(fault: KubeletFault | undefined): Promise<void> {
    this.#fault = fault && { fault, since: this.#parts.clock.now() };
    this.#faultOver.abort();
    this.#faultOver = new AbortController();
    await this.reconcile();
  }

  /** Answers one request on a connection of this kubelet. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const fault = this.#fault?.fault;
    const text = this.#text(fault);
    response.setHeader('Date', this.#date(fault));
    if (text === undefined) return this.#reset(request);
    if (fault !== undefined && comesFirst(fault)) return this.#answerBadly(fault, { request, response, text });
    if (await this.#admits(request, response)) await this.#tell(request, response, { fault, text });
  }

  /** Answers somebody who may ask. */
  async #tell(
    request: IncomingMessage,
    response: ServerResponse,
    { fault, text }: { readonly fault: KubeletFault | undefined; readonly text: string },
  ): Promise<void> {
    if (request.method !== 'GET') return sendText(response, 405, '405: Method Not Allowed');
    const path = request.url?.split('?')[0] ?? '';
    if (path === '/healthz') return sendText(response, 200, 'ok');
    if (fault?.kind === 'no-resource-metrics')
      return sendOtherThanMetrics(response, fault, this.#page(path, fault), path);
    const page = this.#page(path, fault);
    if (path !== '/metrics/resource' && page === undefined) return sendText(response, 404, '404: Page Not Found');
    if (fault !== undefined && isAnswerFault(fault)) return this.#answerBadly(fault, { request, response, text });
    if (page === undefined) sendMetrics(request, response, text);
    else sendPage(response, page);
  }

  /** Ends every connection there is. */
  hangUp(): void {
    for (const connection of this.#connections) connection.destroy();
  }

  /** Stops listening and ends every connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#faultOver.abort();
    await this.reconcile();
  }

  /** The time by the clock of the node, as HTTP writes it. */
  #date(fault: KubeletFault | undefined): string {
    return new Date(this.#parts.clock.now() + (fault?.kind === 'skew' ? fault.byMs : 0)).toUTCString();
  }

  /** What a healthy kubelet, or one with a content fault, says now. */
  #text(fault: KubeletFault | undefined): string | undefined {
    const now = this.#parts.clock.now();
    const text = this.#parts.source.textAt(fault?.kind === 'frozen' ? (this.#fault?.since ?? now) : now);
    return text !== undefined && fault !== undefined && isContentFault(fault) ? spoiltText(text, fault) : text;
  }

  /** A clock that is wrong and samples that are old show here too; a kubelet that is spoilt otherwise has no other pages. */
  #page(path: string, fault: KubeletFault | undefined): Page | undefined {
    if (fault !== undefined && isContentFault(fault) && fault.kind !== 'skew' && fault.kind !== 'frozen')
      return undefined;
    const now = this.#parts.clock.now();
    const since = fault?.kind === 'frozen' ? (this.#fault?.since ?? now) : now;
    return this.#parts.source.pageAt?.(path, since, fault?.kind === 'skew' ? fault.byMs : 0);
  }

  async #answerBadly(
    fault: AnswerFault,
    exchange: { readonly request: IncomingMessage; readonly response: ServerResponse; readonly text: string },
  ): Promise<void> {
    const reset = (): void => this.#reset(exchange.request);
    await answerBadly(fault, { ...exchange, clock: this.#parts.clock, over: this.#faultOver.signal, reset });
  }

  /** The kubelet's own authentication and authorization; a refusal is answered here. */
  async #admits(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const [, token] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
    const verdict: TokenVerdict = token === undefined ? false : await this.#parts.acceptToken(token);
    if (verdict === false) sendText(response, 401, 'Unauthorized');
    else if (verdict !== true) sendText(response, 403, forbidden(verdict.forbiddenFor));
    return verdict === true;
  }

  #reset(request: IncomingMessage): void {
    const { remotePort } = request.socket;
    const connection = [...this.#connections].find((each) => each.remotePort === remotePort);
    request.socket.destroy();
    connection?.resetAndDestroy();
  }

  async #openOrClose(): Promise<void> {
    const wanted = this.#fault?.fault.kind !== 'refuse' && this.#parts.source.listensAt(this.#parts.clock.now());
    const open = wanted && !this.#closed;
    if (open && this.#server === undefined) await this.#open();
    if (!open && this.#server !== undefined) await this.#close(this.#server);
  }

  async #open(): Promise<void> {
    const server = createServer({ noDelay: true }, (connection) => this.#accept(connection));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(this.#port, this.#parts.bindAddress, resolve);
    });
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
  }

  async #close(server: Server): Promise<void> {
    this.#server = undefined;
    const closed = new Promise((resolve) => server.close(resolve));
    this.hangUp();
    await closed;
  }

  #accept(connection: Socket): void {
    this.#connections.add(connection);
    connection.once('close', () => this.#connections.delete(connection));
    this.#parts.converse(connection);
  }
}

/** Faults in front of the kubelet's own checks: whoever asks, and for whatever. */
const comesFirst = (fault: KubeletFault): fault is AnswerFault =>
  ['hang', 'reset', 'status', 'html', 'redirect'].includes(fault.kind);

function sendOtherThanMetrics(
  response: ServerResponse,
  { summary }: Extract<KubeletFault, { readonly kind: 'no-resource-metrics' }>,
  page: Page | undefined,
  path: string,
): void {
  if (page === undefined) return sendText(response, 404, '404: Page Not Found');
  if (summary === 'forbidden' && path === '/stats/summary') return sendText(response, 403, forbidden('us', 'stats'));
  sendPage(response, page);
}

const forbidden = (user: string, subresource = 'metrics'): string =>
  `Forbidden (user=${user}, verb=get, resource=nodes, subresource(s)=[${subresource}])`;
