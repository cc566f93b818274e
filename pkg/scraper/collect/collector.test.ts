import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import type { MonotonicMs } from '../../model/units.ts';
import { Registry } from '../../telemetry/exposition.ts';
import { silentLogger } from '../../telemetry/logger.ts';
import { FakeKubelets } from '../testing/fake-kubelets.ts';
import { FakeTargets, nodeNamed } from '../testing/fake-targets.ts';
import { Collector, evenBeats } from './collector.ts';
import { CollectorInstruments } from './collector-instruments.ts';
import type { Question, Told } from './question.ts';

const minute = 60_000;

describe('a collector', () => {
  it('asks each node once in a round, and says when the round has ended', async () => {
    await using test = collecting('a', 'b', 'c');
    await test.clock.wind(minute - 1);
    assert.deepEqual(test.told(), ['0 a', '0 b', '0 c', 'end of 0']);
    await test.clock.wind(minute);
    assert.deepEqual(test.told().slice(4), ['60000 a', '60000 b', '60000 c', 'end of 60000']);
    assert.equal(test.kubelets.lent, 0);
  });

  it('spreads its questions over the round', async () => {
    const names = Array.from({ length: 60 }, (_, at) => `node-${at}`);
    await using test = collecting(...names);
    await test.clock.wind(2 * minute);
    const second = test.kubelets.asked.filter(({ at }) => at >= minute).map(({ at }) => at - minute);
    assert.equal(second.length, 60);
    assert.ok(Math.max(...second) <= 0.75 * minute && Math.max(...second) - Math.min(...second) > minute / 2);
  });

  it('asks the nodes of a large cluster in small groups', async () => {
    const names = Array.from({ length: 1_000 }, (_, at) => `node-${at}`);
    await using test = collecting(...names);
    await test.clock.wind(2 * minute);
    const second = test.kubelets.asked.filter(({ at }) => at >= minute).map(({ at }) => at - minute);
    const groups = Map.groupBy(second, (at) => at);
    const sizes = [...groups.values()].map(({ length }) => length);
    assert.equal(second.length, 1_000);
    assert.ok(groups.size <= 250 && Math.max(...sizes) <= 16, `${groups.size} groups, ${Math.max(...sizes)} in one`);
    assert.ok(Math.max(...second) <= 0.75 * minute && Math.max(...second) - Math.min(...second) > 0.7 * minute);
  });

  it('leaves a node out of a round that does not answer in time, and goes on', async () => {
    await using test = collecting('a', 'slow');
    test.kubelets.behave('slow', { takesMs: 10 * minute });
    await test.clock.wind(2 * minute);
    assert.deepEqual(test.told(), ['0 a', 'end of 0', '60000 a', 'end of 60000']);
    assert.deepEqual(test.collector.outcomeOf('slow'), { kind: 'timed-out', afterMs: 10_000 });
  });

  it('leaves a node out whose answer cannot be read, or meets a fault of ours', async () => {
    await using test = collecting('a', 'b');
    test.kubelets.behave('b', { answer: { kind: 'ok', body: Buffer.from('bad') } });
    await test.clock.wind(minute / 2);
    assert.equal(test.collector.outcomeOf('b')?.kind, 'bad-body');
    test.kubelets.behave('b', { answer: { kind: 'ok', body: Buffer.from('throw') } });
    await test.clock.wind(1.4 * minute);
    assert.deepEqual(test.collector.outcomeOf('b'), { kind: 'broken', message: 'no such case' });
    assert.deepEqual(test.told(), ['0 a', 'end of 0', '60000 a', 'end of 60000']);
  });

  it('waits for the first node, follows nodes that come and go, and keeps no connection to one that went', async () => {
    await using test = collecting();
    await test.clock.wind(5_000);
    assert.deepEqual(test.told(), []);
    test.targets.put(nodeNamed('a'));
    await test.clock.wind(20_000);
    assert.equal(test.told().length, 2);
    test.targets.put(nodeNamed('b'));
    test.targets.remove('a');
    await test.clock.wind(minute);
    assert.deepEqual(test.kubelets.forgotten, ['a']);
    assert.deepEqual(test.told().slice(2), ['60000 b', 'end of 60000']);
  });

  it('lets something else be over before its first round, but not for ever', async () => {
    for (const [isOver, at] of [
      [() => true, 0],
      [() => false, 30_000],
    ] as const) {
      await using test = collecting({ after: { isOver, atMostMs: 30_000 } }, 'a');
      await test.clock.wind(at);
      assert.equal(test.kubelets.asked.length, 0);
      await test.clock.wind(1_000);
      assert.equal(test.kubelets.asked.length, 1);
    }
  });

  it('leaves out nodes that are about to go', async () => {
    await using test = collecting('a');
    test.targets.put(nodeNamed('b', { leaving: 'node.cloudprovider.kubernetes.io/shutdown' }));
    await test.clock.wind(minute / 2);
    assert.deepEqual(test.told(), ['0 a', 'end of 0']);
  });

  it('leaves nothing behind when it stops in the middle of a round', async () => {
    const test = collecting('a', 'b');
    test.kubelets.behave('a', { takesMs: 5_000 });
    await test.clock.wind(3_000);
    await test[Symbol.asyncDispose]();
    assert.equal(test.clock.waiting, 0);
    assert.equal(test.targets.listeners, 0);
    assert.ok(!test.told().includes('end of 0'), 'a round that was broken off has not ended');
  });
});

const question: Question<string> = {
  name: 'summary',
  source: 'summary',
  path: '/stats/summary',
  decode(body) {
    const text = body.toString();
    if (text === 'throw') throw new Error('no such case');
    if (text === 'bad') return { kind: 'bad-body', message: 'it is bad' };
    return { kind: 'answer', answer: text, containers: 1, skipped: 0 };
  },
};

type Options = Pick<ConstructorParameters<typeof Collector<string>>[0], 'after'>;

function collecting(...given: readonly (string | Options)[]) {
  const names = given.filter((one) => typeof one === 'string');
  const options = given.find((one) => typeof one === 'object');
  const clock = new WoundClock();
  const targets = new FakeTargets(...names.map((name) => nodeNamed(name)));
  const kubelets = new FakeKubelets(clock);
  const told: string[] = [];
  const collector = new Collector<string>({
    question,
    sink: {
      take: ({ node, beat }: Told<string, MonotonicMs>) => told.push(`${beat} ${node}`),
      endRound: (beat) => told.push(`end of ${beat}`),
    },
    targets,
    client: kubelets,
    address: { preferredAddressTypes: ['Hostname'], port: 10250, useNodeStatusPort: false },
    requestTimeoutMs: 10_000,
    nextBeat: evenBeats(minute),
    clock,
    log: silentLogger,
    instruments: new CollectorInstruments(new Registry()),
    seed: 1,
    ...options,
  });
  const stop = new AbortController();
  const ended = collector.run(stop.signal);
  const byRound = (): string[] => told.map((line) => line).sort((a, b) => roundOf(a) - roundOf(b) || order(a, b));
  return {
    clock,
    targets,
    kubelets,
    collector,
    /** Round by round, the nodes in order of their names. */
    told: byRound,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await clock.wind(0);
      await ended;
    },
  };
}

const roundOf = (line: string): number => Number(/\d+/.exec(line)?.[0]);
const order = (a: string, b: string): number =>
  Number(a.startsWith('end')) - Number(b.startsWith('end')) || (a < b ? -1 : 1);
