import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { as, type EpochMs } from '../model/units.ts';
import { type ClockReading, SkewMeter } from './skew.ts';

const noon = Date.UTC(2026, 10, 28, 12);
const at = (ms: number): EpochMs => as<EpochMs>(noon + ms);

describe("how far a node's clock is from ours", () => {
  it('is not known before the first answer, nor from one that bears no time', () => {
    assert.equal(measured(), undefined);
    assert.equal(measured({ sentAt: at(0), tookMs: 10 }), undefined);
  });

  it('is the Date of the answer against the middle of the request, to half a second', () => {
    for (let ahead = -7_200_000; ahead <= 7_200_000; ahead += 123_457) {
      const answeredAt = 40 + ahead;
      const date = as<EpochMs>(Math.floor((noon + answeredAt) / 1000) * 1000);
      const found = measured({ sentAt: at(0), tookMs: 80, date }) ?? Number.NaN;
      assert.ok(Math.abs(found - ahead) <= 540, `${found} instead of ${ahead}`);
    }
  });

  it('is taken from the quickest of the last answers', () => {
    const slow = { sentAt: at(0), tookMs: 20_000, date: at(0) };
    const quick = { sentAt: at(30_000), tookMs: 100, date: at(30_000) };
    assert.equal(measured(slow, quick, slow), 450);
  });

  it('is, without a Date, that of the freshest of the last samples', () => {
    const readings = [9_000, 4_000, 300, 12_000].map((age, turn) => ({
      sentAt: at(turn * 15_000),
      tookMs: 0,
      newestSampleAt: at(turn * 15_000 + 3_600_000 - age),
    }));
    assert.equal(measured(...readings), 3_599_700);
  });

  it('follows a clock that is set, after some answers', () => {
    const meter = new SkewMeter();
    meter.observe({ sentAt: at(0), tookMs: 10, date: at(-3_600_000) });
    for (let turn = 1; turn <= 8; turn++) {
      meter.observe({ sentAt: at(turn * 15_000), tookMs: 20, date: at(turn * 15_000) });
    }
    assert.equal(meter.aheadMs, 490);
  });
});

function measured(...readings: readonly ClockReading[]): number | undefined {
  const meter = new SkewMeter();
  for (const reading of readings) meter.observe(reading);
  return meter.aheadMs;
}
