import type { Expectation, Measured } from './scenario.ts';
import { amountIn, BadLine, measuredIn, quoted, spanIn, subjectIn } from './words.ts';

type Nodes = ReadonlyMap<string, unknown>;

/** All of an expectation but where it stands. */
type Expected = Expectation extends infer Each
  ? Each extends Expectation
    ? Omit<Each, 'line' | 'text'>
    : never
  : never;

/** What ought to be so; undefined where the line is about something else. */
export function readExpectation([keyword, ...words]: readonly string[], nodes: Nodes): Expected | undefined {
  switch (keyword) {
    case 'expect':
      return valueIn(words, nodes);
    case 'points':
    case 'long':
      return pointsIn(keyword, words, nodes);
    case 'nodes':
      return { kind: 'names', of: { kind: 'nodes' }, names: namesIn(words) };
    case 'pods':
    case 'ended': {
      const [namespace = '', ...names] = words;
      if (!namespace.endsWith('/')) throw new BadLine(`expected a namespace such as web/, got ${quoted(namespace)}`);
      return { kind: 'names', of: { kind: keyword, namespace: namespace.slice(0, -1) }, names: namesIn(names) };
    }
    default:
      return undefined;
  }
}

function valueIn([subject, what, value = '', ...more]: readonly string[], nodes: Nodes): Expected {
  const entity = subjectIn(subject, nodes);
  if (what === 'gone' && value === '') return { kind: 'gone', entity };
  const measured = measuredIn(what, entity);
  if (value === '' || more.length > 0) throw new BadLine('expected one value, or: none');
  return { kind: 'value', ...measured, value: value === 'none' ? undefined : amountIn(value) };
}

function pointsIn(keyword: 'points' | 'long', words: readonly string[], nodes: Nodes): Expected {
  const [subject, name, ...points] = words;
  const measured = measuredIn(name, subjectIn(subject, nodes));
  const [count] = points;
  if (count === 'none' && points.length === 1) return countOf(keyword, measured, 0);
  if (count?.startsWith('count=') && points.length === 1)
    return countOf(keyword, measured, amountIn(count.slice('count='.length)));
  if (keyword === 'long' || points.length === 0) throw new BadLine(`expected none, or how many: count=3`);
  return { kind: 'points', ...measured, points: points.map(pointIn) };
}

function countOf(keyword: 'points' | 'long', measured: Measured, count: number): Expected {
  return { kind: 'count', ...measured, history: keyword === 'points' ? 'short' : 'long', count };
}

function pointIn(text: string): readonly [number, number] {
  const [at, value, ...more] = text.split('=');
  if (value === undefined || more.length > 0) throw new BadLine(`expected a point such as 1m=258, got ${quoted(text)}`);
  return [spanIn(at ?? ''), amountIn(value)];
}

function namesIn(words: readonly string[]): readonly string[] {
  if (words.length === 0) throw new BadLine('expected names, or: none');
  return words.length === 1 && words[0] === 'none' ? [] : words;
}
