import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { Registry } from '../../telemetry/exposition.ts';
import type { Answer, ApiRequest } from '../exchange.ts';
import { madeRequest } from '../made-request.ts';
import type { ApiGroupVersion } from '../resource.ts';
import { RequestInstruments } from './request-instruments.ts';

const groups = [
  { group: 'metrics.k8s.io', version: 'v1beta1', resources: [{ name: 'nodes', namespaced: false }] },
] as unknown as readonly ApiGroupVersion[];

const list = '/apis/metrics.k8s.io/v1beta1/nodes';
const listLabels =
  'component="apiserver",group="metrics.k8s.io",resource="nodes",scope="cluster",subresource="",verb="LIST",version="v1beta1"';

describe('requests', () => {
  it('are counted, timed and weighed by what they ask for', async () => {
    const bench = new Bench();
    const finish = bench.instruments.began(madeRequest(list));
    await bench.clock.wind(300);
    finish(answer(200, 'twelve bytes'));
    bench.has(
      'apiserver_request_total{code="200",component="apiserver",dry_run="",group="metrics.k8s.io",resource="nodes",scope="cluster",subresource="",system_client="",verb="LIST",version="v1beta1"} 1',
    );
    bench.has(`apiserver_request_sli_duration_seconds_bucket{${listLabels},le="0.2"} 0`);
    bench.has(`apiserver_request_sli_duration_seconds_bucket{${listLabels},le="0.4"} 1`);
    bench.has(`apiserver_response_sizes_sum{${listLabels}} 12`);
    bench.has('tacho_answers_total{code="200"} 1');
  });

  it('that are answered in chunks count when the last chunk was taken', async () => {
    const bench = new Bench();
    const request = madeRequest(list);
    const { body } = bench.instruments.began(request)(answer(200, chunks('four', 'more', 'ä')));
    bench.lacks('apiserver_request_total');
    await bench.clock.wind(2_000);
    assert.equal(await textOf(body), 'fourmoreä');
    bench.has(`apiserver_response_sizes_sum{${listLabels}} 10`);
    bench.has(`apiserver_request_sli_duration_seconds_bucket{${listLabels},le="2"} 1`);
    bench.has(`apiserver_request_sli_duration_seconds_bucket{${listLabels},le="1.5"} 0`);
  });

  it('that are answered in chunks at hand count so as well', () => {
    const bench = new Bench();
    const { body } = bench.instruments.began(madeRequest(list))(answer(200, ['four', 'more'].values()));
    assert.ok(typeof body === 'object' && Symbol.iterator in body);
    assert.deepEqual([...body], ['four', 'more']);
    bench.has(`apiserver_response_sizes_sum{${listLabels}} 8`);
  });

  it('whose client leaves count as aborted and nothing else', async () => {
    const bench = new Bench();
    const gone = new AbortController();
    const { body } = bench.instruments.began(madeRequest(list, { signal: gone.signal }))(
      answer(200, chunks('never', 'taken')),
    );
    assert.ok(typeof body === 'object' && Symbol.asyncIterator in body);
    for await (const _ of body) {
      gone.abort();
      break;
    }
    bench.has(
      'apiserver_request_aborts_total{group="metrics.k8s.io",resource="nodes",scope="cluster",subresource="",verb="LIST",version="v1beta1"} 1',
    );
    bench.lacks('apiserver_request_total{');
  });

  it('whose client takes only a part of the answer count so as well', () => {
    const bench = new Bench();
    const { body } = bench.instruments.began(madeRequest(list))(answer(200, ['four', 'more'].values()));
    assert.ok(typeof body === 'object' && Symbol.iterator in body);
    for (const _ of body) break;
    bench.has(/^apiserver_request_aborts_total\{.*resource="nodes".*\} 1$/m);
    bench.lacks('apiserver_request_total{');
  });

  it('that are out of time count as cut short, beside their 504', () => {
    const bench = new Bench();
    const late = new AbortController();
    const finish = bench.instruments.began(madeRequest(list, { signal: late.signal }));
    late.abort(new DOMException('too late', 'TimeoutError'));
    finish(answer(504, 'too late'));
    bench.has(`apiserver_request_terminations_total{code="504",${listLabels}} 1`);
    bench.has(/^apiserver_request_total\{code="504",.*\} 1$/m);
  });

  it('of which there are too many count as cut short only', () => {
    const bench = new Bench();
    bench.instruments.began(madeRequest(list))(answer(429, ''));
    bench.has(`apiserver_request_terminations_total{code="429",${listLabels}} 1`);
    bench.lacks('apiserver_request_total{');
  });

  it('that are refused, or ask for nothing there is, are no requests to the reference, and are answers to us', () => {
    const bench = new Bench();
    bench.instruments.began(madeRequest(list))(answer(403, ''));
    bench.instruments.began(madeRequest('/nowhere'))(answer(404, ''));
    bench.lacks('apiserver_request_total{');
    bench.has('tacho_answers_total{code="403"} 1');
    bench.has('tacho_answers_total{code="404"} 1');
  });

  it('of the control plane are told apart', () => {
    const bench = new Bench(() => 'kube-controller-manager');
    bench.instruments.began(madeRequest(list))(answer(200, ''));
    bench.has(/^apiserver_request_total\{.*system_client="kube-controller-manager".*\} 1$/m);
  });

  it('under way are shown by how many they were at once within the last seconds', async () => {
    const bench = new Bench();
    const finish = [1, 2, 3].map(() => bench.instruments.began(madeRequest(list)));
    const writing = bench.instruments.began(madeRequest(list, { method: 'DELETE' }));
    for (const end of [...finish, writing]) end(answer(200, ''));
    await bench.clock.wind(1_000);
    bench.has('apiserver_current_inflight_requests{request_kind="readOnly"} 3');
    bench.has('apiserver_current_inflight_requests{request_kind="mutating"} 1');
    await bench.clock.wind(2_000);
    bench.has('apiserver_current_inflight_requests{request_kind="readOnly"} 0');
  });
});

class Bench {
  readonly clock = new WoundClock();
  readonly registry = new Registry();
  readonly instruments: RequestInstruments;

  constructor(systemClient: (request: ApiRequest) => string = () => '') {
    const { registry, clock } = this;
    this.instruments = new RequestInstruments({ registry, groups, clock, systemClient });
  }

  has(line: string | RegExp): void {
    const text = this.registry.expose();
    if (typeof line === 'string') assert.ok(text.includes(`\n${line}\n`), `${line} is not in\n${text}`);
    else assert.match(text, line);
  }

  lacks(start: string): void {
    assert.ok(!this.registry.expose().includes(`\n${start}`), `${start} should not be there`);
  }
}

const answer = (status: number, body: Answer['body']): Answer => ({ status, headers: {}, body });

async function* chunks(...texts: readonly string[]): AsyncGenerator<string> {
  yield* texts;
}

async function textOf(body: Answer['body']): Promise<string> {
  assert.ok(typeof body === 'object' && Symbol.asyncIterator in body);
  let text = '';
  for await (const chunk of body) text += String(chunk);
  return text;
}
