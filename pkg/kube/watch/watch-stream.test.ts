import assert from 'node:assert/strict';
import { it } from 'node:test';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import type { KubeResponse } from '../connection/transport.ts';
import { watchStream } from './watch-stream.ts';

it('thousands of events that lie ready leave the event loop a turn for others now and then', async () => {
  const event = JSON.stringify({ type: 'ADDED', object: { metadata: { name: 'a', resourceVersion: '2' } } });
  const chunks = Array.from({ length: 60 }, () => Array.from({ length: 20 }, () => event));
  let turns = 0;
  let longest = 0;
  let sinceTurn = 0;
  let heard = 0;
  const count = (): void => {
    turns++;
    sinceTurn = 0;
    if (heard < 1_200) setImmediate(count);
  };
  setImmediate(count);
  for await (const said of watchStream(sourceOf(chunks), { from: '1', seconds: 300 }, new AbortController().signal)) {
    if (said.kind !== 'events') continue;
    heard += said.events.length;
    sinceTurn += said.events.length;
    longest = Math.max(longest, sinceTurn);
  }
  assert.equal(heard, 1_200);
  assert.ok(longest < 100, `${longest} events between two turns, ${turns} turns`);
});

function sourceOf(chunks: readonly (readonly string[])[]): Parameters<typeof watchStream>[0] {
  const response: KubeResponse = {
    status: 200,
    headers: {},
    text: () => Promise.resolve(''),
    json: () => Promise.resolve(undefined),
    async *lines() {
      yield* chunks;
    },
    [Symbol.dispose]: () => undefined,
  };
  return {
    transport: { server: 'https://10.0.0.1', request: () => Promise.resolve(response) },
    resource: { what: 'things', path: '/things' },
    clock: new WoundClock(),
  };
}
