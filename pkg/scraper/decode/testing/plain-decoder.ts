import { isAscii } from 'node:buffer';
import type { Sample } from '../../../model/sample.ts';
import { as, type Bytes, type EpochMs } from '../../../model/units.ts';
import type { BadLineKind, Decoded } from '../decoded.ts';
import { type ContainerLabels, parseContainerLabels, skipBlanks } from '../label-set.ts';
import { type Numbers, parseNumbers } from '../number-text.ts';

/**
 * What the decoder has to say of a body, found in the plain way: the body is made into a string, each of its lines is
 * parsed, and containers are looked up by name. Slow, remembers nothing, and knows no usual case.
 */
export function decodePlainly(body: Buffer, receivedAt: EpochMs): Decoded {
  const text = isAscii(body) ? body.toString('latin1') : body.toString('utf8');
  const answer = new PlainAnswer();
  let at = 0;
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', at)) {
    answer.read(text.slice(at, end));
    at = end + 1;
  }
  if (at < text.length) answer.lose('cut-off');
  return answer.decoded(receivedAt);
}

const quantities = {
  container_cpu_usage_seconds_total: 'cpu',
  container_memory_working_set_bytes: 'memory',
  container_start_time_seconds: 'startedAt',
  container_swap_usage_bytes: 'swap',
  node_cpu_usage_seconds_total: 'cpu',
  node_memory_working_set_bytes: 'memory',
  node_swap_usage_bytes: 'swap',
} as const;

type Quantity = (typeof quantities)[keyof typeof quantities];

const longestLine = 16 * 1024;
const mostContainers = 20_000;

/** What was said of one container, or of the node. */
interface Said {
  readonly values: Partial<Record<Quantity, number>>;
  cpuTime?: number;
  memoryTime?: number;
}

class PlainAnswer {
  readonly #containers = new Map<string, { readonly labels: ContainerLabels; readonly said: Said }>();
  readonly #node: Said = { values: {} };
  readonly #bad = new Map<BadLineKind, number>();

  read(line: string): void {
    if (line === '' || line.startsWith('#')) return;
    const name = /^[a-zA-Z_:][a-zA-Z0-9_:]*/.exec(line)?.[0];
    if (name === undefined) {
      if (/^[ \t]*[^ \t\r]/.test(line)) this.lose('not-a-series');
      return;
    }
    if (!isOurs(name)) return;
    if (line.length > longestLine) return this.lose('too-long');
    if (name.startsWith('node_')) this.#nodeLine(name, line);
    else this.#containerLine(name, line);
  }

  lose(kind: BadLineKind): void {
    this.#bad.set(kind, (this.#bad.get(kind) ?? 0) + 1);
  }

  decoded(receivedAt: EpochMs): Decoded {
    const met = [...this.#containers.values()];
    const column = (valueOf: (said: Said) => number | undefined): Float64Array =>
      Float64Array.from(met, ({ said }) => valueOf(said) ?? Number.NaN);
    const nodeSample = sampleOf(this.#node, receivedAt);
    return {
      ...(nodeSample && { nodeSample }),
      layout: {
        namespaces: met.map(({ labels }) => labels.namespace),
        pods: met.map(({ labels }) => labels.pod),
        containers: met.map(({ labels }) => labels.container),
      },
      ...(this.#bad.has('cut-off') && { cutOff: true }),
      cpu: column(({ values }) => values.cpu),
      memory: column(({ values }) => values.memory),
      startedAt: column(({ values }) => values.startedAt),
      swap: column(({ values }) => values.swap),
      sampledAt: column((said) => timeOf(said) ?? receivedAt),
      badLines: [...this.#bad].map(([kind, count]) => ({ kind, count })),
    };
  }

  #containerLine(name: keyof typeof quantities, line: string): void {
    const brace = skipBlanks(line, name.length);
    const labels = line[brace] === '{' ? parseContainerLabels(line, brace + 1, line.length) : undefined;
    const said = labels && this.#saidOf(labels);
    const isFull = this.#containers.size >= mostContainers;
    if (labels === undefined || said === undefined) return this.lose(isFull ? 'too-many-containers' : 'labels');
    this.#store(name, said, parseNumbers(line, labels.end, line.length));
  }

  #nodeLine(name: keyof typeof quantities, line: string): void {
    const close = line.lastIndexOf('}');
    if (close < 0 && line.includes('{')) return this.lose('labels');
    this.#store(name, this.#node, parseNumbers(line, close < 0 ? name.length : close + 1, line.length));
  }

  #saidOf(labels: ContainerLabels): Said | undefined {
    const key = JSON.stringify([labels.namespace, labels.pod, labels.container]);
    const known = this.#containers.get(key);
    if (known !== undefined) return known.said;
    if (this.#containers.size >= mostContainers) return undefined;
    const said: Said = { values: {} };
    this.#containers.set(key, { labels, said });
    return said;
  }

  #store(name: keyof typeof quantities, said: Said, { value, timestamp }: Numbers): void {
    const quantity = quantities[name];
    const scaled = Math.trunc(value * (name.includes('_seconds') ? 1e9 : 1)) + 0;
    if (!isCount(scaled)) return this.lose('value');
    if (timestamp !== undefined && Number.isNaN(timestamp)) return this.lose('timestamp');
    if (quantity === 'startedAt' && scaled === 0) return;
    if (said.values[quantity] !== undefined) return this.lose('duplicate');
    said.values[quantity] = scaled;
    if (timestamp !== undefined && quantity === 'cpu') said.cpuTime = timestamp;
    if (timestamp !== undefined && quantity === 'memory') said.memoryTime = timestamp;
  }
}

const isCount = (value: number): boolean => value >= 0 && value < 2 ** 63;

const isOurs = (name: string): name is keyof typeof quantities => Object.hasOwn(quantities, name);

const timeOf = ({ cpuTime, memoryTime }: Said): number | undefined => cpuTime ?? memoryTime;

function sampleOf(node: Said, receivedAt: EpochMs): Sample | undefined {
  const { cpu, memory, swap } = node.values;
  if (cpu === undefined || memory === undefined) return undefined;
  return {
    sampledAt: as(timeOf(node) ?? receivedAt),
    cpu: as(cpu),
    memory: as(memory),
    ...(swap !== undefined && { swap: as<Bytes>(swap) }),
  };
}
