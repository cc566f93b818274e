import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WoundClock } from '../lifecycle/wound-clock.ts';
import { silentLogger } from '../telemetry/logger.ts';
import { debugRoutes } from './debug-routes.ts';

const release = { version: 'v1.2.3', runtime: 'node', platform: 'linux/amd64' };
const surroundings = { clock: new WoundClock(), log: silentLogger, environment: {}, release };
const setVerbosity = (): void => undefined;

describe('what is there for whoever looks into the running server', () => {
  it('is profiles, and the verbosity of a log that can change it', () => {
    const patterns = debugRoutes({ profiling: true }, { ...surroundings, setVerbosity }).map(({ pattern }) => pattern);
    assert.deepEqual(patterns, [
      '/debug/pprof',
      '/debug/pprof/',
      '/debug/pprof/profile',
      '/debug/pprof/heap',
      '/debug/flags/v',
    ]);
    assert.ok(!debugRoutes({ profiling: true }, surroundings).some(({ pattern }) => pattern === '/debug/flags/v'));
  });

  it('is nothing without --profiling', () => {
    assert.deepEqual(debugRoutes({ profiling: false }, { ...surroundings, setVerbosity }), []);
  });
});
