import { isAscii } from 'node:buffer';
import { setImmediate } from 'node:timers/promises';
import type { NodeBatch } from '../../model/batch.ts';
import type { Sample } from '../../model/sample.ts';
import { as, type Bytes, type EpochMs } from '../../model/units.ts';
import { Columns, type Quantity } from './columns.ts';
import { skipBlanks } from './label-set.ts';
import { type KnownLayout, LayoutWalk, nothingKnown } from './layout-walk.ts';
import { type Numbers, parseNumbers } from './number-text.ts';

/** Why a line was of no use. */
export type BadLineKind =
  | 'not-a-series'
  | 'labels'
  | 'value'
  | 'timestamp'
  | 'duplicate'
  | 'too-long'
  | 'too-many-containers'
  /** The last line has no end, so nobody knows how its number would have gone on. */
  | 'cut-off';

/** How many lines of one answer were of no use for one reason. Says nothing of what stood there. */
export interface BadLines {
  readonly kind: BadLineKind;
  readonly count: number;
}

/** What one answer of a kubelet says, and what of it could not be read. */
export interface Decoded extends Omit<NodeBatch, 'node'> {
  readonly badLines: readonly BadLines[];
}

/**
 * Reads the answers of one node's `/metrics/resource`, one after the other. Keeps the last layout, so that it can hand
 * out the same object while the containers are the same.
 */
export class ResourceDecoder {
  #known: KnownLayout;

  constructor(known: KnownLayout = nothingKnown) {
    this.#known = known;
  }

  /** Never throws: a bad line costs that line. `receivedAt` is the sample time of lines that carry none. */
  decode(body: Buffer, receivedAt: EpochMs): Decoded {
    const reading = this.#begin(body);
    reading.linesUpTo(Number.POSITIVE_INFINITY);
    return this.#end(reading, receivedAt);
  }

  /** The same for a long body: so that nobody waits for its end, others have their turn every few milliseconds. */
  async decodeInTurns(body: Buffer, receivedAt: EpochMs): Promise<Decoded> {
    const reading = this.#begin(body);
    for (let end = turnLength; !reading.linesUpTo(end); end += turnLength) await setImmediate();
    return this.#end(reading, receivedAt);
  }

  #begin(body: Buffer): Reading {
    // One byte per character where it can be: utf8 takes twice as long to decode, and its strings twice the room.
    return new Reading(isAscii(body) ? body.toString('latin1') : body.toString('utf8'), this.#known);
  }

  #end(reading: Reading, receivedAt: EpochMs): Decoded {
    this.#known = reading.known();
    return reading.finish(this.#known, receivedAt);
  }
}

/** Characters read at a time; the worst of them take a few milliseconds. */
const turnLength = 2 ** 16;

interface SeriesFamily {
  readonly name: string;
  readonly of: 'container' | 'node';
  readonly quantity: Quantity;
  /** Seconds are kept as nanoseconds. */
  readonly scale: number;
}

/** In the order in which a kubelet prints them. */
const families: readonly SeriesFamily[] = [
  { name: 'container_cpu_usage_seconds_total', of: 'container', quantity: 'cpu', scale: 1e9 },
  { name: 'container_memory_working_set_bytes', of: 'container', quantity: 'memory', scale: 1 },
  { name: 'container_start_time_seconds', of: 'container', quantity: 'startedAt', scale: 1e9 },
  { name: 'container_swap_usage_bytes', of: 'container', quantity: 'swap', scale: 1 },
  { name: 'node_cpu_usage_seconds_total', of: 'node', quantity: 'cpu', scale: 1e9 },
  { name: 'node_memory_working_set_bytes', of: 'node', quantity: 'memory', scale: 1 },
  { name: 'node_swap_usage_bytes', of: 'node', quantity: 'swap', scale: 1 },
];

/** Names and labels of a series take less than 1 KiB; what is longer than this is not looked at. */
const longestLine = 16 * 1024;

/** One answer while it is being read. */
class Reading {
  readonly #text: string;
  readonly #walk: LayoutWalk;
  readonly #containers: Columns;
  readonly #node = new Columns(1);
  readonly #bad = new Map<BadLineKind, number>();
  #family: SeriesFamily | undefined;
  #at = 0;

  constructor(text: string, known: KnownLayout) {
    this.#text = text;
    this.#walk = new LayoutWalk(known);
    this.#containers = new Columns(known.layout.containers.length);
  }

  /** Reads on, line by line, until `index` is reached or passed. True at the end of the text. */
  linesUpTo(index: number): boolean {
    const { length } = this.#text;
    while (this.#at < Math.min(index, length)) {
      const end = this.#text.indexOf('\n', this.#at);
      if (end < 0) {
        this.#lose('cut-off');
        this.#at = length;
      } else {
        this.#line(this.#at, end);
        this.#at = end + 1;
      }
    }
    return this.#at >= length;
  }

  known(): KnownLayout {
    return this.#walk.finish();
  }

  finish({ layout }: KnownLayout, receivedAt: EpochMs): Decoded {
    const columns = this.#containers.finish(layout.containers.length, receivedAt);
    const nodeSample = sampleOf(this.#node.finish(1, receivedAt));
    const badLines = [...this.#bad].map(([kind, count]) => ({ kind, count }));
    const cutOff = this.#bad.has('cut-off');
    return { ...(nodeSample && { nodeSample }), layout, ...(cutOff && { cutOff }), ...columns, badLines };
  }

  #line(start: number, end: number): void {
    const first = this.#text.charCodeAt(start);
    if (first === hash || start === end) return;
    if (first !== smallC && first !== smallN) return this.#foreign(start, end);
    const family = this.#familyAt(start);
    if (family === undefined) return;
    if (end - start > longestLine) return this.#lose('too-long');
    if (family.of === 'node') this.#nodeLine(family, start + family.name.length, end);
    else this.#containerLine(family, start + family.name.length, end);
  }

  #containerLine(family: SeriesFamily, afterName: number, end: number): void {
    if (family !== this.#family) this.#walk.rewind();
    this.#family = family;
    const brace = skipBlanks(this.#text, afterName);
    const place = this.#text[brace] === '{' ? this.#walk.find(this.#text, brace + 1, end) : undefined;
    if (place === undefined) return this.#lose(this.#walk.full ? 'too-many-containers' : 'labels');
    this.#store(family, this.#containers, place.slot, parseNumbers(this.#text, place.end, end));
  }

  /** A node has one series per family. Labels on it, as some exporters add, end at the last brace of the line. */
  #nodeLine(family: SeriesFamily, afterName: number, end: number): void {
    const rest = this.#text.slice(afterName, end);
    const close = rest.lastIndexOf('}');
    if (close < 0 && rest.includes('{')) return this.#lose('labels');
    this.#store(family, this.#node, 0, parseNumbers(this.#text, afterName + close + 1, end));
  }

  #store({ quantity, scale }: SeriesFamily, columns: Columns, slot: number, { value, timestamp }: Numbers): void {
    const scaled = Math.trunc(value * scale) + 0;
    // Beyond 2^63 it is no count of bytes or nanoseconds, whatever the text says; NaN fails both comparisons.
    if (!(scaled >= 0 && scaled < 2 ** 63)) return this.#lose('value');
    if (timestamp !== undefined && Number.isNaN(timestamp)) return this.#lose('timestamp');
    // Nothing started in 1970: zero is how "unset" looks when it is printed as a time.
    if (quantity === 'startedAt' && scaled === 0) return;
    if (!columns.set(quantity, slot, scaled, timestamp)) this.#lose('duplicate');
  }

  /** A line of another family is none of our business; one that is of no family says that the answer is damaged. */
  #foreign(start: number, end: number): void {
    const begin = skipBlanks(this.#text, start);
    if (begin < end && this.#text[begin] !== '\r' && (begin > start || !nameStart.test(this.#text[start] ?? ''))) {
      this.#lose('not-a-series');
    }
  }

  #familyAt(start: number): SeriesFamily | undefined {
    const last = this.#family;
    if (last !== undefined && this.#isOf(last, start)) return last;
    return families.find((family) => this.#isOf(family, start));
  }

  #isOf({ name }: SeriesFamily, start: number): boolean {
    if (!this.#text.startsWith(name, start)) return false;
    const behind = this.#text.charCodeAt(start + name.length);
    return behind === brace || !nameGoesOn.test(this.#text[start + name.length] ?? '');
  }

  #lose(kind: BadLineKind): void {
    this.#bad.set(kind, (this.#bad.get(kind) ?? 0) + 1);
  }
}

const hash = 0x23;
const brace = 0x7b;
const smallC = 0x63;
const smallN = 0x6e;
const nameStart = /[a-zA-Z_:]/;
const nameGoesOn = /[a-zA-Z0-9_:]/;

/** The node's own sample; a node is of use to nobody without both CPU and memory. */
function sampleOf({ cpu, memory, swap, sampledAt }: ReturnType<Columns['finish']>): Sample | undefined {
  const [cpuTotal = Number.NaN, bytes = Number.NaN, swapped = Number.NaN] = [cpu[0], memory[0], swap[0]];
  if (Number.isNaN(cpuTotal) || Number.isNaN(bytes)) return undefined;
  return {
    sampledAt: as(sampledAt[0] ?? Number.NaN),
    cpu: as(cpuTotal),
    memory: as(bytes),
    ...(!Number.isNaN(swapped) && { swap: as<Bytes>(swapped) }),
  };
}
