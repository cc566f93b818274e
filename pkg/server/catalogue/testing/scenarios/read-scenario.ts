import { readExpectation } from './read-expectation.ts';
import { readEvent, readTold } from './read-told.ts';
import type { Expectation, NodeSize, Scenario, ScenarioEvent, ScenarioRound, ToldNode } from './scenario.ts';
import { amountIn, BadLine, minuteIn, pairsIn, quoted } from './words.ts';

/** What a file turned out to be. */
export type ReadScenario =
  | { readonly kind: 'scenario'; readonly scenario: Scenario }
  /** Each with the number of its line. */
  | { readonly kind: 'malformed'; readonly problems: readonly string[] };

/** A round in the making. */
interface Draft extends ScenarioRound {
  readonly events: ScenarioEvent[];
  readonly told: Map<string, ToldNode>;
  readonly expected: Expectation[];
}

/** A scenario in the making. */
interface Drafts {
  readonly nodes: Map<string, NodeSize>;
  readonly rounds: Draft[];
  readonly logged: string[];
}

/** Reads a scenario file; whatever cannot be understood, or checks nothing, is a problem. */
export function readScenario(text: string): ReadScenario {
  const lines = text.split('\n').map((line) => line.trim());
  const title = lines[0]?.startsWith('# ') ? lines[0].slice(2) : '';
  const problems: string[] = title === '' ? ['line 1: expected a sentence that says what is promised: # …'] : [];
  const drafts: Drafts = { nodes: new Map(), rounds: [], logged: [] };
  for (const [at, line] of lines.entries()) {
    if (line === '' || line.startsWith('#')) continue;
    try {
      readLine(drafts, line, at + 1);
    } catch (error) {
      if (!(error instanceof BadLine)) throw error;
      problems.push(`line ${at + 1}: ${error.message}`);
    }
  }
  const expectsSomething = drafts.rounds.some(({ expected }) => expected.length > 0);
  if (problems.length === 0 && !expectsSomething) problems.push('nothing is expected of it');
  return problems.length > 0 ? { kind: 'malformed', problems } : { kind: 'scenario', scenario: { title, ...drafts } };
}

function readLine(drafts: Drafts, line: string, at: number): void {
  const words = line.split(/\s+/);
  const [keyword = '', ...rest] = words;
  switch (keyword) {
    case 'node':
      return readNode(drafts, rest);
    case 'at':
      return addRound(drafts, [rest[0], rest[0], ...rest.slice(1)]);
    case 'from':
      if (rest[1] !== 'to') throw new BadLine('expected: from … to …');
      return addRound(drafts, [rest[0], rest[2], ...rest.slice(3)]);
    case 'log':
      drafts.logged.push(line.slice('log '.length).trim());
      return;
    default:
      readInRound(drafts, words, at);
  }
}

function readNode({ nodes, rounds }: Drafts, [name = '', ...more]: readonly string[]): void {
  if (rounds.length > 0) throw new BadLine('nodes are described before the first round');
  if (nodes.has(name)) throw new BadLine(`node ${quoted(name)} is there twice`);
  const pairs = pairsIn(more, ['cores', 'memory']);
  const size = { cores: amountIn(pairs.get('cores') ?? ''), memoryBytes: amountIn(pairs.get('memory') ?? '') };
  nodes.set(name, size);
}

function addRound({ rounds }: Drafts, [first, last, ...more]: readonly (string | undefined)[]): void {
  const [from, to] = [minuteIn(first), minuteIn(last)];
  if (more.length > 0) throw new BadLine(`nothing follows the time of a round, got ${quoted(more.join(' '))}`);
  if (from > to) throw new BadLine('it ends before it begins');
  const before = rounds.at(-1);
  if (from <= (before?.to ?? -1)) throw new BadLine('rounds are in order of time, and no minute is there twice');
  rounds.push({ from, to, events: [], told: new Map(), expected: [] });
}

/** First what happens, then what kubelets say, then what ought to come of it. */
function readInRound({ nodes, rounds }: Drafts, words: readonly string[], line: number): void {
  const round = rounds.at(-1);
  if (round === undefined) throw new BadLine(`expected node, at or from, got ${quoted(words[0] ?? '')}`);
  const expectation = readExpectation(words, nodes);
  if (expectation !== undefined) {
    round.expected.push({ ...expectation, line, text: words.join(' ') });
    return;
  }
  if (round.expected.length > 0) throw new BadLine('what is expected of a round stands at its end');
  const event = readEvent(words, nodes);
  if (event === undefined) return readTold(round.told, words, nodes);
  if (round.told.size > 0) throw new BadLine('what happens stands before what kubelets say');
  round.events.push(event);
}
