import assert from 'node:assert/strict';
import type { ModelSource } from '../../../../heapster/model-source.ts';
import type { Expectation, Measured, NameList } from './scenario.ts';

/** Rounds bear the moment of their beat, give or take what our clock may drift before it is followed. */
const driftMs = 2_000;

/** Throws, with the line of the file, where it is not so. `beganAt` is when the story began by the wall clock of today. */
export function checkExpectation(expected: Expectation, model: ModelSource, beganAt: number): void {
  const where = `line ${expected.line}: ${expected.text}`;
  switch (expected.kind) {
    case 'value':
      return assert.equal(valueOf(model, expected), expected.value, where);
    case 'gone':
      return assert.equal(model.current(expected.entity), undefined, where);
    case 'count': {
      const points = expected.history === 'short' ? model.series(expected) : model.longSeries(expected);
      return assert.equal(points.length, expected.count, where);
    }
    case 'points': {
      const points = model.series(expected);
      const values = (of: readonly { readonly value: number }[]): readonly number[] => of.map(({ value }) => value);
      const wanted = expected.points.map(([atMs, value]) => ({ at: atMs, value }));
      assert.deepEqual(values(points), values(wanted), where);
      for (const [index, { at }] of points.entries()) {
        const off = at - beganAt - (wanted[index]?.at ?? 0);
        assert.ok(Math.abs(off) <= driftMs, `${where}: point ${index + 1} is ${off} ms off`);
      }
      return;
    }
    case 'names':
      return assert.deepEqual(namesOf(expected.of, model), expected.names, where);
  }
}

function valueOf(model: ModelSource, { entity, metric, labels }: Measured): number | undefined {
  const set = model.current(entity);
  if (labels === undefined) return set?.values.get(metric);
  return set?.labeled.find((one) => one.metric === metric && one.labels['resource_id'] === labels.resource_id)?.value;
}

function namesOf(of: NameList, model: ModelSource): readonly string[] {
  switch (of.kind) {
    case 'nodes':
      return model.nodes();
    case 'pods':
      return model.pods(of.namespace);
    case 'ended':
      return model.endedPods(of.namespace);
  }
}
