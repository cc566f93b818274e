import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { as, type EpochMs } from '../../model/units.ts';
import { ResourceDecoder } from './decode.ts';
import type { Decoded } from './decoded.ts';

const received = as<EpochMs>(Date.UTC(2077, 6, 7, 7, 7, 7));
const coredns = '{container="coredns",namespace="kube-system",pod="coredns-558bd4d5db-4dpjz"}';

describe('decoding a long answer', () => {
  const long = Buffer.from(
    Array.from(
      { length: 25_000 },
      (_, at) => `container_cpu_usage_seconds_total${coredns.replace('4dpjz', `${at}`)} 1 5`,
    )
      .flatMap((line) => [line, line])
      .join('\n') + '\n',
  );

  it('leaves turns to others', async () => {
    let turns = 0;
    const others = setInterval(() => turns++, 0);
    await new ResourceDecoder().decodeInTurns(long, received);
    clearInterval(others);
    assert.ok(turns >= 2, `${turns} turns`);
  });

  it('takes no more containers than a node can have, the same ones each time', async () => {
    const decoder = new ResourceDecoder();
    const { layout, badLines } = await decoder.decodeInTurns(long, received);
    assert.equal(layout.containers.length, 20_000);
    assert.deepEqual(badLines, [
      { kind: 'duplicate', count: 20_000 },
      { kind: 'too-many-containers', count: 10_000 },
    ]);
    assert.equal(decoder.decode(long, received).layout, layout);
  });
});

describe('decoding what a kubelet answers', () => {
  it('reads node and container as the kubelet means them', () => {
    const decoded = decode(
      '# HELP container_cpu_usage_seconds_total [ALPHA] Cumulative cpu time consumed by the container in core-seconds',
      '# TYPE container_cpu_usage_seconds_total counter',
      `container_cpu_usage_seconds_total${coredns} 4.710169 1633253812125`,
      `container_memory_working_set_bytes${coredns} 1.253376e+07 1633253812125`,
      `container_start_time_seconds${coredns} 1.633252712e+09 1633253812125`,
      'node_cpu_usage_seconds_total 357.35491 1633253809720',
      'node_memory_working_set_bytes 1.616273408e+09 1633253809720',
      'pod_cpu_usage_seconds_total{namespace="kube-system",pod="coredns-558bd4d5db-4dpjz"} 4.710169 1633253812125',
      'scrape_error 0',
    );
    assert.deepEqual(decoded.badLines, []);
    assert.deepEqual(decoded.nodeSample, {
      sampledAt: Date.parse('2021-10-03T09:36:49.720Z'),
      cpu: 357_354_910_000,
      memory: 1_616_273_408,
    });
    assert.deepEqual(containersOf(decoded), [
      {
        name: 'kube-system/coredns-558bd4d5db-4dpjz/coredns',
        sampledAt: Date.parse('2021-10-03T09:36:52.125Z'),
        startedAt: Date.parse('2021-10-03T09:18:32Z') * 1e6,
        cpu: 4_710_169_000,
        memory: 12_533_760,
        swap: Number.NaN,
      },
    ]);
  });

  it('takes the time of the request for lines that carry none', () => {
    const decoded = decode(
      `container_cpu_usage_seconds_total${coredns} 4.7`,
      `container_memory_working_set_bytes${coredns} 1.2e+07`,
      `container_start_time_seconds${coredns} 1.633252712e+09`,
      'node_cpu_usage_seconds_total 357.35491',
      'node_memory_working_set_bytes 1.616273408e+09',
    );
    assert.equal(decoded.nodeSample?.sampledAt, received);
    assert.equal(decoded.sampledAt[0], received);
    assert.equal(decoded.startedAt[0], 1_633_252_712_000_000_000);
  });

  it('takes containers without a node, and a node without containers', () => {
    const containers = decode(`container_cpu_usage_seconds_total${coredns} 1 5`);
    assert.equal(containers.nodeSample, undefined);
    assert.equal(containers.layout.containers.length, 1);

    const node = decode('node_cpu_usage_seconds_total 1 5', 'node_memory_working_set_bytes 2 5');
    assert.deepEqual(node.nodeSample, { sampledAt: 5, cpu: 1e9, memory: 2 });
    assert.equal(node.layout.containers.length, 0);
  });

  it('leaves out a node of which only CPU or only memory is known', () => {
    assert.equal(decode('node_cpu_usage_seconds_total 1 5').nodeSample, undefined);
    assert.equal(decode('node_memory_working_set_bytes 1 5').nodeSample, undefined);
  });

  it('takes a zero for a value', () => {
    const decoded = decode(
      `container_cpu_usage_seconds_total${coredns} 0 5`,
      `container_memory_working_set_bytes${coredns} 0 5`,
      'node_cpu_usage_seconds_total 0 5',
      'node_memory_working_set_bytes -0 5',
      'node_swap_usage_bytes 0 5',
    );
    assert.deepEqual(decoded.nodeSample, { sampledAt: 5, cpu: 0, memory: 0, swap: 0 });
    assert.deepEqual([decoded.cpu[0], decoded.memory[0]], [0, 0]);
    assert.deepEqual(decoded.badLines, []);
  });

  it('keeps a container of which only CPU or only memory is known, and says which', () => {
    const { cpu, memory, sampledAt } = decode(
      'container_cpu_usage_seconds_total{container="a",namespace="n",pod="p"} 1 11',
      'container_memory_working_set_bytes{container="b",namespace="n",pod="p"} 2 12',
    );
    assert.deepEqual([...cpu], [1e9, Number.NaN]);
    assert.deepEqual([...memory], [Number.NaN, 2]);
    assert.deepEqual([...sampledAt], [11, 12]);
  });

  it('dates a container by its CPU line, whichever line comes first', () => {
    const cpu = `container_cpu_usage_seconds_total${coredns} 1 1000`;
    const memory = `container_memory_working_set_bytes${coredns} 1 2000`;
    assert.equal(decode(cpu, memory).sampledAt[0], 1000);
    assert.equal(decode(memory, cpu).sampledAt[0], 1000);
    assert.equal(decode(memory, `container_cpu_usage_seconds_total${coredns} 1`).sampledAt[0], 2000);
    assert.equal(decode(cpu, `container_start_time_seconds${coredns} 7 3000`).sampledAt[0], 1000);
    assert.equal(decode(cpu, `container_swap_usage_bytes${coredns} 7 3000`).sampledAt[0], 1000);
  });

  it('takes a start time of zero for none', () => {
    const decoded = decode(`container_start_time_seconds${coredns} 0`);
    assert.deepEqual([...decoded.startedAt], [Number.NaN]);
    assert.deepEqual(decoded.badLines, []);
  });

  it('reads swap of node and containers', () => {
    const decoded = decode(
      `container_cpu_usage_seconds_total${coredns} 1 5`,
      `container_swap_usage_bytes${coredns} 4096 5`,
      `container_swap_limit_bytes${coredns} 8192 5`,
      'node_cpu_usage_seconds_total 1 5',
      'node_memory_working_set_bytes 1 5',
      'node_swap_usage_bytes 1.6384e+04 5',
    );
    assert.equal(decoded.swap[0], 4096);
    assert.equal(decoded.nodeSample?.swap, 16_384);
  });
});

describe('a bad line', () => {
  const good = `container_memory_working_set_bytes${coredns} 7 1633253812125`;
  const bad: Readonly<Record<string, readonly string[]>> = {
    value: [
      '',
      ' ',
      ' x 5',
      ' NaN 5',
      ' +Inf 5',
      ' -Inf 5',
      ' -1 5',
      ' 0x10 5',
      ' 1e999 5',
      ' 1e 5',
      ' 1_0 5',
      ' 1e300 5',
      ' 1e+20 5',
      ' 9.3e+09 5',
    ],
    timestamp: [' 1 -62135596800000', ' 1 1.5', ' 1 5 6', ' 1 99999999999999999999', ' 1 x'],
  };
  for (const [kind, tails] of Object.entries(bad)) {
    for (const tail of tails) {
      it(`costs that line only: ${kind} ${JSON.stringify(tail)}`, () => {
        const decoded = decode(`container_cpu_usage_seconds_total${coredns}${tail}`, good);
        assert.deepEqual(decoded.badLines, [{ kind, count: 1 }]);
        assert.deepEqual([...decoded.cpu], [Number.NaN]);
        assert.deepEqual([...decoded.memory], [7]);
      });
    }
  }

  for (const labels of [
    '',
    '{}',
    '{foo="bar"}',
    '{namespace="n",pod="p"}',
    '{container="",namespace="n",pod="p"}',
    '{container="c",namespace="n",pod="p"',
    '{container="c",namespace="n",pod="p',
    '{container="c" namespace="n",pod="p"}',
    '{container=c,namespace="n",pod="p"}',
    '{container="c",namespace="n",pod="p\\"}',
    '{"container"="c",namespace="n",pod="p"}',
  ]) {
    it(`costs that line only: labels ${labels}`, () => {
      const decoded = decode(`container_cpu_usage_seconds_total${labels} 1 5`, good);
      assert.deepEqual(decoded.badLines, [{ kind: 'labels', count: 1 }]);
      assert.deepEqual(decoded.layout.containers, ['coredns']);
    });
  }

  it('may be a negative start time, as of kubelets that print an unset one', () => {
    const decoded = decode(`container_start_time_seconds${coredns} -6.7953645788713455e+09 -62135596800000`, good);
    assert.deepEqual(decoded.badLines, [{ kind: 'value', count: 1 }]);
    assert.deepEqual([...decoded.memory], [7]);
  });

  it('may be a second value for the same thing: the first counts', () => {
    const cpu = `container_cpu_usage_seconds_total${coredns}`;
    const node = 'node_cpu_usage_seconds_total';
    const decoded = decode(`${cpu} 1 5`, `${cpu} 2 6`, `${node} 1 5`, `${node} 2 6`, 'node_memory_working_set_bytes 1');
    assert.deepEqual([...decoded.cpu, ...decoded.sampledAt], [1e9, 5]);
    assert.equal(decoded.nodeSample?.cpu, 1e9);
    assert.deepEqual(decoded.badLines, [{ kind: 'duplicate', count: 2 }]);
  });

  it('may be something that is no metric at all', () => {
    const decoded = decode(
      '<html>',
      '{"kind":"Status"}',
      '\u0000',
      ' node_cpu_usage_seconds_total 1',
      '404 page',
      good,
    );
    assert.deepEqual(decoded.badLines, [{ kind: 'not-a-series', count: 5 }]);
    assert.deepEqual([...decoded.memory], [7]);
  });

  it('may be megabytes long', () => {
    const long = 'x'.repeat(5 * 2 ** 20);
    const decoded = decode(
      `container_cpu_usage_seconds_total{container="${long}",namespace="n",pod="p"} 1 5`,
      long,
      good,
    );
    assert.deepEqual(decoded.badLines, [{ kind: 'too-long', count: 1 }]);
    assert.deepEqual(decoded.layout.containers, ['coredns']);
  });

  it('is told apart from lines that are none of our business', () => {
    const decoded = decode(
      'container_cpu_usage_seconds_total_extra{a="b"} x',
      'node_cpu 1',
      'pod_cpu_usage_seconds_total{} NaN',
      'resource_scrape_error 0',
      ':rule:x 1',
      '# EOF',
      '',
      '  \t ',
    );
    assert.deepEqual(decoded.badLines, []);
  });
});

describe('the text format', () => {
  it('may end lines with CRLF', () => {
    const text = `container_cpu_usage_seconds_total${coredns} 1 5\r\n\r\nnode_cpu_usage_seconds_total 1 6\r\nnode_memory_working_set_bytes 2 6\r\n`;
    const decoded = new ResourceDecoder().decode(Buffer.from(text), received);
    assert.deepEqual(decoded.badLines, []);
    assert.deepEqual([...decoded.sampledAt], [5]);
    assert.equal(decoded.nodeSample?.memory, 2);
  });

  it('does not believe a last line without an end, whose number may have gone on', () => {
    const text = `container_cpu_usage_seconds_total${coredns} 1 5\nnode_cpu_usage_seconds_total 2806.2`;
    const decoded = new ResourceDecoder().decode(Buffer.from(text), received);
    assert.deepEqual(decoded.badLines, [{ kind: 'cut-off', count: 1 }]);
    assert.equal(decoded.cutOff, true);
    assert.equal(decoded.nodeSample, undefined);
    assert.deepEqual([...decoded.cpu], [1e9]);
  });

  it('may have blanks between everything, and tabs for blanks', () => {
    const decoded = decode(
      'container_cpu_usage_seconds_total  { pod = "p" ,\tcontainer="c", namespace="n" , } \t 1.5\t  7 ',
      'node_cpu_usage_seconds_total\t1 \t 7',
      'node_memory_working_set_bytes   2   ',
    );
    assert.deepEqual(decoded.badLines, []);
    assert.deepEqual(
      containersOf(decoded).map(({ name, cpu, sampledAt }) => [name, cpu, sampledAt]),
      [['n/p/c', 1.5e9, 7]],
    );
    assert.deepEqual(decoded.nodeSample, { sampledAt: 7, cpu: 1e9, memory: 2 });
  });

  it('may have labels in any order, more labels, and escapes in their values', () => {
    const decoded = decode(
      'container_cpu_usage_seconds_total{pod="p",note="}\\" 1 5 {",namespace="n",container="a\\\\b\\"c\\nd"} 2 6',
      'node_cpu_usage_seconds_total{node="n1"} 1 7',
      'node_memory_working_set_bytes{node="n1"} 1 7',
    );
    assert.deepEqual(decoded.badLines, []);
    assert.deepEqual(decoded.layout.containers, ['a\\b"c\nd']);
    assert.deepEqual([...decoded.cpu], [2e9]);
    assert.equal(decoded.nodeSample?.cpu, 1e9);
  });

  it('may carry any script in its names', () => {
    const decoded = decode('container_cpu_usage_seconds_total{container="контейнер",namespace="日本",pod="🚀"} 2 6');
    assert.deepEqual(containersOf(decoded)[0]?.name, '日本/🚀/контейнер');
  });

  it('may write numbers in every way of Go and Prometheus', () => {
    for (const [text, nanoseconds] of [
      ['1', 1e9],
      ['+1', 1e9],
      ['1.', 1e9],
      ['.5', 5e8],
      ['1e0', 1e9],
      ['1E+2', 1e11],
    ] as const) {
      assert.deepEqual([...decode(`container_cpu_usage_seconds_total${coredns} ${text} 5`).cpu], [nanoseconds], text);
    }
  });
});

describe('the layout', () => {
  const line = (name: string, value = 1): string => {
    const [namespace, pod, container] = name.split('/');
    return `container_cpu_usage_seconds_total{container="${container}",namespace="${namespace}",pod="${pod}"} ${value} 5`;
  };
  const memory = (name: string, value = 1): string =>
    line(name, value).replace('cpu_usage_seconds_total', 'memory_working_set_bytes');

  it('is the same object while the containers are the same in the same order', () => {
    const decoder = new ResourceDecoder();
    const first = decode1(decoder, line('n/p/a'), line('n/p/b'), memory('n/p/a'));
    assert.equal(decode1(decoder, line('n/p/a', 9), line('n/p/b'), memory('n/p/b')).layout, first.layout);
    assert.notEqual(decode1(decoder, line('n/p/b'), line('n/p/a')).layout, first.layout);
  });

  it('lasts also where labels are spelled in another way than a kubelet does', () => {
    const decoder = new ResourceDecoder();
    const lines = ['a', 'b"\\', 'c'].map(
      (name, at) =>
        `container_cpu_usage_seconds_total{pod="p",container=${JSON.stringify(name)},id="${at}",namespace="n"} 1 5`,
    );
    const first = decode1(decoder, ...lines);
    assert.deepEqual(first.layout.containers, ['a', 'b"\\', 'c']);
    assert.equal(decode1(decoder, ...lines).layout, first.layout);
    assert.notEqual(decode1(decoder, ...lines.slice(1)).layout, first.layout);
  });

  it('survives a value that cannot be read', () => {
    const decoder = new ResourceDecoder();
    const first = decode1(decoder, line('n/p/a'), line('n/p/b'));
    const second = decode1(decoder, line('n/p/a', Number.NaN), line('n/p/b'));
    assert.equal(second.layout, first.layout);
    assert.deepEqual([...second.cpu], [Number.NaN, 1e9]);
  });

  it('follows containers that come, go and move', () => {
    const decoder = new ResourceDecoder();
    const names = ['n/p/a', 'n/p/b', 'n/p/c', 'm/p/a', 'm/q/a', 'm/q/z'];
    for (const now of [names, names.slice(1), names.toReversed(), [], names.slice(0, 2), ['x/y/z', ...names], names]) {
      const decoded = decode1(
        decoder,
        ...now.map((name, at) => line(name, at)),
        ...now.map((name, at) => memory(name, at)),
      );
      assert.deepEqual(
        containersOf(decoded).map(({ name }) => name),
        now,
      );
      assert.deepEqual(
        [...decoded.cpu],
        now.map((_, at) => at * 1e9),
      );
      assert.deepEqual(
        [...decoded.memory],
        now.map((_, at) => at),
      );
      assert.deepEqual(decoded.badLines, []);
    }
  });

  it('is in the order in which containers first appear, in whatever family', () => {
    const decoded = decode(line('n/p/b'), memory('n/p/a'), memory('n/p/b'), memory('n/p/c'));
    assert.deepEqual(decoded.layout.containers, ['b', 'a', 'c']);
    assert.deepEqual([...decoded.cpu], [1e9, Number.NaN, Number.NaN]);
  });

  it('never takes one name for another that looks like it once it is escaped', () => {
    const decoder = new ResourceDecoder();
    const evil = 'container_cpu_usage_seconds_total{container="a\\",namespace=\\"x",namespace="n",pod="p"} 1 5';
    const plain = 'container_cpu_usage_seconds_total{container="a",namespace="x",namespace="n",pod="p"} 2 5';
    decode1(decoder, evil);
    assert.deepEqual(decode1(decoder, plain).layout.containers, ['a']);
    assert.deepEqual(decode1(decoder, evil, plain).layout.containers, ['a",namespace="x', 'a']);
  });
});

describe('recorded answers of real kubelets', () => {
  const folder = join(import.meta.dirname, '../testdata');
  const expected: Readonly<Record<string, readonly [containers: number, hasStart: boolean, hasSwap: boolean]>> = {
    'kubelet-v1.20.2-m02-steady.txt': [13, false, false],
    'kubelet-v1.20.2-m05-init-running.txt': [14, false, false],
    'kubelet-v1.20.2-m12-after-kubelet-restart.txt': [16, false, false],
    'kubelet-v1.36.3-idle-node.txt': [1, true, true],
    'kubelet-v1.36.3-m02-steady.txt': [13, true, true],
    'kubelet-v1.36.3-m03-just-crashed.txt': [13, true, true],
    'kubelet-v1.36.3-m05-init-running.txt': [14, true, true],
    'kubelet-v1.36.3-m11-kubelet-restart-2.txt': [13, true, true],
    'kubelet-v1.36.3-m12-after-kubelet-restart.txt': [13, true, true],
    'kubelet-v1.36.3-overloaded-node.txt': [12, true, true],
  };
  for (const [file, [containers, hasStart, hasSwap]] of Object.entries(expected)) {
    it(`${file} decodes without a bad line`, () => {
      const decoded = new ResourceDecoder().decode(readFileSync(join(folder, file)), received);
      assert.deepEqual(decoded.badLines, []);
      assert.equal(decoded.layout.containers.length, containers);
      assert.ok(decoded.nodeSample, 'node sample');
      assert.equal(
        decoded.startedAt.some((start) => !Number.isNaN(start)),
        hasStart,
      );
      assert.equal(
        decoded.swap.some((bytes) => !Number.isNaN(bytes)),
        hasSwap,
      );
      assert.equal(decoded.nodeSample.swap !== undefined, hasSwap);
      assert.ok(decoded.sampledAt.every((at) => at > Date.UTC(2026, 10, 1) && at < received));
    });
  }
});

function decode(...lines: string[]): Decoded {
  return decode1(new ResourceDecoder(), ...lines);
}

function decode1(decoder: ResourceDecoder, ...lines: string[]): Decoded {
  return decoder.decode(Buffer.from(`${lines.join('\n')}\n`), received);
}

function containersOf({ layout, sampledAt, startedAt, cpu, memory, swap }: Decoded) {
  return layout.containers.map((container, slot) => ({
    name: `${layout.namespaces[slot]}/${layout.pods[slot]}/${container}`,
    sampledAt: sampledAt[slot],
    startedAt: startedAt[slot],
    cpu: cpu[slot],
    memory: memory[slot],
    swap: swap[slot],
  }));
}
