import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { catalogue, metricNamed, metricsAt } from './catalogue.ts';

describe('the catalogue', () => {
  it("has Heapster's 52 metrics, 40 of them with one value per subject", () => {
    const old = catalogue.filter(({ isNew }) => !isNew);
    assert.equal(old.length, 52);
    assert.equal(old.filter(({ labels }) => labels === undefined).length, 40);
  });

  it('names nothing twice, and says of everything what it is', () => {
    assert.equal(new Set(catalogue.map(({ name }) => name)).size, catalogue.length);
    for (const { name, description, levels } of catalogue) {
      assert.match(description, /^[A-Z].*\.$/, name);
      assert.ok(levels.length > 0, name);
    }
  });

  it('makes each rate of a counter that the same subjects have, as far as it is not summed', () => {
    const summed = new Set(['ns', 'cluster']);
    for (const { name, rateOf, levels } of catalogue) {
      if (rateOf === undefined) continue;
      const counter = metricNamed(rateOf);
      assert.equal(counter?.kind, 'cumulative', name);
      assert.deepEqual(
        levels.filter((level) => !summed.has(level)),
        counter?.levels,
        name,
      );
    }
  });

  it("still gives namespaces and the cluster the six sums they had in Heapster's days", () => {
    const six = ['cpu/usage_rate', 'memory/usage', 'cpu/request', 'cpu/limit', 'memory/request', 'memory/limit'];
    for (const type of ['ns', 'cluster'] as const) {
      const names = metricsAt(type).map(({ name }) => name);
      assert.deepEqual(
        six.filter((name) => !names.includes(name)),
        [],
      );
    }
  });
});
