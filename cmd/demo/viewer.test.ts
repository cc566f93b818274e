import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { topNodes, topPods } from './viewer.ts';

describe('the small viewer', () => {
  it('rounds CPU up to millicores and cuts memory to mebibytes, as kubectl does', () => {
    const text = topNodes([{ metadata: { name: 'n1' }, usage: { cpu: '1500001n', memory: '10241Ki' } }]);
    assert.equal(text, 'NAME   CPU(cores)   MEMORY(bytes)\nn1     2m           10Mi\n');
  });

  it('adds the containers of a pod up', () => {
    const usage = { cpu: '100m', memory: '1Mi' };
    const containers = ['a', 'b', 'c'].map((name) => ({ name, usage }));
    const [, row] = topPods([{ metadata: { namespace: 'web', name: 'p' }, containers }]).split('\n');
    assert.match(row ?? '', /^web\s+p\s+300m\s+3Mi$/);
  });
});
