import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { createGunzip } from 'node:zlib';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { plainCluster } from '../shape/plain-cluster.ts';
import { ask, startTestKubelets } from '../testing/kubelet-client.ts';
import type { KubeletFault } from './faults.ts';
import type { RunningKubelets } from './running-kubelets.ts';

const shape = plainCluster({ nodes: 2, podsPerNode: 3, containersPerPod: 2, seed: 1 });
const node = 'node-00000';
const MiB = 2 ** 20;

describe('a faulty kubelet', () => {
  it('is well again when the fault is taken away, and never touches its neighbours', async () => {
    const faults: readonly KubeletFault[] = [
      { kind: 'hang' },
      { kind: 'refuse' },
      { kind: 'reset' },
      { kind: 'status', status: 500 },
      { kind: 'garbage' },
      { kind: 'truncated' },
      { kind: 'slow', bytesPerSecond: 10 },
      { kind: 'skew', byMs: 60_000 },
      { kind: 'html' },
      { kind: 'empty' },
      { kind: 'frozen' },
      { kind: 'gzip-bomb' },
      { kind: 'endless' },
      { kind: 'missing-containers' },
      { kind: 'bad-lines' },
      { kind: 'long-line' },
      { kind: 'duplicates' },
      { kind: 'other-labels' },
      { kind: 'no-timestamps' },
      { kind: 'utf-16' },
      { kind: 'mislabelled' },
      { kind: 'http-1.0' },
      { kind: 'redirect' },
      { kind: 'no-resource-metrics', summary: 'served' },
    ];
    await using kubelets = await startTestKubelets(shape);
    const [well, neighbour] = [(await ask(kubelets, node)).body, (await ask(kubelets, 'node-00001')).body];
    for (const fault of faults) {
      await kubelets.fault(node, fault);
      assert.equal((await ask(kubelets, 'node-00001')).body, neighbour, fault.kind);
      await kubelets.fault(node, undefined);
      assert.equal((await ask(kubelets, node)).body, well, fault.kind);
    }
  });

  it('refuses connections', async () => {
    await using kubelets = await faulty({ kind: 'refuse' });
    await assert.rejects(ask(kubelets, node), { code: 'ECONNREFUSED' });
  });

  it('resets the connection', async () => {
    await using kubelets = await faulty({ kind: 'reset' });
    await assert.rejects(ask(kubelets, node), { code: 'ECONNRESET' });
  });

  it('hangs until the client gives up', async () => {
    await using kubelets = await faulty({ kind: 'hang' });
    await assert.rejects(ask(kubelets, node, { signal: AbortSignal.timeout(50) }), { name: 'AbortError' });
  });

  it('lets go of those who hang when the fault is taken away', async () => {
    await using kubelets = await faulty({ kind: 'hang' });
    const hanging = assert.rejects(ask(kubelets, node), { code: 'ECONNRESET' });
    // A request that has been answered shows that the one before it has arrived.
    await ask(kubelets, 'node-00001');
    await kubelets.fault(node, undefined);
    await hanging;
  });

  it('answers with a status', async () => {
    await using kubelets = await startTestKubelets(shape);
    for (const status of [401, 403, 404, 429, 500, 503] as const) {
      await kubelets.fault(node, { kind: 'status', status });
      assert.equal((await ask(kubelets, node)).status, status);
    }
  });

  it('answers with a page, with nothing, or with garbage, as if all were well', async () => {
    await using kubelets = await faulty({ kind: 'html' });
    assert.match((await ask(kubelets, node)).body, /^<!DOCTYPE html>/);
    await kubelets.fault(node, { kind: 'empty' });
    assert.equal((await ask(kubelets, node)).body, '');
    await kubelets.fault(node, { kind: 'garbage' });
    const { status, raw } = await ask(kubelets, node);
    assert.deepEqual([status, raw.length], [200, 8192]);
  });

  it('stops in the middle of a line, quietly or with the connection', async () => {
    await using kubelets = await startTestKubelets(shape);
    const whole = (await ask(kubelets, node)).body;
    await kubelets.fault(node, { kind: 'truncated' });
    const { body } = await ask(kubelets, node);
    assert.ok(body.length < whole.length * 0.8 && whole.startsWith(body) && !body.endsWith('\n'));
    await kubelets.fault(node, { kind: 'truncated', abrupt: true });
    await assert.rejects(ask(kubelets, node), { code: 'ECONNRESET' });
  });

  it('is slow', async () => {
    const clock = new WoundClock();
    await using kubelets = await faulty({ kind: 'slow', bytesPerSecond: 50 }, clock);
    await assert.rejects(ask(kubelets, node, { signal: AbortSignal.timeout(50) }), { name: 'AbortError' });
    await kubelets.fault(node, { kind: 'slow', bytesPerSecond: 1e9 });
    const slow = ask(kubelets, node);
    for (let beat = 0; beat < 20; beat++) await clock.wind(100);
    await kubelets.fault('node-00001', undefined);
    assert.match((await slow).body, /resource_scrape_error 0\n$/);
  });

  it('dates its samples by a wrong clock, and the starts of containers too', async () => {
    await using kubelets = await startTestKubelets(shape);
    const right = (await ask(kubelets, node)).body;
    await kubelets.fault(node, { kind: 'skew', byMs: -3_600_000 });
    const wrong = (await ask(kubelets, node)).body;
    assert.deepEqual(shapeOf(wrong), shapeOf(right));
    assert.deepEqual(
      timesOf(wrong),
      timesOf(right).map((at) => at - 3_600_000),
    );
    const starts = startsOf(right);
    for (const [index, start] of startsOf(wrong).entries()) assert.ok(Math.abs(start + 3600 - starts[index]!) < 1e-5);
  });

  it('is frozen: time goes on, its samples do not', async () => {
    const clock = new WoundClock();
    await using kubelets = await startTestKubelets(shape, { clock });
    await kubelets.fault(node, { kind: 'frozen' });
    const before = (await ask(kubelets, node)).body;
    await clock.wind(120_000);
    assert.equal((await ask(kubelets, node)).body, before);
    await kubelets.fault(node, undefined);
    assert.notEqual((await ask(kubelets, node)).body, before);
  });

  it('knows nothing of containers but speaks of the node', async () => {
    await using kubelets = await faulty({ kind: 'missing-containers' });
    const { body } = await ask(kubelets, node);
    assert.doesNotMatch(body, /container_|pod_/);
    assert.match(body, /^# HELP node_cpu_usage_seconds_total .*\n# TYPE .*\nnode_cpu_usage_seconds_total \d/);
  });

  it('mixes bad lines with all its good ones', async () => {
    await using kubelets = await startTestKubelets(shape);
    const good = (await ask(kubelets, node)).body.split('\n');
    await kubelets.fault(node, { kind: 'bad-lines' });
    const mixed = (await ask(kubelets, node)).body.split('\n');
    assert.deepEqual(
      good.filter((line) => !mixed.includes(line)),
      [],
    );
    assert.ok(mixed.length > good.length + 10);
  });

  it('says the same in other words: labels in another order, or each series twice, or none with a time', async () => {
    await using kubelets = await startTestKubelets(shape);
    const good = (await ask(kubelets, node)).body;
    await kubelets.fault(node, { kind: 'other-labels' });
    const relabelled = (await ask(kubelets, node)).body;
    assert.match(relabelled, /^container_cpu_usage_seconds_total\{pod="[^"]+", image="a\\"\},\{\\\\\\n=", namespace=/m);
    await kubelets.fault(node, { kind: 'duplicates' });
    const doubled = (await ask(kubelets, node)).body;
    assert.equal(timesOf(doubled).length, 2 * timesOf(good).length);
    await kubelets.fault(node, { kind: 'no-timestamps' });
    const timeless = (await ask(kubelets, node)).body;
    assert.deepEqual(timesOf(timeless), []);
    for (const text of [relabelled, timeless]) assert.equal(text.split('\n').length, good.split('\n').length);
  });

  it('hides a line of 5 MB among good ones', async () => {
    await using kubelets = await faulty({ kind: 'long-line' });
    const { body } = await ask(kubelets, node);
    assert.deepEqual(body.split('\n').filter((line) => line.length > 5 * MiB).length, 1);
  });

  it('writes in UTF-16, or says that plain text is packed', async () => {
    await using kubelets = await faulty({ kind: 'utf-16' });
    const { raw } = await ask(kubelets, node);
    assert.match(raw.toString('utf16le'), /^\ufeff# HELP /);
    await kubelets.fault(node, { kind: 'mislabelled' });
    const { headers, body } = await ask(kubelets, node);
    assert.equal(headers['content-encoding'], 'gzip');
    assert.match(body, /^# HELP /);
  });

  it('speaks HTTP/1.0, whose answer ends with the connection', async () => {
    await using kubelets = await faulty({ kind: 'http-1.0' });
    const { status, headers, body } = await ask(kubelets, node);
    assert.equal(status, 200);
    assert.deepEqual(Object.keys(headers), ['content-type']);
    assert.match(body, /resource_scrape_error 0\n$/);
  });

  it('has no resource metrics, and a summary which may be forbidden', async () => {
    await using kubelets = await faulty({ kind: 'no-resource-metrics', summary: 'served' });
    const summary = '/stats/summary';
    assert.equal((await ask(kubelets, node)).status, 404);
    assert.equal((await ask(kubelets, node, { path: summary })).status, 200);
    await kubelets.fault(node, { kind: 'no-resource-metrics', summary: 'forbidden' });
    const { status, body } = await ask(kubelets, node, { path: summary });
    assert.equal(status, 403);
    assert.match(body, /subresource\(s\)=\[stats\]/);
  });

  it('sends whoever asks somewhere else', async () => {
    await using kubelets = await faulty({ kind: 'redirect' });
    const { status, headers } = await ask(kubelets, node);
    assert.deepEqual([status, headers.location], [302, '/show-me-your-token']);
  });

  it('tells the time of its node, which may be wrong', async () => {
    const clock = new WoundClock(Date.UTC(2026, 0, 1));
    await using kubelets = await startTestKubelets(shape, { clock });
    assert.equal((await ask(kubelets, node)).headers.date, 'Thu, 01 Jan 2026 00:00:00 GMT');
    await kubelets.fault(node, { kind: 'skew', byMs: -3_600_000 });
    assert.equal((await ask(kubelets, node)).headers.date, 'Wed, 31 Dec 2025 23:00:00 GMT');
  });

  it('sends a small answer that unpacks to 256 MiB', async () => {
    await using kubelets = await faulty({ kind: 'gzip-bomb' });
    const { raw } = await ask(kubelets, node, { headers: { 'accept-encoding': 'gzip' } });
    assert.ok(raw.length < 2 * MiB, `${raw.length} bytes`);
    let unpacked = 0;
    for await (const part of Readable.from([raw]).pipe(createGunzip())) {
      unpacked += (part as Buffer).length;
      if (unpacked > 64 * MiB) break;
    }
    assert.ok(unpacked > 64 * MiB);
  });

  it('talks without end, no faster than it is listened to, until the client has enough', async () => {
    await using kubelets = await faulty({ kind: 'endless' });
    const { raw } = await ask(kubelets, node, { enough: 8 * MiB });
    assert.ok(raw.length >= 8 * MiB);
    assert.match(raw.subarray(0, 200).toString(), /^container_cpu_usage_seconds_total\{/);
  });
});

async function faulty(fault: KubeletFault, clock = new WoundClock()): Promise<RunningKubelets> {
  const kubelets = await startTestKubelets(shape, { clock });
  await kubelets.fault(node, fault);
  return kubelets;
}

/** Lines without their numbers. */
const shapeOf = (text: string): string[] => text.split('\n').map((line) => line.replace(/^(\w+(\{.*\})?) .*/, '$1'));

const timesOf = (text: string): number[] => [...text.matchAll(/ (\d{13})$/gm)].map(([, at]) => Number(at));

const startsOf = (text: string): number[] =>
  [...text.matchAll(/^container_start_time_seconds\{.*\} (.*)$/gm)].map(([, start]) => Number(start));
