import { randomInt } from 'node:crypto';
import type { Heapster } from '../../heapster/heapster.ts';
import type { NodeCatalog } from '../../kube/nodes.ts';
import { cadvisorQuestion } from '../../scraper/collect/cadvisor-question.ts';
import { Collector, evenBeats } from '../../scraper/collect/collector.ts';
import { CollectorInstruments } from '../../scraper/collect/collector-instruments.ts';
import { summaryQuestion } from '../../scraper/collect/summary-question.ts';
import type { KubeletClient } from '../../scraper/kubelet/kubelet-client.ts';
import type { CatalogueConfig } from '../config.ts';
import type { Means } from '../means.ts';

/** In so many periods every node has been measured twice, or is in trouble. */
const waitPeriods = 2;

/** What collectors are plugged into. */
export interface CollectorSockets {
  readonly heapster: Heapster;
  readonly nodes: NodeCatalog;
  /** The scraper's, which goes first. */
  readonly client: KubeletClient;
  readonly scraper: { readonly awaited: number; readonly size: number };
}

/** Who asks kubelets on behalf of the catalogue, each question in a rhythm of its own. */
export function collectorsOf(
  config: CatalogueConfig,
  means: Means,
  { heapster, nodes, client, scraper }: CollectorSockets,
): readonly { run(signal: AbortSignal): Promise<void> }[] {
  const { cadvisor } = config;
  const { kubelet } = means.config;
  const asking = {
    targets: nodes,
    client,
    // Autoscalers wait for usage; nobody waits for a history that has only begun.
    after: {
      isOver: () => scraper.size > 0 && scraper.awaited === 0,
      atMostMs: waitPeriods * means.config.metricResolutionMs,
    },
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
    nextBeat: (beat) => heapster.nextBeat(beat),
  });
  if (cadvisor === undefined) return [summaries];
  const caches = new Collector({
    ...asking,
    question: cadvisorQuestion,
    // Its answers become part of the next round of summaries, which is the one that counts.
    sink: { take: (told) => heapster.takeCadvisor(told), endRound: () => undefined },
    nextBeat: evenBeats(cadvisor.resolutionMs),
  });
  return [summaries, caches];
}
