/** How long one answer of a kubelet takes to decode: 30 pods of two containers. Run with `make bench-parts`. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { bestOfNow } from '../../lifecycle/testing/best-of.ts';
import { as } from '../../model/units.ts';
import { ResourceDecoder } from './decode.ts';

const receivedAt = as<Parameters<ResourceDecoder['decode']>[1]>(Date.UTC(2026, 10, 21, 12));

/** Two bodies of the same containers, so that every number changes from one to the other. */
const bodies = [body(0), body(15)];
const packed = bodies.map((each) => gzipSync(each));
const decoder = new ResourceDecoder();

const kilobytes = ((bodies[0]?.length ?? 0) / 1000).toFixed(1);
const known = bestOfNow(200, (turn) => decoder.decode(bodies[turn % 2] ?? Buffer.alloc(0), receivedAt));
const parsed = bestOfNow(200, (turn) => new ResourceDecoder().decode(bodies[turn % 2] ?? Buffer.alloc(0), receivedAt));
const unpacked = bestOfNow(200, (turn) => gunzipSync(packed[turn % 2] ?? Buffer.alloc(0)));
console.log(`decode of ${kilobytes} kB, 60 containers known from the last answer: ${known.toFixed(3)} ms`);
console.log(`decode of the same, nothing known: ${parsed.toFixed(3)} ms`);
console.log(`gunzip of the same: ${unpacked.toFixed(3)} ms`);

/** As a kubelet 1.36 writes it; `atSeconds` moves every counter and every time. */
function body(atSeconds: number): Buffer {
  const containers = Array.from({ length: 60 }, (_, at) => {
    const pod = `app-${Math.floor(at / 20)}-5d8f6b7c9d-${(at >> 1).toString(36).padStart(5, 'x')}`;
    return { at, labels: `container="${at % 2 === 0 ? 'app' : 'sidecar-1'}",namespace="team-7",pod="${pod}"` };
  });
  const time = (at: number): number => receivedAt - 60_000 + atSeconds * 1000 + at * 7;
  const family = (name: string, value: (at: number) => string, timed = true): string =>
    `# HELP ${name} [STABLE] What the container uses\n# TYPE ${name} gauge\n` +
    containers.map(({ at, labels }) => `${name}{${labels}} ${value(at)}${timed ? ` ${time(at)}` : ''}\n`).join('');
  const pods = (name: string): string =>
    `# HELP ${name} [STABLE] What the pod uses\n# TYPE ${name} gauge\n` +
    containers
      .filter(({ at }) => at % 2 === 0)
      .map(({ at, labels }) => `${name}{${labels.slice(labels.indexOf('namespace'))}} ${at}.1234 ${time(at)}\n`)
      .join('');
  return Buffer.from(
    family(
      'container_cpu_usage_seconds_total',
      (at) => `${1234 + atSeconds + at}.${(123_456_789 + at * 7919).toString()}`,
    ) +
      family('container_memory_working_set_bytes', (at) => `${((4_291_788 + at * 4096) / 1e6).toFixed(6)}e+06`) +
      family('container_start_time_seconds', (at) => `1.79523144602${(261_02 + at).toString()}e+09`, false) +
      family('container_swap_usage_bytes', () => '0') +
      `# TYPE node_cpu_usage_seconds_total counter\nnode_cpu_usage_seconds_total ${9000 + atSeconds}.25 ${time(0)}\n` +
      `# TYPE node_memory_working_set_bytes gauge\nnode_memory_working_set_bytes 4.2917888e+07 ${time(0)}\n` +
      pods('pod_cpu_usage_seconds_total') +
      pods('pod_memory_working_set_bytes') +
      pods('pod_swap_usage_bytes') +
      '# TYPE resource_scrape_error gauge\nresource_scrape_error 0\n',
  );
}
