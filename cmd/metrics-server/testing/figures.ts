import { parseQuantity } from '../../../pkg/model/quantity.ts';
import type { ClusterShape, ContainerShape, NodeShape, PodShape } from '../../../pkg/simulator/shape/cluster-shape.ts';
import type { RunningSystem } from './running-system.ts';

/** CPU in cores, memory in bytes. */
export interface Amounts {
  readonly cpu: number;
  readonly memory: number;
}

/** What the server says of one node or container, beside what is true of it. */
export interface Figure {
  /** `node n1`, or `container ns/pod/name`. */
  readonly subject: string;
  readonly node: string;
  /** Epoch milliseconds, whole seconds. */
  readonly sampledAt: number;
  readonly said: Amounts;
  readonly truth: Amounts;
}

interface Item {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly timestamp: string;
  readonly usage?: Quantities;
  readonly containers?: readonly { readonly name: string; readonly usage: Quantities }[];
}

interface Quantities {
  readonly cpu: string;
  readonly memory: string;
}

/** Everything the server serves at this moment. The shape's usages must be constant: then they are the truth at any time. */
export async function servedFigures(system: RunningSystem, shape: ClusterShape): Promise<readonly Figure[]> {
  const known = new Map(shape.nodes.flatMap(subjectsOf));
  const items = [...(await system.items<Item>('nodes')), ...(await system.items<Item>('pods'))];
  return items.flatMap(statements).map(({ subject, ...statement }) => {
    const found = known.get(subject);
    if (found === undefined) throw new Error(`${subject} is served and does not exist`);
    return { subject, ...statement, ...found };
  });
}

/** How many figures there are when nothing is missing. */
export function figureCount({ nodes }: ClusterShape): number {
  return nodes.flatMap(subjectsOf).length;
}

/** Whether a figure is what is true, within a thousandth for rounding. */
export function isTrue({ said, truth }: Figure): boolean {
  return Math.abs(said.cpu - truth.cpu) <= truth.cpu / 1000 && Math.abs(said.memory - truth.memory) < 1024;
}

type Subject = [subject: string, known: Pick<Figure, 'node' | 'truth'>];

function subjectsOf(node: NodeShape): Subject[] {
  const containers = node.pods.flatMap((pod) => pod.containers.map((container) => ({ pod, container })));
  const all = [...containers.map(({ container }) => amountsOf(container)), systemOf(node)];
  const whole = all.reduce((sum, { cpu, memory }) => ({ cpu: sum.cpu + cpu, memory: sum.memory + memory }));
  return [
    [`node ${node.name}`, { node: node.name, truth: whole }],
    ...containers.map(
      ({ pod, container }): Subject => [
        containerSubject(pod, container.name),
        { node: node.name, truth: amountsOf(container) },
      ],
    ),
  ];
}

function statements({ metadata: { name, namespace = '' }, timestamp, usage, containers = [] }: Item) {
  const sampledAt = Date.parse(timestamp);
  if (usage !== undefined) return [{ subject: `node ${name}`, sampledAt, said: parsed(usage) }];
  return containers.map((container) => {
    return { subject: containerSubject({ namespace, name }, container.name), sampledAt, said: parsed(container.usage) };
  });
}

const containerSubject = ({ namespace, name }: Pick<PodShape, 'namespace' | 'name'>, container: string): string =>
  `container ${namespace}/${name}/${container}`;

const systemOf = ({ system }: NodeShape): Amounts => ({ cpu: system.cpuCores, memory: system.memoryBytes });

function amountsOf({ name, cpuCores, memoryBytes }: ContainerShape): Amounts {
  if (typeof cpuCores !== 'number') throw new Error(`${name} does not use a constant amount of CPU`);
  return { cpu: cpuCores, memory: memoryBytes };
}

const parsed = ({ cpu, memory }: Quantities): Amounts => ({ cpu: amount(cpu), memory: amount(memory) });

function amount(text: string): number {
  const result = parseQuantity(text);
  if (result.kind === 'invalid') throw new Error(`${text}: ${result.message}`);
  return Number(result.quantity.nanos) / 1e9;
}
