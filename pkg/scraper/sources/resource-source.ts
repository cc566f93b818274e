import type { NodeBatch } from '../../model/batch.ts';
import type { NodeRecord } from '../../model/cluster.ts';
import { as, type EpochMs } from '../../model/units.ts';
import { ResourceDecoder } from '../decode/decode.ts';
import { type AskLimits, type Finding, nothing, type UsageSource } from './finding.ts';
import type { Asked, KubeletDoor } from './kubelet-door.ts';

/** Some 2,000 containers: up to here decoding takes a few milliseconds. */
const longBody = 2 ** 20;

/** One node's `/metrics/resource`. */
export class ResourceSource implements UsageSource {
  readonly #door: KubeletDoor;
  readonly #reader = new ResourceReader();

  constructor(door: KubeletDoor) {
    this.#door = door;
  }

  async ask(node: NodeRecord, limits: AskLimits): Promise<Finding> {
    const opened = await this.#door.ask(node, limits);
    if (opened.kind === 'shut') return opened.finding;
    // Of a body the decoder keeps nothing.
    using _memory = opened;
    return { ...(await this.#reader.read(opened.body, opened.asked, limits)), address: opened.address };
  }
}

/** Makes findings of one node's resource metrics, one after the other, whichever way they came. */
export class ResourceReader {
  readonly #decoder = new ResourceDecoder();

  /** Long bodies are read in turns with everybody else; what the time was up for meanwhile is of no use any more. */
  async read(body: Buffer, asked: Asked, { signal, limitMs }: AskLimits): Promise<Finding> {
    const isLong = body.length > longBody;
    const { badLines, ...usage } = isLong
      ? await this.#decoder.decodeInTurns(body, asked.sentAt)
      : this.#decoder.decode(body, asked.sentAt);
    if (signal.aborted) return nothing({ kind: 'timed-out', afterMs: limitMs });
    const lost = badLines.reduce((sum, { count }) => sum + count, 0);
    return { ...findingOf(usage, lost, asked), badLines };
  }
}

/** What usage is worth, `lost` parts of which could not be read. */
export function findingOf(usage: Omit<NodeBatch, 'node'>, lost: number, asked: Asked): Finding {
  const containers = usage.layout.containers.length;
  // An answer without any usage is none: it does not say that the pods are gone.
  if (containers === 0 && usage.nodeSample === undefined) return nothing({ kind: 'nothing-measured', badLines: lost });
  const clock = { ...asked, newestSampleAt: newestIn(usage) };
  return { outcome: { kind: 'scraped', containers, badLines: lost }, usage, clock };
}

function newestIn({ sampledAt, nodeSample }: Omit<NodeBatch, 'node'>): EpochMs {
  let newest: number = nodeSample?.sampledAt ?? 0;
  for (const at of sampledAt) if (at > newest) newest = at;
  return as<EpochMs>(newest);
}
