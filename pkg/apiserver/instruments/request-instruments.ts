import type { Clock } from '../../lifecycle/clock.ts';
import type { Registry } from '../../telemetry/exposition.ts';
import { Counter, type CounterSeries } from '../../telemetry/instruments.ts';
import type { Answer, ApiRequest, Body } from '../exchange.ts';
import type { RequestObserver } from '../request-observer.ts';
import type { ApiGroupVersion } from '../resource.ts';
import { InFlight, type RequestCategory } from './in-flight.ts';
import { type KnownKind, RequestKinds } from './request-kind.ts';
import { ServedRequests } from './served-requests.ts';

/** What counting requests takes. */
export interface RequestInstrumentsOptions {
  readonly registry: Registry;
  /** Whose resources have names in the labels. */
  readonly groups: readonly ApiGroupVersion[];
  readonly clock: Clock;
  /** The control plane's component that sent a request, once it is known; empty for everybody else. */
  readonly systemClient?: (request: ApiRequest) => string;
}

/** Counts, times and weighs every request. */
export class RequestInstruments implements RequestObserver {
  readonly #clock: Clock;
  readonly #kinds: RequestKinds;
  readonly #served: ServedRequests;
  readonly #inFlight: InFlight;
  readonly #answers: Counter;
  readonly #byCode = new Map<number, CounterSeries>();
  readonly #systemClient: (request: ApiRequest) => string;

  constructor({ registry, groups, clock, systemClient = () => '' }: RequestInstrumentsOptions) {
    this.#clock = clock;
    this.#kinds = new RequestKinds(groups);
    this.#served = new ServedRequests(registry);
    this.#inFlight = new InFlight(registry, clock);
    this.#answers = registry.register(
      new Counter({
        name: 'tacho_answers_total',
        help: 'Answers to requests of any kind, refused ones and unknown paths included, by status code.',
        labels: ['code'],
      }),
    );
    this.#systemClient = systemClient;
  }

  began(request: ApiRequest): (answer: Answer) => Answer {
    const began = this.#clock.monotonic();
    const category = categoryOf(request);
    this.#inFlight.began(category, began);
    return (answer) => {
      const now = this.#clock.monotonic();
      this.#inFlight.ended(category, now);
      this.#countAnswer(answer.status);
      const { body } = answer;
      if (typeof body === 'string' || body instanceof Uint8Array) {
        const bytes = Buffer.byteLength(body);
        this.#finished(request, answer.status, { seconds: (now - began) / 1000, bytes, whole: true });
        return answer;
      }
      const finished: Finished = (bytes, whole) => {
        this.#finished(request, answer.status, { seconds: (this.#clock.monotonic() - began) / 1000, bytes, whole });
      };
      return { ...answer, body: weighed(body, finished) };
    };
  }

  #countAnswer(status: number): void {
    let series = this.#byCode.get(status);
    if (series === undefined) {
      series = this.#answers.with({ code: String(status) });
      this.#byCode.set(status, series);
    }
    series.add();
  }

  #finished(request: ApiRequest, code: number, { whole, ...measured }: Measured): void {
    const kind = this.#kinds.of(request);
    const { signal } = request;
    if (signal.aborted ? !isOutOfTime(signal) : !whole) {
      this.#served.aborted(kind);
      return;
    }
    if (signal.aborted) this.#served.terminated(kind, 504);
    else if (code === 429) this.#served.terminated(kind, code);
    if (!isCounted(kind, code)) return;
    this.#served.served(kind, { code, ...measured, systemClient: this.#systemClient(request) });
  }
}

/** Refusals in front of the routes are counted where they are made; as requests, the reference does not know them. */
const refusals: ReadonlySet<number> = new Set([401, 403, 429, 503]);

const isCounted = ({ counted }: KnownKind, code: number): boolean => counted && !refusals.has(code);

/** Whether a request ended because of the time it may take, and not because its client is gone. */
const isOutOfTime = ({ reason }: AbortSignal): boolean =>
  reason instanceof DOMException && reason.name === 'TimeoutError';

const readingMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

const categoryOf = ({ method }: ApiRequest): RequestCategory => (readingMethods.has(method) ? 'readOnly' : 'mutating');

/** The same chunks; says what was taken of them, once, at the end or when whoever took them leaves. */
function weighed(body: Exclude<Body, string | Uint8Array>, finished: Finished): typeof body {
  return Symbol.iterator in body ? weighedNow(body, finished) : weighedLater(body, finished);
}

function* weighedNow(body: Iterable<Chunk>, finished: Finished): Generator<Chunk> {
  let bytes = 0;
  let whole = false;
  try {
    for (const chunk of body) {
      bytes += Buffer.byteLength(chunk);
      yield chunk;
    }
    whole = true;
  } finally {
    finished(bytes, whole);
  }
}

async function* weighedLater(body: AsyncIterable<Chunk>, finished: Finished): AsyncGenerator<Chunk> {
  let bytes = 0;
  let whole = false;
  try {
    for await (const chunk of body) {
      bytes += Buffer.byteLength(chunk);
      yield chunk;
    }
    whole = true;
  } finally {
    finished(bytes, whole);
  }
}

type Chunk = string | Uint8Array;

/** Told how many bytes were taken, and whether that was all. */
type Finished = (bytes: number, whole: boolean) => void;

interface Measured {
  readonly seconds: number;
  readonly bytes: number;
  readonly whole: boolean;
}
