import { randomInt } from 'node:crypto';
import type { Heapster } from '../heapster/heapster.ts';
import type { NodeCatalog } from '../kube/nodes.ts';
import { cadvisorQuestion } from '../scraper/collect/cadvisor-question.ts';
import { Collector, evenBeats } from '../scraper/collect/collector.ts';
import { CollectorInstruments } from '../scraper/collect/collector-instruments.ts';
import { summaryQuestion } from '../scraper/collect/summary-question.ts';
import type { KeyMemory } from '../scraper/kubelet/trust/key-memory.ts';
import type { CatalogueConfig } from './config.ts';
import { kubeletClientOf } from './kubelet-client.ts';
import type { Means } from './means.ts';

/** What collectors are plugged into. */
export interface CollectorSockets {
  readonly heapster: Heapster;
  readonly nodes: NodeCatalog;
  readonly opened: AsyncDisposableStack;
  /** Who remembers the keys of kubelets; absent = nobody. */
  readonly pins: KeyMemory | undefined;
}

/** Who asks kubelets on behalf of the catalogue, each question in a rhythm of its own. */
export function collectorsOf(
  config: CatalogueConfig,
  means: Means,
  { heapster, nodes, opened, pins }: CollectorSockets,
): readonly { run(signal: AbortSignal): Promise<void> }[] {
  const { resolutionMs, cadvisor } = config;
  const { kubelet } = means.config;
  // Connections of their own: a slow summary must not hold up the usage of the same node.
  const clientFor = (periodMs: number) => opened.use(kubeletClientOf(means, { periodMs, pins }));
  const asking = {
    targets: nodes,
    ...(kubelet.nodeSelector && { nodeSelector: kubelet.nodeSelector }),
    address: kubelet,
    requestTimeoutMs: kubelet.requestTimeoutMs,
    clock: means.clock,
    log: means.log.named('catalogue'),
    instruments: new CollectorInstruments(means.registry),
    seed: randomInt(2 ** 31),
  };
  const summaries = new Collector({
    ...asking,
    question: summaryQuestion(),
    sink: heapster,
    client: clientFor(resolutionMs),
    nextBeat: (beat) => heapster.nextBeat(beat),
  });
  if (cadvisor === undefined) return [summaries];
  const caches = new Collector({
    ...asking,
    question: cadvisorQuestion,
    // Its answers become part of the next round of summaries, which is the one that counts.
    sink: { take: (told) => heapster.takeCadvisor(told), endRound: () => undefined },
    client: clientFor(cadvisor.resolutionMs),
    nextBeat: evenBeats(cadvisor.resolutionMs),
  });
  return [summaries, caches];
}
