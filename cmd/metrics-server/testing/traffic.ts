import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import {
  type AnnouncedRequest as SentRequest,
  channelNames as toApiserver,
} from '../../../pkg/kube/connection/http/announced.ts';
import { type AnnouncedAnswer, type AnnouncedRequest, channelNames } from '../../../pkg/scraper/kubelet/announced.ts';

/** Real time, longer than any answer on the loopback interface takes on a busy machine. */
const patienceMs = 30_000;

/**
 * Knows which requests the server waits for: a clock wound while one is under way would let it time out for no reason.
 * A watch counts until it is open, a kubelet's answer until the server has made sense of it (unpacking may take a thread
 * of its own), and a kubelet that is to be silent not at all.
 */
export class Traffic implements Disposable {
  readonly #underWay = new Set<SentRequest>();
  readonly #kubelets = new Set<AnnouncedRequest>();
  readonly #silent = new Set<string>();
  readonly #listeners: readonly (readonly [string, (message: unknown) => void])[] = [
    [toApiserver.begun, (message) => this.#underWay.add(message as SentRequest)],
    [toApiserver.answered, (message) => this.#opened(message as SentRequest)],
    [toApiserver.ended, (message) => this.#underWay.delete(message as SentRequest)],
    [channelNames.begun, (message) => this.#kubelets.add(message as AnnouncedRequest)],
    [channelNames.ended, (message) => this.#answered(message as AnnouncedAnswer)],
  ];

  constructor() {
    for (const [channel, listener] of this.#listeners) subscribe(channel, listener);
  }

  [Symbol.dispose](): void {
    for (const [channel, listener] of this.#listeners) unsubscribe(channel, listener);
  }

  /** From now on nobody waits for whoever listens on this port, or somebody does again. */
  expectSilence(port: number, silent: boolean): void {
    if (silent) this.#silent.add(placeOf(port));
    else this.#silent.delete(placeOf(port));
  }

  /** The server has made sense of what the kubelet on this port answered. */
  understood(port: number): void {
    for (const request of this.#kubelets) {
      if (isAsking(request) && request.hostAndPort === placeOf(port)) this.#kubelets.delete(request);
    }
  }

  /** Resolves when every request has its answer, and whoever waited for it had time to go on. */
  async quiet(): Promise<void> {
    const since = performance.now();
    for (let calm = 0; calm < 4; ) {
      await new Promise((resolve) => setImmediate(resolve));
      const awaited = this.#awaited();
      calm = awaited.length === 0 ? calm + 1 : 0;
      if (performance.now() - since > patienceMs) throw new Error(`still no answer: ${awaited.join(', ')}`);
    }
  }

  #awaited(): string[] {
    return [
      ...[...this.#underWay].map(({ server, path }) => `${server}${path}`),
      ...[...this.#kubelets]
        .filter(({ hostAndPort }) => !this.#silent.has(hostAndPort))
        .map(({ hostAndPort, path }) => `${hostAndPort}${path}`),
    ];
  }

  #opened(request: SentRequest): void {
    if (request.path.includes('watch=')) this.#underWay.delete(request);
  }

  #answered({ request, kind }: AnnouncedAnswer): void {
    const isHeard = kind === 'ok' || kind === 'status' || kind === 'bad-body' || kind === 'too-large';
    if (!(isHeard && isAsking(request))) this.#kubelets.delete(request);
  }
}

const placeOf = (port: number): string => `127.0.0.1:${port}`;

const isAsking = ({ path }: AnnouncedRequest): boolean => path === '/metrics/resource';
