import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { plainCluster } from '../shape/plain-cluster.ts';
import { cadvisorText } from './cadvisor-answer.ts';
import { derived, type InsideNode, skewed } from './inside-node.ts';
import { resourceMetricsText } from './resource-metrics.ts';
import { summaryText } from './summary-answer.ts';
import { NodeWorkload } from './workload.ts';

const now = Date.UTC(2026, 10, 21, 12);

interface SummaryJson {
  readonly node: { readonly cpu: { readonly usageCoreNanoSeconds: number; readonly time: string } };
  readonly pods: readonly {
    readonly podRef: { readonly name: string };
    readonly memory: { readonly workingSetBytes: number };
    readonly containers: readonly {
      readonly name: string;
      readonly cpu: { readonly usageCoreNanoSeconds: number };
      readonly memory: { readonly workingSetBytes: number };
    }[];
  }[];
}

describe('the summary of a pretend kubelet', () => {
  it('tells of the same usage as its resource metrics', () => {
    const { workload, inside } = node();
    const { pods, node: own } = JSON.parse(summaryText(inside, now)) as SummaryJson;
    const { containers, node: row } = workload.report(now);
    assert.equal(own.cpu.usageCoreNanoSeconds, row.cpu);
    assert.equal(pods.length, 5);
    const told = pods.flatMap((pod) =>
      pod.containers.map(({ cpu, memory }) => `${cpu.usageCoreNanoSeconds} ${memory.workingSetBytes}`),
    );
    assert.deepEqual(told.sort(), containers.map(({ cpu, memory }) => `${cpu} ${memory}`).sort());
  });

  it('has times of whole seconds, by the clock of the node', () => {
    const { inside } = node();
    const time = (skewMs: number): number => {
      return Date.parse((JSON.parse(summaryText(skewed(inside, skewMs), now)) as SummaryJson).node.cpu.time);
    };
    assert.equal(time(0) % 1000, 0);
    assert.equal(time(3_600_000) - time(0), 3_600_000);
  });
});

describe("cAdvisor's metrics of a pretend kubelet", () => {
  it('have the page cache and the disk of everything that runs', () => {
    const { inside } = node();
    const lines = cadvisorText(inside).split('\n');
    const [pod] = inside.pods;
    const [container] = pod?.containers ?? [];
    assert.ok(pod && container);
    const ofContainer = (family: string): string | undefined =>
      lines.find(
        (line) =>
          line.startsWith(`${family}{container="${container.shape.name}"`) && line.includes(`pod="${pod.shape.name}"`),
      );
    assert.equal(Number(ofContainer('container_memory_cache')?.split(' ').at(-2)), derived.cache(container.row.memory));
    assert.match(ofContainer('container_fs_reads_bytes_total') ?? '', /,device="\/dev\/vda",id="/);
    assert.equal(lines.filter((line) => line.startsWith('container_memory_cache{')).length, 1 + 5 + 10);
  });
});

function node(): { readonly workload: NodeWorkload; readonly inside: InsideNode } {
  const [shape] = plainCluster({ nodes: 1, podsPerNode: 5, containersPerPod: 2, seed: 7 }).nodes;
  assert.ok(shape);
  const workload = new NodeWorkload(shape, 7, now);
  assert.ok(resourceMetricsText(workload.report(now)).length > 0);
  return { workload, inside: workload.inside(now) };
}
