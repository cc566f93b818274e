import type { NodeRecord } from '../../model/cluster.ts';
import type { Outcome, Source } from '../outcome.ts';
import type { AskLimits, Finding, UsageSource } from './finding.ts';
import { KubeletDoor, type KubeletDoorMeans } from './kubelet-door.ts';
import { type NodeProxy, NodeProxySource } from './node-proxy-source.ts';
import { ResourceSource } from './resource-source.ts';
import { SourceChoice } from './source-choice.ts';
import { SummarySource } from './summary-source.ts';
import type { Turns } from './turns.ts';

/** What the sources of all nodes share. */
export interface NodeSourcesMeans extends KubeletDoorMeans {
  /** The way through the kube-apiserver; absent = it is not taken. */
  readonly proxy?: { readonly proxy: NodeProxy; readonly turns: Turns };
}

/** One node, asked wherever its usage is to be had. */
export class NodeSources implements UsageSource {
  readonly #means: NodeSourcesMeans;
  readonly #choice: SourceChoice;
  readonly #door: KubeletDoor;
  readonly #resource: ResourceSource;
  /** Made when first needed: most nodes never do. */
  #summary: SummarySource | undefined;
  #proxied: NodeProxySource | undefined;

  constructor(means: NodeSourcesMeans) {
    this.#means = means;
    this.#choice = new SourceChoice({ hasProxy: means.proxy !== undefined });
    this.#door = new KubeletDoor(means);
    this.#resource = new ResourceSource(this.#door);
  }

  async ask(node: NodeRecord, limits: AskLimits): Promise<Finding> {
    const now = this.#means.clock.monotonic();
    const source = this.#choice.next(now);
    const found = await this.#sourceOf(source).ask(node, limits);
    this.#choice.tried(source, found.outcome, { helped: worthOf(found.outcome) >= 0, now });
    if (source !== 'resource') return { ...found, source };
    if (!this.#choice.wantsSummary(found.outcome, now) || limits.signal.aborted) return this.#alone(found);

    const other = await this.#sourceOf('summary').ask(node, limits);
    const helped = worthOf(other.outcome) > worthOf(found.outcome);
    this.#choice.tried('summary', other.outcome, { helped, now });
    return helped ? { ...other, source: 'summary' } : this.#alone(found);
  }

  #alone(found: Finding): Finding {
    return { ...found, alsoTried: this.#choice.refused };
  }

  #sourceOf(source: Source): UsageSource {
    const { proxy } = this.#means;
    if (source === 'summary') return (this.#summary ??= new SummarySource(this.#door));
    if (source === 'resource' || proxy === undefined) return this.#resource;
    return (this.#proxied ??= new NodeProxySource({ ...this.#means, ...proxy }));
  }
}

/** An answer with more containers is worth more, any is worth more than none. */
const worthOf = (outcome: Outcome): number => (outcome.kind === 'scraped' ? outcome.containers : -1);
