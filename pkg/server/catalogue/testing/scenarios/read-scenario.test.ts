import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { playScenario } from './play-scenario.ts';
import { readScenario } from './read-scenario.ts';

const head = ['# It promises something.', 'node n1 cores=2 memory=8Gi'];

/** Lines after the head, and the one problem that they are. */
const malformed: readonly (readonly [lines: readonly string[], problem: string])[] = [
  [['at 0m', 'n1 cpu=1s'], 'nothing is expected of it'],
  [['at 0m', 'n1 cpu=1s', 'nodes'], 'line 5: expected names, or: none'],
  [['n1 cpu=1s', 'at 0m', 'nodes none'], 'line 3: expected node, at or from, got "n1"'],
  [['at 0m', 'node n2 cores=1 memory=1Gi', 'nodes none'], 'line 4: nodes are described before the first round'],
  [['node n1 cores=1 memory=1Gi', 'at 0m', 'nodes none'], 'line 3: node "n1" is there twice'],
  [['node n2 cores=1', 'at 0m', 'nodes none'], 'line 3: expected an amount such as 258 or 2Gi, got ""'],
  [['at 30s', 'at 1m', 'nodes none'], 'line 3: rounds are at whole minutes from 0m on, got "30s"'],
  [['at -1m', 'at 1m', 'nodes none'], 'line 3: rounds are at whole minutes from 0m on, got "-1m"'],
  [['at 1m now', 'at 1m', 'nodes none'], 'line 3: nothing follows the time of a round, got "now"'],
  [['at 1m', 'at 1m', 'nodes none'], 'line 4: rounds are in order of time, and no minute is there twice'],
  [['from 1m to 3m', 'at 3m', 'nodes none'], 'line 4: rounds are in order of time, and no minute is there twice'],
  [['from 3m to 1m', 'at 3m', 'nodes none'], 'line 3: it ends before it begins'],
  [['from 3m until 4m', 'at 3m', 'nodes none'], 'line 3: expected: from … to …'],
  [['at 0m', 'n2 cpu=1s', 'nodes none'], 'line 4: expected the name of a node that is described, got "n2"'],
  [['at 0m', 'n1 cpu=1s', 'n1 cpu=2s', 'nodes none'], 'line 5: n1 has answered already'],
  [['at 0m', 'n1 memory=1Gi', 'nodes none'], 'line 4: expected what CPU time was used since the start: cpu=10s'],
  [['at 0m', 'n1 cpu=10', 'nodes none'], 'line 4: expected a span of time such as 90s or 1h30m, got "10"'],
  [['at 0m', 'n1 cpu=1s cpu=2s', 'nodes none'], 'line 4: cpu is there twice'],
  [
    ['at 0m', 'n1 cpu=1s mem=1Gi', 'nodes none'],
    'line 4: expected any of cpu, memory, read, started, sampled, uid, got "mem=1Gi"',
  ],
  [['at 0m', 'n1 repeats cpu=1s', 'nodes none'], 'line 4: who repeats says nothing new'],
  [['at 0m', 'n1 web/a/app cpu=1s', 'nodes none'], 'line 4: of n1 itself nothing is told before its pods'],
  [['at 0m', 'n1 cpu=1s', 'n1 web/ cpu=1s', 'nodes none'], 'line 5: "web/" is no pod'],
  [['at 0m', 'n1 cpu=1s', 'n1 web/a/b/c cpu=1s', 'nodes none'], 'line 5: "web/a/b/c" is no subject'],
  [['at 0m', 'n1 cpu=1s', 'n1 web/a/b cpu=1s', 'n1 web/a/b cpu=1s', 'nodes none'], 'line 6: web/a/b is there twice'],
  [['at 0m', 'n1 cpu=1s', 'n1 web/a cpu=1s', 'nodes none'], 'line 5: expected any of uid, started, rx, got "cpu=1s"'],
  [['at 0m', 'n1 cpu=1s', 'clock n1 +1h', 'nodes none'], 'line 5: what happens stands before what kubelets say'],
  [['at 0m', 'our watch +1h', 'nodes none'], 'line 4: expected: clock NODE +1h, or: our clock +1h'],
  [['at 0m', 'deleted n1 n1', 'nodes none'], 'line 4: expected: deleted NODE'],
  [['at 0m', 'nodes none', 'n1 cpu=1s'], 'line 5: what is expected of a round stands at its end'],
  [
    ['at 0m', 'nodes none', 'expect n2 uptime none'],
    'line 5: there is no node "n2"; a namespace is written with a slash',
  ],
  [['at 0m', 'nodes none', 'expect n1 cpu/usage-rate 5'], 'line 5: "cpu/usage-rate" is not in the catalogue'],
  [['at 0m', 'nodes none', 'expect web/a process/limit 5'], 'line 5: subjects of type pod have no process/limit'],
  [['at 0m', 'nodes none', 'expect n1 filesystem/usage 5'], 'line 5: of which one: filesystem/usage{…}?'],
  [['at 0m', 'nodes none', 'expect n1 uptime{/} 5'], 'line 5: uptime has one value, without a label'],
  [['at 0m', 'nodes none', 'expect n1 cpu/usage_rate'], 'line 5: expected one value, or: none'],
  [
    ['at 0m', 'nodes none', 'expect n1 cpu/usage_rate many'],
    'line 5: expected an amount such as 258 or 2Gi, got "many"',
  ],
  [['at 0m', 'nodes none', 'points n1 uptime'], 'line 5: expected none, or how many: count=3'],
  [['at 0m', 'nodes none', 'points n1 uptime 5'], 'line 5: expected a point such as 1m=258, got "5"'],
  [['at 0m', 'nodes none', 'long n1 memory/usage 1m=5'], 'line 5: expected none, or how many: count=3'],
  [['at 0m', 'nodes none', 'pods web a'], 'line 5: expected a namespace such as web/, got "web"'],
];

describe('a scenario file', () => {
  for (const [lines, problem] of malformed)
    it(`is refused, with the line: ${problem}`, () => {
      const read = readScenario([...head, ...lines].join('\n'));
      assert.deepEqual(read, { kind: 'malformed', problems: [problem] });
    });

  it('is refused without a sentence that says what it promises', () => {
    const read = readScenario('node n1 cores=1 memory=1Gi\nat 0m\nnodes none');
    assert.ok(read.kind === 'malformed');
    assert.match(read.problems.join(), /^line 1: expected a sentence/);
  });
});

/** Stories that do not come true, and what is said of them. */
const untrue: readonly (readonly [lines: readonly string[], message: RegExp])[] = [
  [['at 0m', 'n1 cpu=1s', 'nodes none'], /^line 5: nodes none/],
  [['at 0m', 'n1 cpu=1s', 'expect n1 cpu/usage 2e9'], /^line 5: expect n1 cpu\/usage 2e9/],
  [['at 0m', 'n1 cpu=1s', 'expect n1 gone'], /^line 5: expect n1 gone/],
  [['at 0m', 'n1 cpu=1s', 'points n1 cpu/usage 1m=1e9'], /^line 5: .*: point 1 is -60000 ms off/],
  [['at 0m', 'n1 cpu=1s', 'points n1 cpu/usage count=2'], /^line 5: points n1 cpu\/usage count=2/],
  [['at 0m', 'n1 cpu=1s', 'nodes n1', 'log Something'], /^what the log says/],
  [
    ['at 0m', 'n1 cpu=1s memory=11Gi', 'nodes n1'],
    /^memory\/node_utilization of cluster is 1\.375, more than the 1 there can be/,
  ],
];

describe('a scenario', () => {
  for (const [lines, message] of untrue)
    it(`that does not come true says so: ${message.source}`, async () => {
      const read = readScenario([...head, ...lines].join('\n'));
      assert.ok(read.kind === 'scenario');
      await assert.rejects(playScenario(read.scenario), { message });
    });
});
