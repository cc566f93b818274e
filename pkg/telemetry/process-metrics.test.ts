import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Registry } from './exposition.ts';
import { ProcessFacts } from './process-facts.ts';
import { registerProcessMetrics } from './process-metrics.ts';

const statLine =
  '6382 (odd ) name) S 6374 6374 16778 0 -1 4194304 106 0 0 0 123 21 0 0 20 0 1 0 675078 2998272 419 18446744073709551615';

const files: Readonly<Record<string, string>> = {
  stat: 'cpu  1 2 3\nbtime 1795251187\nprocesses 7\n',
  'self/stat': `${statLine}\n`,
  'self/status': 'Name:\tnode\nVmPeak:\t  100 kB\nVmRSS:\t    2048 kB\n',
  'self/limits':
    'Limit                     Soft Limit           Hard Limit           Units     \n' +
    'Max open files            20000                30000                files     \n' +
    'Max address space         unlimited            unlimited            bytes     \n',
  'self/net/netstat': 'TcpExt: A B\nTcpExt: 1 2\nIpExt: InNoRoutes InOctets OutOctets\nIpExt: 0 14527 13836\n',
  'self/fd/0': '',
  'self/fd/1': '',
  'self/fd/2': '',
};

describe('what the kernel says of the process', () => {
  it('is exposed in the families Prometheus knows', async () => {
    await using proc = await procWith(files);
    assert.deepEqual(exposed(proc.path), [
      'process_cpu_seconds_total 1.44',
      'process_max_fds 20000',
      'process_network_receive_bytes_total 14527',
      'process_network_transmit_bytes_total 13836',
      'process_open_fds 3',
      'process_resident_memory_bytes 2.097152e+06',
      'process_start_time_seconds 1.79525793778e+09',
      'process_virtual_memory_bytes 2.998272e+06',
      'process_virtual_memory_max_bytes 1.8446744073709552e+19',
    ]);
  });

  it('is left out where there is no such kernel', () => {
    assert.deepEqual(exposed('/nowhere'), []);
  });

  it('is left out where it says something else', async () => {
    await using proc = await procWith(Object.fromEntries(Object.keys(files).map((name) => [name, 'odd\n'])));
    assert.deepEqual(exposed(proc.path), ['process_open_fds 3']);
  });
});

function exposed(proc: string): string[] {
  const registry = new Registry();
  registerProcessMetrics(registry, new ProcessFacts(proc));
  return registry
    .expose()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}

async function procWith(texts: Readonly<Record<string, string>>): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'tacho-proc-'));
  for (const [name, text] of Object.entries(texts)) {
    await mkdir(join(path, name, '..'), { recursive: true });
    await writeFile(join(path, name), text);
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}
