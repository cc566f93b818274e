import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { beats } from './beats.ts';
import { WoundClock } from './wound-clock.ts';

describe('beats', () => {
  it('come now and then once per interval', async () => {
    assert.deepEqual(await beatTimes({ interval: 10, busy: [0, 0, 0, 0], wind: 35 }), [0, 10, 20, 30]);
  });

  it('are skipped, not piled up, when the consumer is slow, and keep their rhythm', async () => {
    assert.deepEqual(await beatTimes({ interval: 10, busy: [0, 25, 0, 0], wind: 55 }), [0, 10, 40, 50]);
  });

  it('end with their signal and leave no alarm behind', async () => {
    const clock = new WoundClock();
    const stop = new AbortController();
    const counting = (async () => {
      let count = 0;
      for await (const _ of beats(10, clock, stop.signal)) count++;
      return count;
    })();
    await clock.wind(5);
    stop.abort();
    assert.equal(await counting, 1);
    assert.equal(clock.waiting, 0);
  });
});

/** When a consumer that is busy for `busy[i]` ms after beat i hears its beats, from the first on. */
async function beatTimes(story: { interval: number; busy: readonly number[]; wind: number }): Promise<number[]> {
  const clock = new WoundClock();
  const stop = new AbortController();
  const heard: number[] = [];
  const listening = (async () => {
    for await (const _ of beats(story.interval, clock, stop.signal)) {
      heard.push(clock.monotonic());
      await clock.sleep(story.busy[heard.length - 1] ?? 0, stop.signal);
    }
  })();
  await clock.wind(story.wind);
  stop.abort();
  await listening;
  return heard;
}
