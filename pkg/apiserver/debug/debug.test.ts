import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import type { Answer, ApiRequest } from '../exchange.ts';
import { madeRequest } from '../made-request.ts';
import { RouteTable } from '../router.ts';
import { profilingRoutes } from './profiling.ts';
import { verbosityRoutes } from './verbosity.ts';

describe('profiles', () => {
  it('of the CPU are recorded for as long as asked for', async () => {
    const { clock, ask } = profiles();
    const asked = ask('/debug/pprof/profile?seconds=2');
    const profile = JSON.parse(await bodyAfter(clock, 2_000, asked)) as { nodes: unknown[]; endTime: number };
    assert.ok(profile.nodes.length > 0 && profile.endTime > 0);
    assert.equal((await asked).headers['Content-Disposition'], 'attachment; filename="metrics-server.cpuprofile"');
  });

  it('of the heap say who allocated what stays', async () => {
    const { clock, ask } = profiles();
    const profile = JSON.parse(await bodyAfter(clock, 10_000, ask('/debug/pprof/heap'))) as { head: object };
    assert.ok('children' in profile.head);
  });

  it('are recorded one at a time', async () => {
    const { clock, ask } = profiles();
    const first = ask('/debug/pprof/profile?seconds=1');
    assert.equal((await ask('/debug/pprof/heap')).status, 409);
    await bodyAfter(clock, 1_000, first);
    assert.equal((await first).status, 200);
    const second = ask('/debug/pprof/heap?seconds=1');
    await bodyAfter(clock, 1_000, second);
    assert.equal((await second).status, 200);
  });

  it('end with the request', async () => {
    const { ask } = profiles();
    const gone = new AbortController();
    const asked = ask('/debug/pprof/profile', { signal: gone.signal });
    gone.abort();
    assert.equal((await asked).status, 200);
  });

  for (const seconds of ['0', '-1', '51', 'long', 'Infinity', 'NaN']) {
    it(`are not recorded for ${seconds} seconds`, async () => {
      assert.equal((await profiles().ask(`/debug/pprof/profile?seconds=${seconds}`)).status, 400);
    });
  }

  it('are named on a page, and nowhere else', async () => {
    const { ask, routes } = profiles();
    assert.match(String((await ask('/debug/pprof/')).body), /^profile\t.*\nheap\t/m);
    assert.equal((await ask('/debug/pprof')).headers['Location'], '/debug/pprof/');
    assert.deepEqual(routes.paths, []);
  });
});

describe('the verbosity of the log', () => {
  const rows: readonly (readonly [string, string, number, string, readonly number[]])[] = [
    ['PUT', '4', 200, 'successfully set klog.logging.verbosity to 4', [4]],
    ['PUT', '0\n', 200, 'successfully set klog.logging.verbosity to 0', [0]],
    ['PUT', 'loud', 400, 'failed set klog.logging.verbosity loud: must be a whole number, as with -v', []],
    ['PUT', '', 400, 'failed set klog.logging.verbosity : must be a whole number, as with -v', []],
    ['PUT', '-1', 400, 'failed set klog.logging.verbosity -1: must be a whole number, as with -v', []],
    ['GET', '', 406, 'unsupported http method', []],
  ];
  for (const [method, body, status, words, verbosities] of rows) {
    it(`${method} ${JSON.stringify(body)} is answered ${status}`, async () => {
      const set: number[] = [];
      const routes = new RouteTable(verbosityRoutes({ setVerbosity: (verbosity) => void set.push(verbosity) }));
      const request = madeRequest('/debug/flags/v', { method, body: async () => body });
      const answer = await routes.answer(request, request.path);
      assert.deepEqual([answer?.status, answer?.body], [status, words]);
      assert.deepEqual(set, verbosities);
    });
  }
});

function profiles() {
  const clock = new WoundClock();
  const routes = new RouteTable(profilingRoutes(clock));
  const ask = async (target: string, changes: Partial<ApiRequest> = {}): Promise<Answer> => {
    const request = madeRequest(target, changes);
    const answer = await routes.answer(request, request.path);
    assert.ok(answer !== undefined);
    return answer;
  };
  return { clock, routes, ask };
}

/** The inspector takes turns of its own before anybody sleeps. */
async function bodyAfter(clock: WoundClock, ms: number, asked: Promise<Answer>): Promise<string> {
  while (clock.waiting === 0) await new Promise((resolve) => setImmediate(resolve));
  await clock.wind(ms);
  return String((await asked).body);
}
