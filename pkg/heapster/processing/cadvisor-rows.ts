import type { CadvisorAnswer, CadvisorFigures, DiskFigures } from '../../model/cadvisor-answer.ts';
import { timeOf } from '../rows/columns.ts';
import type { Row } from '../rows/layout.ts';
import type { Draft } from './draft.ts';
import { believed } from './rates.ts';

/** An answer and the one before it. */
export interface CadvisorPair {
  readonly now: CadvisorAnswer;
  readonly before: CadvisorAnswer | undefined;
  /** Between both, by our own clock. */
  readonly elapsedMs: number;
}

/** So long an answer is told of: two periods of a minute, and some. */
const freshMs = 150_000;

/** The last two answers of one node's cAdvisor. */
export class CadvisorMemory {
  #pair: CadvisorPair | undefined;
  #askedAt = 0;

  take(answer: CadvisorAnswer, askedAt: number): void {
    this.#pair = { now: answer, before: this.#pair?.now, elapsedMs: askedAt - this.#askedAt };
    this.#askedAt = askedAt;
  }

  /** Undefined when there is none, or none that is fresh. */
  freshAt(moment: number): CadvisorPair | undefined {
    return moment - this.#askedAt <= freshMs ? this.#pair : undefined;
  }
}

/** Adds page caches, loads and disks to the entities that a frame tells of. `last`: the cells of the frame before. */
export function addCadvisor(draft: Draft, pair: CadvisorPair | undefined, last: Float64Array | undefined): void {
  if (pair === undefined) return;
  for (const row of [...draft.rows]) {
    const now = figuresOf(row, pair.now);
    if (now === undefined) continue;
    draft.setNamed(row, 'memory/cache', now.cache);
    draft.setNamed(row, 'cpu/load', now.load);
    const before = pair.before && figuresOf(row, pair.before);
    for (const [device, disk] of now.disks) {
      const earlier = before?.disks.get(device);
      // The counters of another life, or of another pod of this name, are no beginning.
      const isSameLife = earlier !== undefined && !(draft.time(row, timeOf.start) > earlier.sampledAt);
      const disks = { now: disk, before: isSameLife ? earlier : undefined, last };
      addDisk(draft, draft.row('disk', device, row), disks, pair.elapsedMs);
    }
  }
}

function figuresOf(row: Row, answer: CadvisorAnswer): CadvisorFigures | undefined {
  if (row.kind === 'node') return answer.machine;
  if (row.kind === 'sys_container') return answer.systemContainers.get(row.name);
  if (row.kind === 'pod') return answer.pods.get(row.name);
  return row.kind === 'pod_container' ? answer.containers.get(`${row.parent?.name}/${row.name}`) : undefined;
}

interface DiskPair {
  readonly now: DiskFigures;
  readonly before: DiskFigures | undefined;
  readonly last: Float64Array | undefined;
}

function addDisk(draft: Draft, row: Row, { now, before, last }: DiskPair, oursMs: number): void {
  draft.setNamed(row, 'disk/io_read_bytes', now.read);
  draft.setNamed(row, 'disk/io_write_bytes', now.written);
  if (before === undefined) return;
  const elapsedMs = now.sampledAt - before.sampledAt;
  const seconds = believed(elapsedMs, oursMs) / 1000;
  // cAdvisor has not measured again: what was the newest known is that still.
  if (elapsedMs === 0 && last !== undefined) return keepRates(draft, row, last);
  draft.setNamed(row, 'disk/io_read_bytes_rate', rateOf(now.read - before.read, seconds));
  draft.setNamed(row, 'disk/io_write_bytes_rate', rateOf(now.written - before.written, seconds));
}

function keepRates(draft: Draft, row: Row, last: Float64Array): void {
  for (const { column } of row.columns.rates) draft.keep(row, column, last);
}

/** A counter that fell began anew, and a clock that did not advance tells of no time. */
const rateOf = (increase: number, seconds: number): number | undefined =>
  increase >= 0 && seconds > 0 ? increase / seconds : undefined;
