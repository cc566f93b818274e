import type { Sample } from '../../model/sample.ts';
import { as, type Bytes, type EpochMs } from '../../model/units.ts';
import { isSameText, lineEnd, lineFeed } from './byte-text.ts';
import { Columns, columnOf } from './columns.ts';
import type { BadLineKind, Decoded } from './decoded.ts';
import { families, isFamilyStart, type SeriesFamily } from './families.ts';
import { parseContainerLabels, skipBlanks } from './label-set.ts';
import { type KnownLayout, LayoutWalk } from './layout-walk.ts';
import { type Numbers, parseNumbers } from './number-text.ts';
import { QuickNumbers } from './quick-numbers.ts';

/**
 * One answer while it is being read.
 *
 * Each line is read from its bytes on the assumption that it is what a kubelet writes next: then it is over in one pass,
 * and makes nothing. Where anything about it is unusual, nothing has been taken yet, and the line is made into a string
 * and parsed with all that the text format allows. That takes ten times as long, and is what the other way is tested against.
 */
export class Reading {
  readonly #body: Buffer;
  readonly #view: DataView;
  readonly #walk: LayoutWalk;
  readonly #numbers: QuickNumbers;
  readonly #containers: Columns;
  readonly #node = new Columns(1);
  #bad: Map<BadLineKind, number> | undefined;
  #family: SeriesFamily | undefined;
  #at = 0;

  constructor(body: Buffer, known: KnownLayout) {
    // All lines that have an end: whoever reads forward in them meets a line feed before the end of the memory.
    const whole = body.lastIndexOf(lineFeed) + 1;
    this.#body = body;
    this.#view = new DataView(body.buffer, body.byteOffset, whole);
    this.#walk = new LayoutWalk(body, this.#view, known);
    this.#numbers = new QuickNumbers(body);
    this.#containers = new Columns(known.layout.containers.length + 8);
  }

  /** Reads on, line by line, until `index` is reached or passed. True at the end of the body. */
  linesUpTo(index: number): boolean {
    const { byteLength } = this.#view;
    const stop = Math.min(index, byteLength);
    while (this.#at < stop) {
      const next = isFamilyStart(this.#body[this.#at] ?? 0) ? this.#quickLine(this.#at) : -1;
      this.#at = next < 0 ? this.#anyLine(this.#at) : next;
    }
    return this.#at >= byteLength;
  }

  known(): KnownLayout {
    return this.#walk.finish();
  }

  finish({ layout }: KnownLayout, receivedAt: EpochMs): Decoded {
    const cutOff = this.#view.byteLength < this.#body.length;
    if (cutOff) this.#lose('cut-off');
    const columns = this.#containers.finish(layout.containers.length, receivedAt);
    const nodeSample = sampleOf(this.#node, receivedAt);
    const badLines = this.#bad === undefined ? [] : Array.from(this.#bad, ([kind, count]) => ({ kind, count }));
    return { ...(nodeSample && { nodeSample }), layout, ...(cutOff && { cutOff }), ...columns, badLines };
  }

  /** Index behind the line, or -1 where it is not as simple as a kubelet writes it; nothing was taken then. */
  #quickLine(start: number): number {
    const family = this.#familyOpening(start);
    if (family === undefined) return -1;
    const from = start + family.opening.length;
    const isContainer = family.of === 'container';
    return isContainer ? this.#quickContainerLine(family, from) : this.#quickNodeLine(family, from);
  }

  #quickContainerLine(family: SeriesFamily, from: number): number {
    const slot = this.#walk.find(from);
    if (slot < 0) return -1;
    const valueEnd = this.#numbers.readValue(this.#walk.end);
    if (valueEnd < 0) return -1;
    const next = this.#quickTime(family, slot, valueEnd);
    if (next < 0 || next - from > longestQuick || !this.#quickStore(family, this.#containers, slot)) return -1;
    this.#walk.take(slot, from);
    if (family.column === columnOf.cpu && next - valueEnd === usualTime + 1) {
      this.#walk.firstLines.keepTime(slot, valueEnd + 1);
    }
    return next;
  }

  #quickNodeLine(family: SeriesFamily, from: number): number {
    const valueEnd = this.#numbers.readValue(from);
    const next = valueEnd < 0 ? -1 : this.#quickTime(family, 0, valueEnd);
    return next < 0 || !this.#quickStore(family, this.#node, 0) ? -1 : next;
  }

  /** False where the number is none of those that are kept without more ado. */
  #quickStore({ column, scale }: SeriesFamily, columns: Columns, slot: number): boolean {
    const scaled = Math.trunc(this.#numbers.value * scale);
    if (scaled >= 2 ** 63 || (scaled === 0 && column === columnOf.startedAt)) return false;
    return columns.set(column, slot, scaled, this.#numbers.time);
  }

  /** Index behind the line whose value ends there, or -1. A time that is said already is not read again. */
  #quickTime({ column, of }: SeriesFamily, slot: number, valueEnd: number): number {
    const numbers = this.#numbers;
    numbers.forgetTime();
    const behind = this.#body[valueEnd];
    if (behind === lineFeed) return valueEnd + 1;
    if (behind !== blank) return -1;
    const start = valueEnd + 1;
    if (of === 'container' && column !== columnOf.cpu) {
      const said = this.#walk.firstLines.timeAt(slot);
      if (said > 0 && isSameText(this.#view, start, said, usualTime)) return start + usualTime;
    }
    return numbers.readTime(start);
  }

  /** The family with whose opening a line begins. Mostly it is that of the line before, or else the next one. */
  #familyOpening(start: number): SeriesFamily | undefined {
    const last = this.#family;
    if (last?.opening.isAt(this.#view, start)) return last;
    for (const family of families) {
      if (!family.opening.isAt(this.#view, start)) continue;
      this.#family = family;
      this.#walk.rewind();
      return family;
    }
    return undefined;
  }

  /** Index behind the line, whatever it is. */
  #anyLine(start: number): number {
    const end = lineEnd(this.#view, start);
    const first = this.#body[start] ?? 0;
    if (first === hash || start === end) return end + 1;
    if (isFamilyStart(first)) this.#oddLine(start, end);
    else if (this.#isNonsense(start, end)) this.#lose('not-a-series');
    return end + 1;
  }

  /** A line of another family is none of our business; one that is of no family says that the answer is damaged. */
  #isNonsense(start: number, end: number): boolean {
    const body = this.#body;
    let begin = start;
    while (body[begin] === blank || body[begin] === tab) begin++;
    return begin < end && body[begin] !== carriageReturn && (begin > start || !isNameStart(body[start] ?? 0));
  }

  /** A line that may be of a family of ours, although it does not look as a kubelet would write it. */
  #oddLine(start: number, end: number): void {
    const view = this.#view;
    const family = families.find(
      ({ nameText }) => nameText.isAt(view, start) && !goesOnName(this.#body[start + nameText.length] ?? 0),
    );
    if (family === undefined) return;
    // No character takes more than three bytes for each 16 bits of a string.
    const line = end - start > 3 * longestLine ? undefined : this.#body.toString('utf8', start, end);
    if (line === undefined || line.length > longestLine) return this.#lose('too-long');
    if (family.of === 'node') this.#oddNodeLine(family, line);
    else this.#oddContainerLine(family, line);
  }

  #oddContainerLine(family: SeriesFamily, line: string): void {
    const brace = skipBlanks(line, family.name.length);
    const labels = line[brace] === '{' ? parseContainerLabels(line, brace + 1, line.length) : undefined;
    const slot = labels === undefined ? -1 : this.#walk.slotOf(labels);
    if (labels === undefined || slot < 0) return this.#lose(this.#walk.full ? 'too-many-containers' : 'labels');
    this.#store(family, slot, parseNumbers(line, labels.end, line.length));
  }

  /** A node has one series per family. Labels on it, as some exporters add, end at the last brace of the line. */
  #oddNodeLine(family: SeriesFamily, line: string): void {
    const close = line.lastIndexOf('}');
    if (close < 0 && line.includes('{')) return this.#lose('labels');
    this.#store(family, 0, parseNumbers(line, Math.max(close + 1, family.name.length), line.length));
  }

  #store({ of, column, scale }: SeriesFamily, slot: number, { value, timestamp }: Numbers): void {
    const scaled = Math.trunc(value * scale) + 0;
    // Beyond 2^63 it is no count of bytes or nanoseconds, whatever the text says; NaN fails both comparisons.
    if (!(scaled >= 0 && scaled < 2 ** 63)) return this.#lose('value');
    if (timestamp !== undefined && Number.isNaN(timestamp)) return this.#lose('timestamp');
    // Nothing started in 1970: zero is how "unset" looks when it is printed as a time.
    if (column === columnOf.startedAt && scaled === 0) return;
    const columns = of === 'container' ? this.#containers : this.#node;
    if (!columns.set(column, slot, scaled, timestamp ?? Number.NaN)) this.#lose('duplicate');
  }

  #lose(kind: BadLineKind): void {
    this.#bad ??= new Map();
    this.#bad.set(kind, (this.#bad.get(kind) ?? 0) + 1);
  }
}

/** The node's own sample; a node is of use to nobody without both CPU and memory. */
function sampleOf(node: Columns, receivedAt: EpochMs): Sample | undefined {
  const cpu = node.get(columnOf.cpu, 0);
  const memory = node.get(columnOf.memory, 0);
  const swap = node.get(columnOf.swap, 0);
  const sampledAt = node.get(columnOf.sampledAt, 0);
  if (Number.isNaN(cpu) || Number.isNaN(memory)) return undefined;
  return {
    sampledAt: Number.isNaN(sampledAt) ? receivedAt : as(sampledAt),
    cpu: as(cpu),
    memory: as(memory),
    ...(!Number.isNaN(swap) && { swap: as<Bytes>(swap) }),
  };
}

/** Names and labels of a series take less than 1 KiB; what is longer than this, in characters, is not looked at. */
const longestLine = 16 * 1024;
/** Whatever is no longer than this behind its opening is no longer than `longestLine`. */
const longestQuick = longestLine - 64;
/** A time of thirteen digits, from 2001 to 2286, and the line feed behind it. */
const usualTime = 14;

const tab = 0x09;
const carriageReturn = 0x0d;
const blank = 0x20;
const hash = 0x23;

const isLetter = (code: number): boolean => (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
const isNameStart = (code: number): boolean => isLetter(code) || code === 0x5f || code === 0x3a; // _ :
const goesOnName = (code: number): boolean => isNameStart(code) || (code >= 0x30 && code <= 0x39);
