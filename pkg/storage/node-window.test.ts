import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NodeWindow } from './node-window.ts';
import { PodIndex } from './rows/pod-index.ts';
import { limitsOf } from './rules/limits.ts';

describe('a node window', () => {
  const layout = { namespaces: ['ns'], pods: ['web'], containers: ['app'] };

  it('fits a layout it has, be it the same object or another with the same names', () => {
    const window = new NodeWindow('n1', limitsOf(15_000, 300_000), new PodIndex());
    assert.ok(!window.rows.fits(layout));
    window.rows.adopt(layout, 0);
    assert.ok(window.rows.fits(layout));
    assert.ok(window.rows.fits(structuredClone(layout)));
    assert.ok(!window.rows.fits({ ...layout, pods: ['db'] }));
  });

  it('fits an answer without containers from the start', () => {
    const window = new NodeWindow('n1', limitsOf(15_000, 300_000), new PodIndex());
    assert.ok(window.rows.fits({ namespaces: [], pods: [], containers: [] }));
    assert.equal(window.nodeUsage(0), undefined);
  });

  it('has not been heard before its first batch', () => {
    assert.equal(new NodeWindow('n1', limitsOf(15_000, 300_000), new PodIndex()).heardAt, Number.NEGATIVE_INFINITY);
  });
});
