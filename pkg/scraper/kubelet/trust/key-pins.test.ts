import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KeptLog } from '../../../kube/testing/kept-log.ts';
import { WoundClock } from '../../../lifecycle/wound-clock.ts';
import type { Recognition } from './key-memory.ts';
import { KeyPins, type PinStore } from './key-pins.ts';
import { mostPins, type Pins } from './pins.ts';

describe('the key of a kubelet', () => {
  it('is known once it is written down, and from then on by every replica, after a restart too', async () => {
    const world = new World();
    await using one = await world.replica();
    const first = one.pins.recognise(owner('n1'), 'key-1');
    assert.equal(await peek(first), undefined, 'known before it was written down');
    await world.clock.wind(250);
    assert.deepEqual(await first, { kind: 'known' });
    assert.deepEqual(world.store.pins, new Map([['uid-n1', 'key-1']]));
    await using other = await world.replica();
    assert.deepEqual(await other.pins.recognise(owner('n1'), 'key-1'), { kind: 'known' });
  });

  it('that has changed is refused by every replica, with the command that accepts it', async () => {
    const world = new World({ 'uid-n1': 'key-1' });
    await using one = await world.replica();
    const answer = await one.pins.recognise(owner('n1'), 'key-2');
    assert.deepEqual(answer, { kind: 'another', remembered: 'key-1', howToForget: 'forget uid-n1' });
  });

  it('is accepted anew within ten seconds of being taken out', async () => {
    const world = new World({ 'uid-n1': 'key-1', 'uid-n2': 'key' });
    await using one = await world.replica();
    await one.pins.recognise(owner('n1'), 'key-2');
    world.store.pins.delete('uid-n1');
    await world.clock.wind(10_000);
    const again = one.pins.recognise(owner('n1'), 'key-2');
    await world.clock.wind(250);
    assert.deepEqual(await again, { kind: 'known' });
    assert.deepEqual((await one.pins.recognise(owner('n1'), 'key-1')).kind, 'another');
  });

  it('that an authority vouches for takes the place of the one before', async () => {
    const world = new World({ 'uid-n1': 'key-1' });
    await using one = await world.replica();
    one.pins.vouchedFor(owner('n1'), 'key-2');
    await world.clock.wind(250);
    assert.equal(world.store.pins.get('uid-n1'), 'key-2');
    assert.equal((await one.pins.recognise(owner('n1'), 'key-1')).kind, 'another', 'as of an impostor');
  });

  it('shown first counts, though another is shown before it is written down', async () => {
    const world = new World();
    await using one = await world.replica();
    const answers = Promise.all(['key-1', 'key-2'].map((key) => one.pins.recognise(owner('n1'), key)));
    await world.clock.wind(250);
    assert.deepEqual(
      (await answers).map(({ kind }) => kind),
      ['known', 'another'],
    );
  });

  it('of a node without a proper uid is not remembered', async () => {
    const world = new World();
    await using one = await world.replica();
    for (const uid of ['', '../x', 'a b', 'x'.repeat(254)]) {
      assert.equal((await one.pins.recognise({ node: 'n1', uid }, 'key-1')).kind, 'unknown');
    }
  });
});

describe('replicas that meet the same nodes at once', () => {
  it('agree on each of them: who wrote first is right', async () => {
    const world = new World();
    await using one = await world.replica();
    await using other = await world.replica();
    const names = Array.from({ length: 200 }, (_, at) => `n${at}`);
    const meet = ({ pins }: Replica, key: string) => Promise.all(names.map((name) => pins.recognise(owner(name), key)));
    const answers = Promise.all([meet(one, 'of one'), meet(other, 'of other')]);
    await world.clock.wind(3_000);
    const [ofOne, ofOther] = await answers;
    for (const [at, name] of names.entries()) {
      const stored = world.store.pins.get(`uid-${name}`);
      assert.equal(ofOne[at]?.kind, stored === 'of one' ? 'known' : 'another', name);
      assert.equal(ofOther[at]?.kind, stored === 'of other' ? 'known' : 'another', name);
    }
  });

  it('write nothing where nothing is new', async () => {
    const world = new World({ 'uid-n1': 'key-1' });
    await using one = await world.replica();
    await using _two = await world.replica();
    assert.deepEqual(await one.pins.recognise(owner('n1'), 'key-1'), { kind: 'known' });
    one.pins.vouchedFor(owner('n1'), 'key-1');
    await world.clock.wind(600_000);
    assert.equal(world.store.writes, 0);
  });

  it('write few times, however many nodes are new', async () => {
    const world = new World();
    await using one = await world.replica();
    const names = Array.from({ length: 5_000 }, (_, at) => `n${at}`);
    const answers: Promise<Recognition>[] = [];
    for (let at = 0; at < names.length; at += 64) {
      answers.push(...names.slice(at, at + 64).map((name) => one.pins.recognise(owner(name), `key of ${name}`)));
      await world.clock.wind(50);
    }
    await world.clock.wind(1_000);
    assert.ok((await Promise.all(answers)).every(({ kind }) => kind === 'known'));
    assert.equal(world.store.pins.size, 5_000);
    assert.ok(world.store.writes <= 25, `${world.store.writes} writes`);
  });
});

describe('while the store fails', () => {
  it('to be read, nobody becomes known, at the start and later; it is said once, and once when it is over', async () => {
    const world = new World({ 'uid-n1': 'key-1' });
    world.store.unreadable = 'cannot get the Secret';
    await using one = await world.replica();
    for (const name of ['n1', 'n2']) {
      const answer = await one.pins.recognise(owner(name), 'key-1');
      assert.deepEqual(answer, { kind: 'unknown', message: 'cannot get the Secret' });
    }
    assert.deepEqual(one.pins.problems, ['keys of kubelets cannot be pinned: cannot get the Secret']);
    await world.clock.wind(120_000);
    assert.equal(world.log.shown.length, 1);
    world.store.unreadable = undefined;
    await world.clock.wind(40_000);
    assert.deepEqual(await one.pins.recognise(owner('n1'), 'key-1'), { kind: 'known' });
    assert.deepEqual(one.pins.problems, []);
    assert.deepEqual(world.log.shown.slice(0, 2), [
      'Keys of kubelets cannot be pinned: those that are not yet are not asked',
      'Keys of kubelets are pinned',
    ]);
    assert.equal(world.store.pins.get('uid-n2'), 'key-1', 'first contact was while it failed');
  });

  it('to be written, those that are known stay known, and the others are not', async () => {
    const world = new World({ 'uid-n1': 'key-1' });
    world.store.unwritable = 'cannot update the Secret';
    await using one = await world.replica();
    const fresh = one.pins.recognise(owner('n2'), 'key-2');
    await world.clock.wind(250);
    assert.deepEqual(await fresh, { kind: 'unknown', message: 'cannot update the Secret' });
    assert.deepEqual(await one.pins.recognise(owner('n1'), 'key-1'), { kind: 'known' });
  });

  it('to answer at all, a first contact waits three seconds and no longer', async () => {
    const world = new World();
    await using one = await world.replica();
    world.store.silent = true;
    const answer = one.pins.recognise(owner('n1'), 'key-1');
    await world.clock.wind(2_999);
    assert.equal(await peek(answer), undefined);
    await world.clock.wind(1);
    assert.deepEqual(await answer, { kind: 'unknown', message: 'the Secret was not written within 3 s' });
    world.store.release();
  });

  it('for others write all the time, it gives up for a while', async () => {
    const world = new World();
    world.store.alwaysTaken = true;
    await using one = await world.replica();
    const answer = one.pins.recognise(owner('n1'), 'key-1');
    await world.clock.wind(10_000);
    assert.equal((await answer).kind, 'unknown');
    assert.match(one.pins.problems.join(), /changed by others all the time/);
  });
});

describe('the pin of a node that has left', () => {
  it('goes after ten minutes, and stays while nodes are not all known, or when the node is back', async () => {
    const world = new World({ 'uid-n1': 'key-1', 'uid-n2': 'key-2' });
    world.nodes.synced = false;
    world.nodes.names = [];
    await using _one = await world.replica();
    await world.clock.wind(1_200_000);
    assert.equal(world.store.pins.size, 2);
    world.nodes.synced = true;
    world.nodes.names = ['n1'];
    await world.clock.wind(500_000);
    assert.equal(world.store.pins.size, 2);
    world.nodes.names = ['n1', 'n2'];
    await world.clock.wind(500_000);
    world.nodes.names = ['n1'];
    await world.clock.wind(500_000);
    assert.equal(world.store.pins.size, 2, 'it was back meanwhile');
    await world.clock.wind(300_000);
    assert.deepEqual(world.store.pins, new Map([['uid-n1', 'key-1']]));
  });
});

describe('the memory', () => {
  it('is bounded: what does not fit is not known, and says why', async () => {
    const world = new World(Object.fromEntries(Array.from({ length: mostPins }, (_, at) => [`uid-${at}`, 'key'])));
    await using one = await world.replica();
    const answer = await one.pins.recognise(owner('n1'), 'key-1');
    assert.match(answer.kind === 'unknown' ? answer.message : '', /holds 8000 keys already/);
  });

  it('says so when all pins are taken out: it is a new beginning', async () => {
    const world = new World({ 'uid-n1': 'key-1' });
    await using one = await world.replica();
    world.store.pins.clear();
    await world.clock.wind(60_000);
    assert.ok(world.log.shown.includes('The pins of all kubelets are gone: their next keys are taken for theirs'));
    const again = one.pins.recognise(owner('n1'), 'key-2');
    await world.clock.wind(250);
    assert.deepEqual(await again, { kind: 'known' });
  });

  it('does not wait on behalf of a first contact that was told to come again', async () => {
    const world = new World();
    await using one = await world.replica();
    world.store.silent = true;
    const answer = one.pins.recognise(owner('n1'), 'key-1');
    await world.clock.wind(3_000);
    assert.equal((await answer).kind, 'unknown');
    world.store.pins.set('uid-n1', 'key-2');
    world.store.release();
    await world.clock.wind(60_000);
    assert.equal(world.store.verdicts, 0, 'nobody was there to be told that it is another');
  });

  it('leaves nothing waiting when it stops', async () => {
    const world = new World();
    const one = await world.replica();
    world.store.silent = true;
    const answer = one.pins.recognise(owner('n1'), 'key-1');
    await world.clock.wind(300);
    const ended = one[Symbol.asyncDispose]();
    world.store.release();
    await ended;
    assert.equal((await answer).kind, 'unknown');
    assert.equal(world.clock.waiting, 0);
  });
});

const owner = (node: string) => ({ node, uid: `uid-${node}` });

/** What a promise has come to by now, if it has. */
const peek = async <T>(promise: Promise<T>): Promise<T | undefined> =>
  await Promise.race([promise, new Promise<undefined>((resolve) => setImmediate(() => resolve(undefined)))]);

interface Replica extends AsyncDisposable {
  readonly pins: KeyPins;
}

class World {
  readonly clock = new WoundClock();
  readonly log = new KeptLog();
  readonly nodes = {
    synced: true,
    /** Absent = those that have pins. */
    names: undefined as readonly string[] | undefined,
    list: (): { uid: string }[] =>
      (this.nodes.names?.map((name) => `uid-${name}`) ?? [...this.store.pins.keys()]).map((uid) => ({ uid })),
  };
  readonly store: FakeStore;

  constructor(pins: Readonly<Record<string, string>> = {}) {
    this.store = new FakeStore(pins);
  }

  /** Starts one, and lets it look into the store. */
  async replica(): Promise<Replica> {
    const pins = new KeyPins({ store: this.store.client(), nodes: this.nodes, clock: this.clock, log: this.log });
    const stop = new AbortController();
    const running = pins.run(stop.signal);
    await this.clock.wind(0);
    return {
      pins,
      async [Symbol.asyncDispose]() {
        stop.abort();
        await running;
      },
    };
  }
}

/** A store that several replicas share; who writes what was not read last is too late. */
class FakeStore {
  pins: Map<string, string>;
  unreadable: string | undefined;
  unwritable: string | undefined;
  silent = false;
  alwaysTaken = false;
  writes = 0;
  /** How often somebody was to be told how a pin is taken out. */
  verdicts = 0;
  #version = 0;
  readonly #released = Promise.withResolvers<void>();

  constructor(pins: Readonly<Record<string, string>>) {
    this.pins = new Map(Object.entries(pins));
  }

  /** Answers whoever waits. */
  release(): void {
    this.silent = false;
    this.#released.resolve();
  }

  client(): PinStore {
    let seen = -1;
    return {
      what: 'the Secret',
      read: async () => {
        if (this.silent) await this.#released.promise;
        if (this.unreadable !== undefined) return { kind: 'refused', message: this.unreadable };
        seen = this.#version;
        return { kind: 'found', pins: new Map(this.pins) };
      },
      write: async (pins: Pins) => {
        await new Promise((resolve) => setImmediate(resolve));
        if (this.unwritable !== undefined) return { kind: 'refused', message: this.unwritable };
        if (this.alwaysTaken || seen !== this.#version) return { kind: 'taken' };
        this.#version++;
        this.writes++;
        this.pins = new Map(pins);
        return { kind: 'written' };
      },
      howToForget: (uid) => {
        this.verdicts++;
        return `forget ${uid}`;
      },
    };
  }
}
