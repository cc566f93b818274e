import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Registry } from './exposition.ts';
import { EventLoopLag, registerRuntimeMetrics } from './runtime-metrics.ts';

describe('what Node.js says of itself', () => {
  it('is how much of the heap is in use', () => {
    const registry = new Registry();
    registerRuntimeMetrics(registry, new EventLoopLag());
    const text = registry.expose();
    const used = Number(/^nodejs_heap_size_used_bytes (\S+)$/m.exec(text)?.[1]);
    const limit = Number(/^nodejs_heap_size_limit_bytes (\S+)$/m.exec(text)?.[1]);
    assert.ok(used > 1e6 && used < limit, `${used} of ${limit}`);
  });

  it('is how late the event loop is, while that is measured', async () => {
    const registry = new Registry();
    const lag = new EventLoopLag();
    registerRuntimeMetrics(registry, lag);
    const stop = new AbortController();
    const running = lag.run(stop.signal);
    assert.doesNotMatch(registry.expose(), /^nodejs_eventloop_lag/m);
    stop.abort();
    await running;
    assert.equal(lag.max(), undefined);
  });
});
