import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import type { TokenVerdict } from '../../model/user.ts';
import { Registry } from '../../telemetry/exposition.ts';
import { silentLogger } from '../../telemetry/logger.ts';
import { BearerTokens } from '../identity/bearer-token.ts';
import { madeRequest } from '../made-request.ts';
import { TokenCacheInstruments } from './token-cache.ts';

describe('tokens', () => {
  it('are counted by whether they were known, and by whether the kube-apiserver could say', async () => {
    const clock = new WoundClock();
    const registry = new Registry();
    const instruments = new TokenCacheInstruments(registry);
    const verdicts: TokenVerdict[] = [
      { kind: 'unavailable', reason: 'away' },
      { kind: 'rejected', reason: 'unknown' },
    ];
    const reviewer = instruments.reviewing({
      review: async () => {
        assert.match(registry.expose(), /^authentication_token_cache_active_fetch_count\{status="in_flight"\} 1$/m);
        await clock.sleep(200, new AbortController().signal);
        return verdicts.shift() ?? assert.fail('asked too often');
      },
    });
    const onAnswer = instruments.lookedUp.bind(instruments);
    const tokens = new BearerTokens({ reviewer, ttlMs: 10_000, onAnswer, clock, log: silentLogger });
    const request = madeRequest('/', { headers: { authorization: 'Bearer abc' } });
    for (let time = 0; time < 3; time++) {
      const identified = tokens.identify(request);
      await clock.wind(200);
      await identified;
    }
    const text = registry.expose();
    for (const line of [
      'authentication_token_cache_active_fetch_count{status="in_flight"} 0',
      'authentication_token_cache_fetch_total{status="error"} 1',
      'authentication_token_cache_fetch_total{status="ok"} 1',
      'authentication_token_cache_request_total{status="hit"} 1',
      'authentication_token_cache_request_total{status="miss"} 2',
      'authentication_token_cache_request_duration_seconds_bucket{status="hit",le="0.005"} 1',
      'authentication_token_cache_request_duration_seconds_bucket{status="miss",le="0.1"} 0',
      'authentication_token_cache_request_duration_seconds_bucket{status="miss",le="0.25"} 2',
    ])
      assert.ok(text.includes(`\n${line}\n`), `${line} is not in\n${text}`);
  });
});
