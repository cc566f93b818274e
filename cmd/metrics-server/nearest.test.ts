import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nearest } from './nearest.ts';

describe('the nearest name', () => {
  it('is the one with the fewest typing mistakes', () => {
    assert.equal(nearest('kubelet-insecure-tsl', ['kubelet-port', 'kubelet-insecure-tls']), 'kubelet-insecure-tls');
  });

  it('may have two letters the other way round', () => {
    assert.equal(nearest('flase', ['true', 'false']), 'false');
    assert.equal(nearest('ture', ['true', 'false']), 'true');
  });

  it('is nothing when nothing is near', () => {
    assert.equal(nearest('x', ['v', 'l']), undefined);
    assert.equal(nearest('logtostderr', ['v', 'help', 'kubeconfig']), undefined);
  });
});
