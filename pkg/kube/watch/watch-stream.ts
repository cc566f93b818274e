import { setImmediate as nextTurn } from 'node:timers/promises';
import { deadline } from '../../lifecycle/deadline.ts';
import { problemOf, problemOfFailure } from '../connection/problem.ts';
import { decodeEvent, type WatchEvent } from './watch-event.ts';
import type { Failed, Stale, WatchSource } from './watched-resource.ts';

/** Bookmarks come about once a minute: silence over two of them is a dead connection, or costs one cheap request. */
const idleLimitMs = 130_000;

/** Without a turn of the event loop for others: 2 to 4 ms. Where pods come and go by the thousand, more lies ready at a time. */
const eventsPerTurn = 64;

/** An event that does not end its watch. */
export type HeardEvent = Exclude<WatchEvent, { kind: 'failed' }>;

/** What is heard of a watch, in order; `stale` and `failed` are last words. An ordinary end has none. */
export type Heard =
  | { readonly kind: 'opened' }
  /** Those that came together. */
  | { readonly kind: 'events'; readonly events: readonly HeardEvent[] }
  | Stale
  | Failed;

/** Where a watch begins and when it ends. */
export interface StreamStart {
  /** Resource version to continue from. */
  readonly from: string;
  /** The kube-apiserver ends the watch after this many seconds. */
  readonly seconds: number;
}

/** One watch from beginning to end. Never throws. */
export async function* watchStream(
  source: WatchSource,
  { from, seconds }: StreamStart,
  signal: AbortSignal,
): AsyncGenerator<Heard, void, undefined> {
  const { transport, resource, clock } = source;
  using silence = deadline(signal, idleLimitMs, clock);
  try {
    using response = await transport.request({
      method: 'GET',
      path: resource.path,
      query: {
        ...resource.query,
        watch: 'true',
        allowWatchBookmarks: 'true',
        resourceVersion: from,
        timeoutSeconds: String(seconds),
      },
      ...(resource.watchAccept === undefined ? {} : { accept: resource.watchAccept }),
      signal: silence.signal,
    });
    if (response.status === 410) return yield { kind: 'stale', reason: `resource version ${from} is forgotten` };
    if (response.status !== 200) return yield { kind: 'failed', problem: await problemOf(response) };
    yield { kind: 'opened' };
    let inTurn = 0;
    for await (const lines of response.lines()) {
      silence.renew();
      const { events, failure } = decodeEvents(lines);
      yield { kind: 'events', events };
      if (failure !== undefined) return yield lastWords(failure);
      inTurn += events.length;
      if (inTurn < eventsPerTurn) continue;
      inTurn = 0;
      await nextTurn();
    }
  } catch (cause) {
    yield { kind: 'failed', problem: problemOfFailure(cause, transport) };
  }
}

type Failure = Extract<WatchEvent, { kind: 'failed' }>;

/** The events up to the first that ends the watch. */
function decodeEvents(lines: readonly string[]): { readonly events: HeardEvent[]; readonly failure?: Failure } {
  const events: HeardEvent[] = [];
  for (const line of lines) {
    const event = decodeEvent(line);
    if (event.kind === 'failed') return { events, failure: event };
    events.push(event);
  }
  return { events };
}

function lastWords({ code, message }: Failure): Stale | Failed {
  if (code === 410) return { kind: 'stale', reason: message };
  return { kind: 'failed', problem: { message: `the kube-apiserver ended the watch with ${code}: ${message}` } };
}
