import type { ScenarioEvent, ToldFigures, ToldNode, ToldPod } from './scenario.ts';
import { amountIn, BadLine, pairsIn, quoted, spanIn, subjectIn } from './words.ts';

type Nodes = ReadonlyMap<string, unknown>;

const MiB = 2 ** 20;

/** What happens beside what kubelets say; undefined where the line is about something else. */
export function readEvent(words: readonly string[], nodes: Nodes): ScenarioEvent | undefined {
  const [first = '', second = '', third = '', ...more] = words;
  if (first === 'deleted') {
    if (third !== '') throw new BadLine('expected: deleted NODE');
    return { kind: 'deleted', node: nodeIn(second, nodes) };
  }
  if (first !== 'our' && first !== 'clock') return undefined;
  if (more.length > 0 || (first === 'our' && second !== 'clock'))
    throw new BadLine('expected: clock NODE +1h, or: our clock +1h');
  if (first === 'our') return { kind: 'our-clock', byMs: spanIn(third) };
  return { kind: 'kubelet-clock', node: nodeIn(second, nodes), aheadMs: spanIn(third) };
}

/** What a kubelet says: of itself first, then of its pods and containers. */
export function readTold(told: Map<string, ToldNode>, words: readonly string[], nodes: Nodes): void {
  const [name = '', subject = '', ...more] = words;
  const node = nodeIn(name, nodes);
  const known = told.get(node);
  if (!subject.includes('/') || subject.includes('=')) {
    if (known !== undefined) throw new BadLine(`${node} has answered already`);
    told.set(node, nodeTold(words.slice(1)));
    return;
  }
  if (known === undefined || known.repeats) throw new BadLine(`of ${node} itself nothing is told before its pods`);
  addToPod(known, subject, more);
}

function nodeIn(name: string, nodes: Nodes): string {
  if (!nodes.has(name)) throw new BadLine(`expected the name of a node that is described, got ${quoted(name)}`);
  return name;
}

function nodeTold(words: readonly string[]): ToldNode {
  const repeats = words[0] === 'repeats';
  const twice = words.at(-1) === 'twice';
  const rest = words.slice(repeats ? 1 : 0, twice ? -1 : undefined);
  if (repeats && rest.length > 0) throw new BadLine('who repeats says nothing new');
  const pairs = pairsIn(rest, ['cpu', 'memory', 'read', 'started', 'sampled', 'uid']);
  const figures = repeats ? { cpuSeconds: 0, cpuSecondsPerMinute: 0, memoryBytes: 0 } : figuresIn(pairs, 2_048 * MiB);
  return { ...figures, uid: pairs.get('uid') ?? 'first', repeats, twice, pods: new Map() };
}

function addToPod({ pods }: ToldNode, subject: string, words: readonly string[]): void {
  const entity = subjectIn(subject, new Map());
  if (entity.type !== 'pod' && entity.type !== 'pod_container') throw new BadLine(`${quoted(subject)} is no pod`);
  const key = `${entity.namespace}/${entity.pod}`;
  const pod: ToldPod = pods.get(key) ?? { containers: new Map() };
  pods.set(key, pod);
  if (entity.type === 'pod_container') {
    if (pod.containers.has(entity.container)) throw new BadLine(`${subject} is there twice`);
    const pairs = pairsIn(words, ['cpu', 'memory', 'read', 'started', 'sampled']);
    pod.containers.set(entity.container, figuresIn(pairs, 1_024 * MiB));
    return;
  }
  const pairs = pairsIn(words, ['uid', 'started', 'rx']);
  const [uid, started, rx] = [pairs.get('uid'), pairs.get('started'), pairs.get('rx')];
  if (uid !== undefined) pod.uid = uid;
  if (started !== undefined) pod.startedMs = spanIn(started);
  if (rx !== undefined) pod.rx = amountIn(rx);
}

function figuresIn(pairs: ReadonlyMap<string, string>, usualBytes: number): ToldFigures {
  const cpu = pairs.get('cpu');
  if (cpu === undefined) throw new BadLine('expected what CPU time was used since the start: cpu=10s');
  const [first = '', growth = '0s'] = cpu.split('+');
  const [started, sampled] = [pairs.get('started'), pairs.get('sampled')];
  const [memory, read] = [pairs.get('memory'), pairs.get('read')];
  return {
    cpuSeconds: spanIn(first) / 1000,
    cpuSecondsPerMinute: spanIn(growth) / 1000,
    memoryBytes: memory === undefined ? usualBytes : amountIn(memory),
    ...(read !== undefined && { readBytes: amountIn(read) }),
    ...(started !== undefined && { startedMs: spanIn(started) }),
    ...(sampled !== undefined && { sampledMs: spanIn(sampled) }),
  };
}
