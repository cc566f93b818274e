import assert from 'node:assert/strict';
import { test } from 'node:test';
import { as, type MonotonicMs } from '../../model/units.ts';
import { Draft } from '../processing/draft.ts';
import { columnsOf } from '../rows/columns.ts';
import type { Row } from '../rows/layout.ts';
import { type CurrentFrame, SubjectHistory } from './subject-history.ts';

const spans = { periodMs: 60_000, shortMs: 900_000, longStepMs: 300_000, longMs: 86_400_000 };

/** A number of its own for each cell of each subject in each round. */
const figure = (row: Row, column: number, round: number): number =>
  round +
  100 * column +
  100_000 * [...`${row.parent?.name}/${row.name}`].reduce((sum, one) => sum + one.charCodeAt(0), 0);

test('where pods come and go, the newest frame still says of each row what was said of it', () => {
  const history = new SubjectHistory(spans);
  const draft = new Draft();
  const layouts = new Set<unknown>();
  for (let round = 0; round < 30; round++) {
    history.begin(draft);
    const node = draft.row('node', 'n1');
    draft.row('filesystem', '/', node);
    for (let at = 0; at < 10; at++) {
      // The first pods stay, the others are new in each round.
      const pod = draft.row('pod', at < 4 ? `web/${at}` : `web/${at}-${round}`);
      draft.row('filesystem', '/', draft.row('pod_container', 'app', pod));
    }
    for (const row of draft.rows) {
      for (let column = 0; column < row.columns.width; column++) draft.set(row, column, figure(row, column, round));
      if (row.kind === 'pod') draft.setTimes(row, timesOf(row, round));
    }
    history.add(as<MonotonicMs>(round * spans.periodMs), draft);
    layouts.add(history.layout);
    const current = [...history.layout.rows()].filter((row) => history.isCurrent(row));
    assert.equal(current.length, 2 + 10 * 3, `round ${round}`);
    for (const row of current) assertTold(history, row, round);
    assert.deepEqual(nesting(history), [
      'filesystem under node',
      'filesystem under pod_container',
      'node',
      'pod',
      'pod_container under pod',
    ]);
  }
  assert.ok(layouts.size > 3, `${layouts.size} layouts`);
});

test('who is not told of in the frame before dead rows go has a row again when told of later, and loses nothing of before', () => {
  const history = new SubjectHistory(spans);
  const draft = new Draft();
  const told: number[] = [];
  for (let round = 0; round < 12; round++) {
    history.begin(draft);
    const names = round === 4 ? ['web/stays'] : ['web/stays', ...Array.from({ length: 20 }, (_, at) => `web/${at}`)];
    for (const name of names) draft.set(draft.row('pod', name), 0, round);
    if (names.includes('web/7')) told.push(round);
    history.add(as<MonotonicMs>(round * spans.periodMs), draft);
    if (round === 4) history.begin(draft);
    if (round === 4) assert.equal(draft.layout.length, 1, 'the others have lost their rows');
  }
  const found = history.short.chunks.flatMap((chunk) => {
    const row = chunk.rows.find('pod', 'web/7', undefined);
    return row === undefined ? [] : [...chunk.walk(row.index).map(({ cells }) => cells[0] ?? Number.NaN)];
  });
  assert.deepEqual(
    found.filter((value) => !Number.isNaN(value)),
    told.map((round) => round * (columnsOf('pod').scales[0] ?? 1)),
  );
});

test('figures of the long history stand for their five minutes, however quickly pods come and go', () => {
  const history = new SubjectHistory({ ...spans, periodMs: 10_000 });
  const draft = new Draft();
  const layouts = new Set<unknown>();
  for (let round = 0; round < 120; round++) {
    history.begin(draft);
    layouts.add(draft.layout);
    const node = draft.row('node', 'n1');
    for (let column = 0; column < node.columns.width; column++) draft.set(node, column, round);
    for (let at = 0; at < 10; at++) draft.set(draft.row('pod', `web/${at}-${round}`), 0, 1);
    history.add(as<MonotonicMs>(round * 10_000), draft);
  }
  assert.ok(layouts.size > 3, `${layouts.size} layouts`);
  const beats = history.long.chunks.flatMap((chunk) => [...chunk.walk(0)].map(({ beat }) => beat));
  assert.deepEqual(beats, [290_000, 590_000, 890_000, 1_190_000]);
});

test('who begins a frame sees the newest one, in the rows of the frame that begins', () => {
  const history = new SubjectHistory(spans);
  const draft = new Draft();
  const layouts = new Set<unknown>();
  for (let round = 0; round < 30; round++) {
    const before = history.begin(draft);
    layouts.add(draft.layout);
    assert.equal(before?.beat, round === 0 ? undefined : (round - 1) * spans.periodMs);
    const node = draft.row('node', 'n1');
    if (before !== undefined) assertFigures(before, node, round - 1);
    const pods = Array.from({ length: 20 }, (_, at) => draft.row('pod', at < 4 ? `web/${at}` : `web/${at}-${round}`));
    for (const pod of pods.slice(0, 4)) if (before !== undefined) assertFigures(before, pod, round - 1);
    for (const pod of pods.slice(4)) assert.ok(Number.isNaN(before?.cells[pod.at] ?? Number.NaN), `new in ${round}`);
    for (const row of draft.rows) {
      for (let column = 0; column < row.columns.width; column++) draft.set(row, column, figure(row, column, round));
      if (row.kind === 'pod') draft.setTimes(row, timesOf(row, round));
    }
    history.add(as<MonotonicMs>(round * spans.periodMs), draft);
  }
  assert.ok(layouts.size > 3, `${layouts.size} layouts`);
});

test('a frame that was begun and never added changes nothing of what can be read', () => {
  const history = new SubjectHistory(spans);
  const draft = new Draft();
  for (let round = 0; round < 5; round++) {
    history.begin(draft);
    for (let at = 0; at < 20; at++) {
      const pod = draft.row('pod', at < 4 ? `web/${at}` : `web/${at}-${round}`);
      for (let column = 0; column < pod.columns.width; column++) draft.set(pod, column, figure(pod, column, round));
      draft.setTimes(pod, timesOf(pod, round));
    }
    history.add(as<MonotonicMs>(round * spans.periodMs), draft);
  }
  history.begin(draft);
  assert.notEqual(draft.layout, history.layout, 'it would have had other rows');
  const current = [...history.layout.rows()].filter((row) => history.isCurrent(row));
  assert.equal(current.length, 20);
  for (const row of current) assertTold(history, row, 4);
});

const timesOf = (row: Row, round: number) => {
  const start = figure(row, 0, round);
  return { start, cpu: start + 1, memory: start + 2, network: start + 3 };
};

function assertTold(history: SubjectHistory, row: Row, round: number): void {
  const current = history.current();
  assert.ok(current);
  assertFigures(current, row, round);
}

function assertFigures(frame: CurrentFrame, row: Row, round: number): void {
  for (let column = 0; column < row.columns.width; column++) {
    const scale = row.columns.scales[column] ?? 1;
    assert.equal(frame.cells[row.at + column], Math.round(figure(row, column, round) * scale));
  }
  const times = frame.times.slice(row.timesAt, row.timesAt + 4);
  if (row.kind === 'pod') assert.deepEqual([...times], Object.values(timesOf(row, round)));
}

function nesting({ layout }: SubjectHistory): readonly string[] {
  const found = [...layout.rows()].map(({ kind, parent }) =>
    parent === undefined ? kind : `${kind} under ${parent.kind}`,
  );
  return [...new Set(found)].sort();
}
