import type { ContainerLayout } from '../../model/batch.ts';
import { ByteText } from './byte-text.ts';

/** Where a name stands in a body. */
export interface NameRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Reads label sets from a body's bytes, if they are spelled as a kubelet spells them:
 *
 * ```text
 *   container_cpu_usage_seconds_total{container="app",namespace="team-7",pod="web-7ccbfb78fd-ffgpr"} 0.21 1795231551832
 *                                                ^start                                              ^end
 * ```
 */
export class LabelBytes {
  readonly #body: Buffer;
  readonly #view: DataView;
  #end = 0;
  readonly #container = { start: 0, end: 0 };
  readonly #namespace = { start: 0, end: 0 };
  readonly #pod = { start: 0, end: 0 };

  /** Both are of the same bytes, the last of which is a line feed. */
  constructor(body: Buffer, view: DataView) {
    this.#body = body;
    this.#view = view;
  }

  /** Index behind the label set that was recognised or read last, and behind its blank. */
  get end(): number {
    return this.#end;
  }

  /** Of the label set that was read last. */
  get container(): NameRange {
    return this.#container;
  }

  get namespace(): NameRange {
    return this.#namespace;
  }

  get pod(): NameRange {
    return this.#pod;
  }

  /** Whether it is the label set of a container whose names we hold, all of them plain. */
  isOf({ namespaces, pods, containers }: ContainerLayout, slot: number, start: number): boolean {
    let at = this.#behind(containers[slot] ?? '', start);
    if (at < 0 || !beforeNamespace.isAt(this.#view, at)) return false;
    at = this.#behind(namespaces[slot] ?? '', at + beforeNamespace.length);
    if (at < 0 || !beforePod.isAt(this.#view, at)) return false;
    at = this.#behind(pods[slot] ?? '', at + beforePod.length);
    return at >= 0 && this.#closes(at);
  }

  /** Finds the names, which are plain if it returns true. */
  read(start: number): boolean {
    return (
      this.#readName(this.#container, start) &&
      beforeNamespace.isAt(this.#view, this.#container.end) &&
      this.#readName(this.#namespace, this.#container.end + beforeNamespace.length) &&
      beforePod.isAt(this.#view, this.#namespace.end) &&
      this.#readName(this.#pod, this.#namespace.end + beforePod.length) &&
      this.#closes(this.#pod.end)
    );
  }

  /** Whether this name stands there. */
  isName(name: string, { start, end }: NameRange): boolean {
    return name.length === end - start && this.#behind(name, start) === end;
  }

  /** A string of its own, of which nothing else hangs. */
  name({ start, end }: NameRange): string {
    return this.#body.toString('latin1', start, end);
  }

  /** Index behind the name if it stands there, otherwise -1. */
  #behind(name: string, start: number): number {
    const body = this.#body;
    const { length } = name;
    for (let index = 0; index < length; index++) if (body[start + index] !== name.charCodeAt(index)) return -1;
    return start + length;
  }

  #closes(at: number): boolean {
    const body = this.#body;
    this.#end = at + 3;
    return body[at] === quote && body[at + 1] === brace && body[at + 2] === blank;
  }

  /** Up to the first byte that may not stand in a plain name: its closing quote, or something that is none of ours. */
  #readName(range: { start: number; end: number }, start: number): boolean {
    const body = this.#body;
    let at = start;
    for (;;) {
      const code = body[at] ?? 0;
      if (code < blank || code > lastPlain || code === quote || code === backslash) break;
      at++;
    }
    range.start = start;
    range.end = at;
    return at > start;
  }
}

const beforeNamespace = new ByteText('",namespace="');
const beforePod = new ByteText('",pod="');

const blank = 0x20;
const quote = 0x22;
const backslash = 0x5c;
const brace = 0x7d;
const lastPlain = 0x7e;
