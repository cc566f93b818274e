import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cpuUsedBy, meanCores } from './true-usage.ts';

test('a constant use adds up to cores times age', () => {
  assert.equal(cpuUsedBy(0.25, 8_000), 2e9);
  assert.equal(cpuUsedBy(0.25, 0), 0);
  assert.equal(cpuUsedBy(0.25, -5), 0);
});

test('a wave adds up to its mean over whole periods', () => {
  const wave = { meanCores: 0.5, amplitudeCores: 0.4, periodMs: 60_000 };
  assert.ok(Math.abs(meanCores(cpuUsedBy(wave, 180_000), 180_000) - 0.5) < 1e-9);
});

test('a wave adds up to what small steps of it add up to, and never falls', () => {
  const wave = { meanCores: 0.5, amplitudeCores: 0.5, periodMs: 60_000 };
  let stepped = 0;
  let before = 0;
  for (let ms = 0; ms < 100_000; ms += 10) {
    stepped += (0.5 + 0.5 * Math.sin((2 * Math.PI * (ms + 5)) / 60_000)) * 10 * 1e6;
    const exact = cpuUsedBy(wave, ms + 10);
    assert.ok(Math.abs(exact - stepped) < 1e5, `${ms} ms: ${exact} beside ${stepped}`);
    assert.ok(exact >= before, `${ms} ms`);
    before = exact;
  }
});
