import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { FakeApiserver, type FakeObject, type HandMade } from '../testing/fake-apiserver.ts';
import { KeptLog } from '../testing/kept-log.ts';
import { Watch } from './watch.ts';
import { atOnce } from './watch-target.ts';

describe('a watch', () => {
  it('lists page by page, then hears of every change', async () => {
    await using test = started({ objects: names('pod', 7), pageSize: 3 });
    await test.clock.wind(0);
    assert.deepEqual(test.known(), names('pod', 7));
    assert.deepEqual(
      test.apiserver.requests.map(({ query }) => [query?.['limit'], query?.['continue']?.split('/')[1]]),
      [
        ['3', undefined],
        ['3', '3'],
        ['3', '6'],
        [undefined, undefined],
      ],
    );

    test.apiserver.put(object('pod-new'));
    test.apiserver.remove(object('pod-0'));
    await test.clock.wind(0);
    assert.deepEqual(test.known(), [...names('pod', 7).slice(1), 'pod-new']);
  });

  it('asks for bookmarks, and for an end at a time of its own', async () => {
    await using test = started({ random: () => 0.5 });
    await test.clock.wind(0);
    const [watch] = test.apiserver.watches;
    assert.equal(watch?.query?.['allowWatchBookmarks'], 'true');
    assert.equal(watch?.query?.['timeoutSeconds'], '450');
  });

  it('resumes where it broke off, without a list', async () => {
    await using test = started({ objects: ['a'] });
    await test.clock.wind(0);
    test.apiserver.put(object('b'));
    await test.clock.wind(0);
    test.apiserver.endWatches();
    test.apiserver.put(object('c'));
    await test.clock.wind(1_000);
    assert.deepEqual(test.known(), ['a', 'b', 'c']);
    assert.equal(test.apiserver.lists, 1);
    assert.deepEqual(
      test.apiserver.watches.map(({ query }) => query?.['resourceVersion']),
      ['101', '102'],
    );
  });

  it('resumes from a bookmark when nothing else was heard', async () => {
    await using test = started({ objects: ['a'] });
    await test.clock.wind(0);
    test.apiserver.bookmark();
    await test.clock.wind(0);
    test.apiserver.forget();
    test.apiserver.endWatches();
    await test.clock.wind(1_000);
    assert.equal(test.apiserver.lists, 1);
    assert.equal(test.apiserver.watches.at(-1)?.query?.['resourceVersion'], '102');
  });

  for (const inStream of [false, true]) {
    it(`lists again after 410 ${inStream ? 'in the stream' : 'as status'}, and drops what is gone at once`, async () => {
      await using test = started({ objects: ['a', 'b'] });
      test.apiserver.tellsStaleInStream = inStream;
      await test.clock.wind(0);
      test.apiserver.endWatches();
      test.apiserver.remove(object('a'));
      test.apiserver.put(object('c'));
      test.apiserver.forget();
      await test.clock.wind(100);
      assert.deepEqual(test.known(), ['a', 'b'], 'old data stays until the list is complete');
      await test.clock.wind(5_000);
      assert.deepEqual(test.known(), ['b', 'c']);
      assert.equal(test.apiserver.openWatches, 1);
    });
  }

  it('takes in each page before it asks for the next', async () => {
    const apiserver = new FakeApiserver();
    for (const name of names('pod', 7)) apiserver.put(object(name));
    const clock = new WoundClock();
    const happened: string[] = [];
    const watch = new Watch<string>({
      transport: apiserver,
      resource: { what: 'things', path: '/things', pageSize: 3, decode: nameOf },
      target: {
        listing: () => ({
          add: (name) => void happened.push(`${name} of page ${apiserver.requests.length}`),
          complete: () => void happened.push('complete'),
        }),
        put: () => undefined,
        remove: () => undefined,
      },
      clock,
      log: new KeptLog(),
    });
    const stop = new AbortController();
    const running = watch.run(stop.signal);
    await clock.wind(0);
    stop.abort();
    await running;
    const pages = [1, 1, 1, 2, 2, 2, 3];
    assert.deepEqual(happened, [...pages.map((page, at) => `pod-${at} of page ${page}`), 'complete']);
  });

  it('watches from where its list began, should the pages be of different times', async () => {
    const page = (resourceVersion: string, more: object) => ({
      status: 200,
      body: { metadata: { resourceVersion, ...more }, items: [] },
    });
    await using test = started({ handMade: [page('100', { continue: 'x' }), page('107', {})] });
    await test.clock.wind(0);
    assert.equal(test.apiserver.watches[0]?.query?.['resourceVersion'], '100');
  });

  it('begins a list anew when its continuation is forgotten', async () => {
    const handMade = [
      { status: 200, body: { metadata: { resourceVersion: '1', continue: 'x' }, items: [object('ghost')] } },
      { status: 410, body: { message: 'continue token expired' } },
    ];
    await using test = started({ objects: names('pod', 4), pageSize: 2, handMade });
    await test.clock.wind(2_000);
    assert.deepEqual(test.known(), names('pod', 4));
  });

  it('does not chase lists and watches when the past is always forgotten', async () => {
    await using test = started({ objects: ['a'] });
    await test.clock.wind(0);
    const gone = { status: 410, body: {} };
    const list = { status: 200, body: { metadata: { resourceVersion: '1' }, items: [] } };
    test.apiserver.handMade.push(...Array.from({ length: 200 }, (_, turn) => (turn % 2 === 0 ? gone : list)));
    test.apiserver.endWatches();
    await test.clock.wind(120_000);
    assert.ok(test.apiserver.lists < 20, `${test.apiserver.lists} lists in two minutes`);
  });
});

describe('a watch whose kube-apiserver is away', () => {
  it('waits at the start, says so every few seconds, and works once it comes', async () => {
    await using test = started({ objects: ['a'], down: true });
    await test.clock.wind(60_000);
    const waiting = test.log.lines.filter(({ message }) => message === 'Waiting for the kube-apiserver');
    assert.ok(waiting.length >= 10 && waiting.length <= 20, `${waiting.length} lines in a minute`);
    assert.match(String(waiting.at(-1)?.facts['reason']), /ECONNREFUSED.*is the kube-apiserver running/);

    test.apiserver.start();
    await test.clock.wind(5_000);
    assert.deepEqual(test.known(), ['a']);
    assert.equal(test.log.shown.at(-1), 'Synced');
    const before = test.log.lines.length;
    await test.clock.wind(60_000);
    assert.equal(test.log.lines.length, before);
  });

  it('says so as well when it takes connections and never answers', async () => {
    await using test = started({ hangs: true });
    await test.clock.wind(21_000);
    assert.equal(test.log.shown.length, 4);
  });

  it('keeps its data over a restart, and tells the log twice', async () => {
    await using test = started({ objects: ['a', 'b'] });
    await test.clock.wind(20_000);
    test.apiserver.stop();
    await test.clock.wind(120_000);
    assert.deepEqual(test.known(), ['a', 'b']);
    test.apiserver.put(object('c'));
    test.apiserver.start();
    await test.clock.wind(60_000);
    assert.deepEqual(test.known(), ['a', 'b', 'c']);
    assert.deepEqual(test.log.shown, ['Synced', 'Watch lost, what is known stays in use', 'Watch works again']);
    assert.equal(test.apiserver.lists, 1);
  });

  it('asks more and more rarely, never two clients in step', async () => {
    await using test = started({ random: () => 0 });
    await using other = started({ random: () => 0.999 });
    for (const { clock, apiserver } of [test, other]) {
      await clock.wind(0);
      apiserver.stop();
      await clock.wind(600_000);
    }
    const [patient, hasty] = [other.apiserver.requests.length, test.apiserver.requests.length];
    assert.ok(patient < hasty && hasty < 60, `${patient} and ${hasty} requests in ten minutes`);
  });

  it('waits as long as Retry-After asks', async () => {
    const busy = { status: 429, headers: { 'retry-after': '20' }, body: { message: 'too many requests' } };
    await using test = started({ handMade: [busy] });
    await test.clock.wind(19_000);
    assert.equal(test.apiserver.requests.length, 1);
    await test.clock.wind(2_000);
    assert.equal(test.watch.synced, true);
  });

  it('names the cure when it is not allowed to list', async () => {
    await using test = started({ handMade: [{ status: 403, body: { message: 'pods is forbidden' } }] });
    await test.clock.wind(0);
    assert.equal(test.log.shown[0], 'The kube-apiserver refuses what we need');
    assert.match(String(test.log.lines[0]?.facts['reason']), /403: pods is forbidden; our RBAC roles/);
  });

  it('does not fill the log while it is not allowed to list', async () => {
    const refusal = { status: 403, body: { message: 'pods is forbidden' } };
    await using test = started({ handMade: Array.from({ length: 1_000 }, () => refusal) });
    await test.clock.wind(600_000);
    assert.ok(test.log.shown.length < 15, `${test.log.shown.length} lines in ten minutes`);
    test.apiserver.handMade.length = 0;
    await test.clock.wind(10_000);
    assert.equal(test.log.shown.at(-1), 'Synced');
  });
});

describe('a watch that goes wrong', () => {
  it('is ended when nothing comes for two minutes, and resumed', async () => {
    await using test = started({ objects: ['a'] });
    await test.clock.wind(0);
    await test.clock.wind(125_000);
    assert.equal(test.apiserver.watches.length, 1);
    await test.clock.wind(10_000);
    assert.equal(test.apiserver.watches.length, 2);
    assert.equal(test.apiserver.openWatches, 1);
    assert.equal(test.apiserver.lists, 1);
  });

  it('is left alone while bookmarks come', async () => {
    await using test = started({ objects: ['a'] });
    for (let minute = 0; minute < 10; minute++) {
      test.apiserver.bookmark();
      await test.clock.wind(60_000);
    }
    assert.equal(test.apiserver.watches.length, 1);
  });

  it('loses one garbage line, not the watch', async () => {
    await using test = started({ objects: ['a'] });
    await test.clock.wind(0);
    test.apiserver.say('{"type":"ADDED","obj');
    test.apiserver.put(object('b'));
    await test.clock.wind(0);
    assert.deepEqual(test.known(), ['a', 'b']);
    assert.equal(test.watch.skipped, 1);
    assert.equal(test.apiserver.lists, 1);
  });

  it('takes in what came before the end of the watch, should both come at once', async () => {
    const version = (of: number) => ({ resourceVersion: String(of) });
    const list = { status: 200, body: { metadata: version(100), items: [] } };
    const lines = [
      { type: 'ADDED', object: { metadata: { name: 'a', ...version(101) } } },
      { type: 'ERROR', object: { code: 500, message: 'etcd is away' } },
      { type: 'ADDED', object: { metadata: { name: 'b', ...version(102) } } },
    ];
    const broken = { status: 200, body: lines.map((line) => JSON.stringify(line)).join('\n') };
    await using test = started({ handMade: [list, broken] });
    await test.clock.wind(0);
    assert.deepEqual(test.known(), ['a']);
    await test.clock.wind(1_000);
    assert.equal(test.apiserver.watches.at(-1)?.query?.['resourceVersion'], '101');
  });

  it('lists again when garbage repeats', async () => {
    await using test = started({ objects: ['a'] });
    await test.clock.wind(0);
    test.apiserver.say('null');
    test.apiserver.say('[]');
    await test.clock.wind(2_000);
    assert.equal(test.apiserver.lists, 2);
    assert.equal(test.apiserver.openWatches, 1);
  });

  it('believes nothing more of a watch that repeats garbage', async () => {
    const list = { status: 200, body: { metadata: { resourceVersion: '100' }, items: [] } };
    const late = JSON.stringify({ type: 'ADDED', object: { metadata: { name: 'late', resourceVersion: '101' } } });
    await using test = started({ handMade: [list, { status: 200, body: `x\nx\n${late}` }] });
    await test.clock.wind(0);
    assert.deepEqual(test.known(), []);
    assert.equal(test.watch.skipped, 2);
  });

  it('leaves out list items that are no objects', async () => {
    const items = [null, 7, {}, object('a')];
    const list = { status: 200, body: { metadata: { resourceVersion: '100' }, items } };
    await using test = started({ handMade: [list] });
    await test.clock.wind(0);
    assert.deepEqual(test.known(), ['a']);
    assert.equal(test.watch.skipped, 3);
  });

  it('does not spin when watches end at once', async () => {
    await using test = started({ objects: ['a'] });
    await test.clock.wind(0);
    for (let second = 0; second < 60; second++) {
      test.apiserver.endWatches();
      await test.clock.wind(1_000);
    }
    assert.ok(test.apiserver.watches.length < 12, `${test.apiserver.watches.length} watches in a minute`);
  });

  const version = (turn: number) => ({ resourceVersion: String(1_000 + turn) });
  const list = { status: 200, body: { metadata: version(0), items: [] } };
  const line = (body: unknown) => ({ status: 200, body: JSON.stringify(body) });
  const answers: readonly [title: string, first: readonly HandMade[], then: (turn: number) => HandMade][] = [
    ['500 to every list', [], () => ({ status: 500, body: {} })],
    ['403 to every watch', [list], () => ({ status: 403, body: {} })],
    ['no list to every list', [], () => ({ status: 200, body: '<html>' })],
    ['an empty watch', [list], () => ({ status: 200, body: '' })],
    ['an error in every watch', [list], () => line({ type: 'ERROR', object: { code: 500, message: 'etcd is away' } })],
    ['garbage in every watch', [list], () => ({ status: 200, body: 'x\nx\nx' })],
    ['one bookmark in every watch', [list], (turn) => line({ type: 'BOOKMARK', object: { metadata: version(turn) } })],
    [
      'one event in every watch',
      [list],
      (turn) => line({ type: 'MODIFIED', object: { metadata: { name: 'a', ...version(turn) } } }),
    ],
    [
      'one event in every watch, and an error',
      [list],
      (turn) => ({
        status: 200,
        body: [
          JSON.stringify({ type: 'MODIFIED', object: { metadata: { name: 'a', ...version(turn) } } }),
          JSON.stringify({ type: 'ERROR', object: { code: 500, message: 'etcd is away' } }),
        ].join('\n'),
      }),
    ],
    [
      'a list without end',
      [],
      () => ({ status: 200, body: { metadata: { ...version(0), continue: 'again' }, items: [] } }),
    ],
  ];
  for (const [title, first, then] of answers) {
    it(`asks calmly and is quiet about it: ${title}`, async () => {
      const handMade = [...first, ...Array.from({ length: 5_000 }, (_, turn) => then(turn + 1))];
      await using test = started({ handMade });
      await test.clock.wind(60_000);
      const { requests } = test.apiserver;
      assert.ok(requests.length <= 62, `${requests.length} requests in a minute`);
      assert.ok(
        test.log.shown.length <= 15,
        `${test.log.shown.length} lines in a minute: ${test.log.shown.join(', ')}`,
      );
    });
  }

  it('tells once that it is lost, however often it opens and breaks', async () => {
    const handMade = [list, ...Array.from({ length: 500 }, () => ({ status: 200, body: '' }))];
    await using test = started({ handMade });
    await test.clock.wind(3_600_000);
    assert.deepEqual(test.log.shown, ['Synced', 'Watch lost, what is known stays in use']);
    test.apiserver.handMade.length = 0;
    await test.clock.wind(60_000);
    assert.equal(test.log.shown.at(-1), 'Watch works again');
  });

  it('passes on what its owner throws', async () => {
    const apiserver = new FakeApiserver();
    const clock = new WoundClock();
    const broken = (): never => {
      throw new RangeError('no room');
    };
    const watch = new Watch({
      transport: apiserver,
      resource: { what: 'things', path: '/things', decode: nameOf },
      target: { listing: broken, put: broken, remove: broken },
      clock,
      log: new KeptLog(),
    });
    await assert.rejects(watch.run(new AbortController().signal), /no room/);
  });

  it('leaves no timer behind when stopped', async () => {
    const test = started({ objects: ['a'] });
    await test.clock.wind(1_000);
    await test[Symbol.asyncDispose]();
    assert.equal(test.clock.waiting, 0);
  });
});

test('knows what the kube-apiserver knows, whatever happens on the way', async () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = dice(seed);
    await using run = started({ objects: names('pod', random(9)), pageSize: 1 + random(4) });
    const { apiserver, clock } = run;
    apiserver.tellsStaleInStream = seed % 2 === 0;
    for (let step = 0; step < 30; step++) {
      const some = object(`pod-${random(12)}`);
      const happenings = [
        () => apiserver.put(some),
        () => apiserver.remove(some),
        () => apiserver.endWatches(),
        () => apiserver.stop(),
        () => apiserver.start(),
        () => apiserver.forget(),
        () => apiserver.bookmark(),
        () => apiserver.say('garb'),
      ];
      happenings[random(happenings.length)]?.();
      await clock.wind(random(3_000));
    }
    apiserver.start();
    await clock.wind(120_000);
    assert.deepEqual(run.known(), apiserver.names, `seed ${seed}`);
  }
});

interface Start {
  readonly objects?: readonly string[];
  readonly pageSize?: number;
  readonly down?: boolean;
  readonly hangs?: boolean;
  readonly random?: () => number;
  readonly handMade?: readonly HandMade[];
}

/** A running watch of names, over a fake kube-apiserver. */
function started(start: Start) {
  const { objects = [], pageSize = 500, down = false, hangs = false, random = () => 0.5, handMade = [] } = start;
  const apiserver = new FakeApiserver();
  for (const name of objects) apiserver.put(object(name));
  apiserver.handMade.push(...handMade);
  if (down) apiserver.stop();
  apiserver.hangs = hangs;
  const clock = new WoundClock();
  const log = new KeptLog();
  const known = new Set<string>();
  const watch = new Watch<string>({
    transport: apiserver,
    resource: { what: 'things', path: '/things', pageSize, decode: nameOf },
    target: {
      listing: atOnce((all) => {
        known.clear();
        for (const name of all) known.add(name);
      }),
      put: (name) => void known.add(name),
      remove: (name) => void known.delete(name),
    },
    clock,
    log,
    random,
  });
  const stop = new AbortController();
  const running = watch.run(stop.signal);
  return {
    apiserver,
    clock,
    log,
    watch,
    known: () => [...known].sort(),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

function nameOf(value: unknown): string | undefined {
  return (value as FakeObject | null)?.metadata?.name;
}

const object = (name: string): FakeObject => ({ metadata: { name } });

const names = (stem: string, count: number): string[] => Array.from({ length: count }, (_, at) => `${stem}-${at}`);

/** Small deterministic generator: a failing seed is a failing test you can keep. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
