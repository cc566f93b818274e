import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { dice } from '../shape/dice.ts';
import { type KubernetesObject, ObjectStore } from './object-store.ts';
import { resourceTypeOf } from './resource-types.ts';
import { Watches, type WatchOrder } from './watch-stream.ts';

interface Event {
  readonly type: string;
  readonly object: KubernetesObject & { readonly code?: number };
}

test('a watch without a version begins with what is there', async () => {
  const { store, watches } = setUp();
  store.put('pods', pod('a'));
  const watch = follow(watches);
  await turn();
  store.put('pods', pod('b'));
  assert.deepEqual(await watch.next(2), ['ADDED a', 'ADDED b']);
});

test('a watch from a version tells what was missed and then what happens', async () => {
  const { store, watches } = setUp();
  const after = store.version;
  store.put('pods', pod('a'));
  const watch = follow(watches, { after });
  await turn();
  store.put('pods', pod('a', { x: '1' }));
  store.remove('pods', 'a', 'default');
  assert.deepEqual(await watch.next(3), ['ADDED a', 'MODIFIED a', 'DELETED a']);
});

test('an object that no longer matches the selector is deleted to this watch', async () => {
  const { store, watches } = setUp();
  store.put('pods', pod('a', { on: 'yes' }));
  const watch = follow(watches, {
    after: store.version,
    selects: ({ metadata }) => metadata.labels?.['on'] === 'yes',
  });
  await turn();
  store.put('pods', pod('b', { on: 'no' }));
  store.put('pods', pod('a', { on: 'no' }));
  store.put('pods', pod('a', { on: 'yes' }));
  assert.deepEqual(await watch.next(2), ['DELETED a', 'ADDED a']);
});

test('a version that is too old ends with 410 Expired', async () => {
  const { store, watches } = setUp();
  const after = store.version;
  store.compact();
  const watch = follow(watches, { after });
  const [event] = await watch.events(1);
  assert.equal(event?.type, 'ERROR');
  assert.equal(event?.object.code, 410);
  assert.equal(await watch.ended, 'ended');
});

test('bookmarks carry the version and no more', async () => {
  const { clock, store, watches } = setUp();
  const watch = follow(watches, { after: store.version, bookmarks: true });
  await clock.wind(60_000);
  const [event] = await watch.events(1);
  assert.equal(event?.type, 'BOOKMARK');
  assert.equal(event?.object.metadata.resourceVersion, String(store.version));
  await clock.wind(60_000);
  assert.equal((await watch.events(1))[0]?.type, 'BOOKMARK');
});

test('the end of what was there at the start is marked for who takes bookmarks, and changes come after it', async () => {
  const { store, watches } = setUp();
  for (let count = 0; count < 200; count++) store.put('pods', pod(`p${count}`));
  const { version } = store;
  const watch = follow(watches, { bookmarks: true });
  store.put('pods', pod('late'));
  const events = await watch.events(202);
  assert.deepEqual(new Set(events.slice(0, 200).map(({ type }) => type)), new Set(['ADDED']));
  const [mark, change] = events.slice(200);
  assert.equal(mark?.type, 'BOOKMARK');
  assert.equal(mark?.object.metadata.annotations?.['k8s.io/initial-events-end'], 'true');
  assert.equal(mark?.object.metadata.resourceVersion, String(version));
  assert.deepEqual([change?.type, change?.object.metadata.name], ['ADDED', 'late']);
});

test('what a watch begins with does not count as falling behind, however much there is', async () => {
  const { store, watches } = setUp();
  for (let count = 0; count < 25_000; count++) store.put('pods', pod(`p${count}`));
  const events = await follow(watches, { bookmarks: true }).events(25_001);
  assert.equal(events.at(-1)?.type, 'BOOKMARK');
});

test('a client that does not read is cut off when too much has changed', async () => {
  const { store, watches } = setUp();
  store.put('pods', pod('a'));
  const stream = watches.stream(orderOf());
  await stream.next();
  for (let count = 0; count < 20_001; count++) store.put('pods', pod('a', { count: String(count) }));
  await assert.rejects(stream.next(), /too slow/);
});

test('a watch that is dropped, or falls silent, while it still tells what was there, tells no more of it', async () => {
  for (const how of ['drop', 'silence'] as const) {
    const { store, watches } = setUp();
    for (let count = 0; count < 200; count++) store.put('pods', pod(`p${count}`));
    const gone = new AbortController();
    const stream = watches.stream(orderOf({ signal: gone.signal }));
    await stream.next();
    watches[how]();
    const next = assert.rejects(stream.next());
    await turn();
    gone.abort();
    await next;
  }
});

test('a watch ends in order when its time is up, and leaves no timer behind', async () => {
  const { clock, watches } = setUp();
  const watch = follow(watches, { timeoutMs: 5000, bookmarks: true });
  await clock.wind(5000);
  assert.equal(await watch.ended, 'ended');
  assert.equal(clock.waiting, 0);
  assert.equal(watches.count, 0);
});

test('a dropped watch breaks off', async () => {
  const { watches } = setUp();
  const watch = follow(watches);
  await turn();
  watches.drop();
  assert.equal(await watch.ended, 'broken');
});

test('a silenced watch neither speaks nor ends, while new ones work', async () => {
  const { clock, store, watches } = setUp();
  const silent = follow(watches, { timeoutMs: 5000 });
  await turn();
  watches.silence();
  const fresh = follow(watches);
  await turn();
  store.put('pods', pod('a'));
  assert.deepEqual(await fresh.next(1), ['ADDED a']);
  await clock.wind(600_000);
  assert.equal(silent.received, 0);
  assert.equal(watches.count, 2);
  silent.leave();
  assert.equal(await silent.ended, 'broken');
});

test('expiring tells every watch that its version is too old', async () => {
  const { watches } = setUp();
  const watch = follow(watches);
  await turn();
  watches.expire();
  assert.equal((await watch.events(1))[0]?.object.code, 410);
  assert.equal(await watch.ended, 'ended');
});

test('who lists once and then watches, resuming after every cut, knows the truth', async () => {
  const seed = 'cuts';
  const random = dice(seed);
  const { store, watches } = setUp();
  const known = new Map(store.list('pods').map((object) => [object.metadata.name, object.metadata.resourceVersion]));
  let after = store.version;
  for (let round = 0; round < 40; round++) {
    const watch = follow(watches, { after });
    for (let step = 0; step < 10; step++) {
      const name = `p${Math.floor(random() * 8)}`;
      if (random() < 0.3) store.remove('pods', name, 'default');
      else store.put('pods', pod(name, { step: String(step) }));
      if (random() < 0.2) await turn();
    }
    await turn();
    for (const { type, object } of await watch.events(watch.received)) {
      if (type === 'DELETED') known.delete(object.metadata.name);
      else known.set(object.metadata.name, object.metadata.resourceVersion);
      after = Number(object.metadata.resourceVersion);
    }
    watches.drop();
  }
  const truth = store.list('pods').map(({ metadata }) => [metadata.name, metadata.resourceVersion]);
  assert.deepEqual([...known].sort(), truth, `seed ${seed}`);
});

interface Follower {
  readonly received: number;
  readonly ended: Promise<'ended' | 'broken'>;
  events(count: number): Promise<Event[]>;
  next(count: number): Promise<string[]>;
  leave(): void;
}

function follow(watches: Watches, order: Partial<WatchOrder> = {}): Follower {
  const events: Event[] = [];
  const gone = new AbortController();
  let wake = (): void => undefined;
  const stream = watches.stream(orderOf({ signal: gone.signal, ...order }));
  const read = async (): Promise<'ended' | 'broken'> => {
    try {
      for await (const piece of stream) {
        for (const line of piece.trimEnd().split('\n')) events.push(JSON.parse(line));
        wake();
      }
      return 'ended';
    } catch {
      return 'broken';
    }
  };
  const ended = read();
  const take = async (count: number): Promise<Event[]> => {
    while (events.length < count) await new Promise<void>((resolve) => (wake = resolve));
    return events.splice(0, count);
  };
  return {
    get received() {
      return events.length;
    },
    ended,
    events: take,
    next: async (count) => (await take(count)).map(({ type, object }) => `${type} ${object.metadata.name}`),
    leave: () => gone.abort(),
  };
}

const orderOf = (order: Partial<WatchOrder> = {}): WatchOrder => ({
  view: { type: resourceTypeOf('', 'v1', 'pods')!, form: 'object', now: 0 },
  selects: () => true,
  after: undefined,
  bookmarks: false,
  timeoutMs: 3_600_000,
  signal: new AbortController().signal,
  ...order,
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function setUp(): { clock: WoundClock; store: ObjectStore; watches: Watches } {
  const clock = new WoundClock();
  const store = new ObjectStore({ clock, historyLimit: 1000 });
  return { clock, store, watches: new Watches({ store, clock, bookmarkMs: 60_000 }) };
}

function pod(name: string, labels: Record<string, string> = {}): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', labels } };
}
