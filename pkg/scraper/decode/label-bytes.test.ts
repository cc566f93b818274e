import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LabelBytes } from './label-bytes.ts';

const layout = { namespaces: ['team-7', 'team-7'], pods: ['web-1', 'web-10'], containers: ['app', 'app'] };
const setOf = (container: string, namespace: string, pod: string): string =>
  `${container}",namespace="${namespace}",pod="${pod}"} `;

describe('a label set', () => {
  it('is recognised where the names we hold stand there', () => {
    for (const slot of [0, 1]) {
      const text = setOf(layout.containers[slot] ?? '', layout.namespaces[slot] ?? '', layout.pods[slot] ?? '');
      const labels = labelsIn(`{container="${text}0.21\n`);
      assert.equal(labels.isOf(layout, slot, 12), true);
      assert.equal(labels.end, 12 + text.length);
      assert.equal(labels.isOf(layout, 1 - slot, 12), false);
    }
  });

  it('is none of those we hold where one name differs, or goes on', () => {
    for (const text of [
      setOf('app', 'team-7', 'web-2'),
      setOf('app', 'team-8', 'web-1'),
      setOf('apps', 'team-7', 'web-1'),
      setOf('app', 'team-7', 'web-1').replace('} ', ',x="y"} '),
      setOf('app', 'team-7', 'web-1').replace('} ', '}'),
    ]) {
      assert.equal(labelsIn(`${text}0.21\n`).isOf(layout, 0, 0), false, text);
    }
  });

  it('is read, name by name, and a name that we hold is found to be the same', () => {
    const text = setOf('app', 'team-7', 'web-1');
    const labels = labelsIn(`${text}0.21\n`);
    assert.equal(labels.read(0), true);
    assert.equal(labels.end, text.length);
    const { container, namespace, pod } = labels;
    assert.deepEqual(
      [container, namespace, pod].map((range) => labels.name(range)),
      ['app', 'team-7', 'web-1'],
    );
    assert.equal(labels.isName('web-1', pod), true);
    for (const other of ['web-2', 'web', 'web-10', '']) assert.equal(labels.isName(other, pod), false, other);
  });

  it('is left to others where a name is empty, or not plain', () => {
    for (const name of ['', 'a\\\\b', 'a\\"b', 'a\tb', 'a\x7f', 'caf\xe9']) {
      assert.equal(labelsIn(`${setOf(name, 'n', 'p')}1\n`).read(0), false, name);
      assert.equal(labelsIn(`${setOf('c', 'n', name)}1\n`).read(0), false, name);
    }
  });
});

function labelsIn(text: string): LabelBytes {
  const body = Buffer.from(text);
  return new LabelBytes(body, new DataView(body.buffer, body.byteOffset, body.length));
}
