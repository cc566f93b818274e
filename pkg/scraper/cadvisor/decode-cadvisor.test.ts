import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { CadvisorFigures } from '../../model/cadvisor-answer.ts';
import { decodeCadvisor } from './decode-cadvisor.ts';

const recorded = readFileSync(join(import.meta.dirname, 'testdata', 'v1.36-cgroupv2.txt'));

describe("cAdvisor's answer", () => {
  it('has page caches and disks of the machine, and caches of pods and containers', () => {
    const { answer, skipped } = decodeCadvisor(recorded);
    assert.equal(skipped, 0);
    for (const [family, figure] of [
      ['container_memory_cache', (figures: CadvisorFigures | undefined) => figures?.cache],
      [
        'container_fs_reads_bytes_total',
        (figures: CadvisorFigures | undefined) => figures?.disks.get('/dev/vda')?.read,
      ],
      [
        'container_fs_writes_bytes_total',
        (figures: CadvisorFigures | undefined) => figures?.disks.get('/dev/vda')?.written,
      ],
    ] as const)
      assert.equal(figure(answer.machine), valueIn(family, 'id="/",'), family);
    const containers = linesIn('container_memory_cache').filter((line) => !line.includes('container=""'));
    assert.equal(answer.containers.size, containers.length);
    assert.ok(containers.length >= 5);
    const pods = linesIn('container_memory_cache').filter((line) => /container="".*,name="",.*pod="[^"]/.test(line));
    assert.equal(answer.pods.size, pods.length);
    const [some = ''] = containers;
    const label = (name: string): string => new RegExp(`[,{]${name}="([^"]*)"`).exec(some)?.[1] ?? '';
    const key = `${label('namespace')}/${label('pod')}/${label('container')}`;
    assert.equal(answer.containers.get(key)?.cache, Number(some.split(' ').at(-2)));
  });

  it('does not know the load where it is not measured', () => {
    assert.ok(Number.isNaN(decodeCadvisor(recorded).answer.machine?.load));
    const text = 'container_cpu_load_average_10s{id="/"} 1500 1\n';
    assert.equal(decodeCadvisor(Buffer.from(text)).answer.machine?.load, 1500);
  });

  it('loses lines that make no sense, and one without its end', () => {
    const text = [
      'container_memory_cache{id="/"} 7 1',
      'container_memory_cache{id="/x",namespace="n",pod="p",container="c"} -5 1',
      'container_memory_cache{id="/x",namespace="n",pod="p",container="c"} +Inf 1',
      'container_memory_cache{id="/x",namespace="n",pod="p",container="c" 5 1',
      'container_memory_cache{id="/x",namespace="n",pod="p",container="c"} 12',
    ].join('\n');
    const { answer, skipped } = decodeCadvisor(Buffer.from(text));
    assert.equal(answer.machine?.cache, 7);
    assert.equal(answer.containers.size, 0);
    assert.equal(skipped, 3);
  });

  it('takes labels in any order, and with escapes', () => {
    const text =
      'container_fs_reads_bytes_total{pod="p",namespace="n",container="c",name="x",device="a\\"}b",id="/y"} 9 5\n';
    const { answer } = decodeCadvisor(Buffer.from(text));
    assert.deepEqual(
      [...(answer.containers.get('n/p/c')?.disks ?? [])],
      [['a"}b', { sampledAt: 5, read: 9, written: Number.NaN }]],
    );
  });

  it('is nothing where nothing is said', () => {
    for (const text of ['', '<html>', 'container_memory_cache', 'xcontainer_memory_cache{id="/"} 1 1\n'])
      assert.equal(decodeCadvisor(Buffer.from(text)).answer.machine, undefined, text);
  });
});

const linesIn = (family: string): string[] =>
  recorded
    .toString()
    .split('\n')
    .filter((line) => line.startsWith(`${family}{`));

const valueIn = (family: string, label: string): number =>
  Number(
    linesIn(family)
      .find((line) => line.includes(label))
      ?.split(' ')
      .at(-2),
  );
