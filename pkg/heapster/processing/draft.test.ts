import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Layout } from '../rows/layout.ts';
import { Draft } from './draft.ts';

test('a draft that is used again knows nothing of the frame before, be its rows old or new', () => {
  const draft = new Draft();
  const full = new Layout();
  draft.begin(full);
  for (let pod = 0; pod < 200; pod++) {
    const row = draft.row('pod', `web/${pod}`);
    for (let column = 0; column < row.columns.width; column++) draft.set(row, column, 7);
    draft.setTimes(row, { start: 7, cpu: 7, memory: 7, network: 7 });
  }
  const layout = new Layout();
  layout.indexFor('pod', 'db/known', undefined);
  draft.begin(layout);
  const rows = [draft.row('pod', 'db/known'), draft.row('pod', 'db/new')];
  assert.deepEqual(draft.rows, rows);
  assert.equal(draft.cells.length, layout.cells);
  assert.equal(draft.times.length, layout.times);
  assert.ok([...draft.cells, ...draft.times].every(Number.isNaN));
});
