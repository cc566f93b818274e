import assert from 'node:assert/strict';
import { it } from 'node:test';
import { RememberedKeys } from './remembered-keys.ts';

it('a key is known, another, or not remembered; and asking never pins one', async () => {
  const keys = new RememberedKeys(new Map([['u1', 'sha256/a']]), { namespace: 'kube-system', name: 'pins' });
  const owner = { node: 'n1', uid: 'u1' };
  assert.deepEqual(await keys.recognise(owner, 'sha256/a'), { kind: 'known' });
  assert.deepEqual(await keys.recognise(owner, 'sha256/b'), {
    kind: 'another',
    remembered: 'sha256/a',
    howToForget: `kubectl -n kube-system patch secret pins --type=merge -p '{"data":{"u1":null}}'`,
  });
  const stranger = { node: 'n2', uid: 'u2' };
  assert.equal((await keys.recognise(stranger, 'sha256/c')).kind, 'unknown');
  assert.equal((await keys.recognise(stranger, 'sha256/c')).kind, 'unknown');
});
