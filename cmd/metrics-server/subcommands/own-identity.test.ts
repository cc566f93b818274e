import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ownIdentity } from './own-identity.ts';

describe('whose identity a subcommand has', () => {
  it('is what --kubeconfig says, whatever else there is', () => {
    const environment = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBECONFIG: '/other' };
    assert.deepEqual(ownIdentity('/mine', environment), { kind: 'kubeconfig', path: '/mine' });
  });

  it('is the pod’s in a pod', () => {
    assert.deepEqual(ownIdentity('', { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBECONFIG: '/x' }), { kind: 'pod' });
  });

  it('is what kubectl would take elsewhere: the first of $KUBECONFIG that is there', () => {
    const here = import.meta.filename;
    const gone = `${here}/none`;
    assert.deepEqual(ownIdentity('', { KUBECONFIG: `${gone}:${here}` }), { kind: 'kubeconfig', path: here });
    assert.deepEqual(ownIdentity('', { KUBECONFIG: gone, HOME: gone }), { kind: 'kubeconfig', path: gone });
    assert.deepEqual(ownIdentity('', { HOME: gone }), { kind: 'pod' });
  });
});
