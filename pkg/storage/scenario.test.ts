import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { WoundClock } from '../lifecycle/wound-clock.ts';
import type { NodeBatch } from '../model/batch.ts';
import type { PodUsage, Sample, Usage } from '../model/sample.ts';
import { as, type Bytes, type CoreNanoseconds, type EpochMs } from '../model/units.ts';
import { silentLogger } from '../telemetry/logger.ts';
import { Storage } from './storage.ts';

/**
 * Stories of what kubelets say and what is answered, in testdata/*.txt. The first line is the promise.
 *
 *   resolution 15s · window 5m · epoch 0s     before anything else; all with defaults
 *   at 30s  web/app  on=n1 sampled=28s start=-1h cpu=2s mem=2Mi swap=0   -> rule: answer for that container
 *   at 30s  node     cpu=2s mem=2Mi                                      -> rule: answer for the node
 *   at 30s  web | web/app | node | ready | points | settled | size | forget | empty
 *
 * Lines with one time and one node that bring samples are one answer of that kubelet, complete. `sampled` is `at`
 * unless said; `cut=off` on the last line says that the answer ended there, in the middle of a line. The runner writes the right-hand sides anew; they must come out as they stand in the file.
 */
const directory = join(import.meta.dirname, 'testdata');

for (const file of globSync('*.txt', { cwd: directory }).sort()) {
  const text = readFileSync(join(directory, file), 'utf8');
  const promise = text.split('\n', 1)[0]?.replace(/^# /, '') ?? '';
  test(`${file.replace('.txt', '')}: ${promise}`, async () => {
    assert.equal(await replay(text), text);
  });
}

interface Line {
  readonly atMs: number;
  readonly subject: string;
  readonly fields: ReadonlyMap<string, string>;
}

/** The text of a scenario with what really happens on its right-hand sides. */
async function replay(text: string): Promise<string> {
  const stage = new Stage(text);
  const lines = text.split('\n');
  const told: string[] = [];
  for (let first = 0; first < lines.length; ) {
    const end = endOfAnswer(lines, first);
    told.push(...(await stage.play(lines.slice(first, end))));
    first = end;
  }
  return told.join('\n');
}

/** One past the last line that belongs to the kubelet's answer which begins at `first`. */
function endOfAnswer(lines: readonly string[], first: number): number {
  const head = parse(lines[first] ?? '');
  let end = first + 1;
  if (head === undefined || !isSample(head)) return end;
  for (let line = parse(lines[end] ?? ''); line && isSample(line); line = parse(lines[++end] ?? '')) {
    if (line.atMs !== head.atMs || nodeOf(line) !== nodeOf(head)) break;
  }
  return end;
}

class Stage {
  readonly #clock = new WoundClock();
  readonly #storage: Storage;
  readonly #epochMs: number;
  readonly #rules = new Map<string, string>();
  readonly #settled = new Map<string, boolean>();

  constructor(text: string) {
    const setting = (name: string, otherwise: string): number =>
      ms(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1] ?? otherwise);
    this.#epochMs = setting('epoch', `${Date.UTC(2026, 10, 21, 12)}ms`);
    this.#storage = new Storage({
      metricResolutionMs: setting('resolution', '15s'),
      windowMs: setting('window', '5m'),
      clock: this.#clock,
      log: silentLogger,
      witness: (rule, { node, container }) =>
        this.#rules.set(container ? `${node} ${container.pod}/${container.name}` : `${node} node`, rule),
    });
  }

  /** Plays one line, or the lines of one answer, and returns them with their right-hand sides. */
  async play(lines: readonly string[]): Promise<string[]> {
    const parsed = lines.map(parse);
    const [head] = parsed;
    if (head === undefined) return [...lines];
    await this.#clock.wind(head.atMs - this.#clock.monotonic());
    if (isSample(head) || head.subject === 'empty') {
      const batch = this.#batch(parsed.filter((line) => line !== undefined && isSample(line)) as Line[], nodeOf(head));
      this.#settled.set(batch.node, this.#storage.store(batch).settled);
    }
    if (head.subject === 'forget') this.#storage.forgetNode(nodeOf(head));
    return lines.map((line, index) => this.#tell(line, parsed[index]));
  }

  #tell(text: string, line: Line | undefined): string {
    if (line === undefined || !text.includes('->')) return text;
    const rule = isSample(line) ? `${this.#rules.get(`${nodeOf(line)} ${line.subject}`)}: ` : '';
    return `${text.slice(0, text.indexOf('->'))}-> ${rule}${this.#answer(line)}`;
  }

  #answer({ subject, fields }: Line): string {
    const node = fields.get('on') ?? 'n1';
    switch (subject) {
      case 'node':
        return this.#usageText(this.#storage.nodeUsage(node));
      case 'ready':
        return record(this.#storage.ready);
      case 'points':
        return record(this.#storage.points());
      case 'size':
        return record(this.#storage.size);
      case 'settled':
        return String(this.#settled.get(node));
      default:
        return this.#podAnswer(subject);
    }
  }

  #podAnswer(subject: string): string {
    const [pod = '', container] = subject.split('/');
    const usage = this.#storage.podUsage({ namespace: 'demo', name: pod });
    if (container === undefined) return this.#podText(usage);
    return this.#usageText(usage?.containers.find(({ name }) => name === container)?.usage);
  }

  #podText(pod: PodUsage | undefined): string {
    if (pod === undefined) return 'nothing';
    const containers = pod.containers.map(({ name, usage }) => `${name}=${cores(usage.cpu)}`).join(' ');
    return `at=${this.#moment(pod.sampledAt)} window=${duration(pod.windowNs)} ${containers}`;
  }

  #usageText(usage: Usage | undefined): string {
    if (usage === undefined) return 'nothing';
    const { sampledAt, windowNs, cpu, memory, swap } = usage;
    const rest = `at=${this.#moment(sampledAt)} window=${duration(windowNs)}`;
    return `cpu=${cores(cpu)} mem=${bytes(memory)} ${swap === undefined ? '' : `swap=${bytes(swap)} `}${rest}`;
  }

  #moment(sampledAt: number): string {
    return duration((sampledAt - this.#epochMs) * 1e6);
  }

  #batch(lines: readonly Line[], node: string): NodeBatch {
    const samples = lines.filter(({ subject }) => subject !== 'node');
    const own = lines.find(({ subject }) => subject === 'node');
    const part = (index: number): string[] => samples.map(({ subject }) => subject.split('/')[index] ?? '');
    return {
      node,
      layout: { namespaces: samples.map(() => 'demo'), pods: part(0), containers: part(1) },
      sampledAt: Float64Array.from(samples, (line) => this.#sampledAt(line)),
      startedAt: Float64Array.from(samples, ({ fields }) => this.#epochMs * 1e6 + ns(fields.get('start'))),
      cpu: Float64Array.from(samples, ({ fields }) => ns(fields.get('cpu'))),
      memory: Float64Array.from(samples, ({ fields }) => amount(fields.get('mem'))),
      swap: Float64Array.from(samples, ({ fields }) => amount(fields.get('swap'))),
      ...(own && { nodeSample: this.#sample(own) }),
      ...(lines.at(-1)?.fields.get('cut') === 'off' && { cutOff: true }),
    };
  }

  #sample(line: Line): Sample {
    const swap = line.fields.get('swap');
    return {
      sampledAt: as<EpochMs>(this.#sampledAt(line)),
      cpu: as<CoreNanoseconds>(ns(line.fields.get('cpu'))),
      memory: as<Bytes>(amount(line.fields.get('mem'))),
      ...(swap !== undefined && { swap: as<Bytes>(amount(swap)) }),
    };
  }

  #sampledAt({ atMs, fields }: Line): number {
    const sampled = fields.get('sampled');
    return this.#epochMs + (sampled === undefined ? atMs : ms(sampled));
  }
}

function parse(text: string): Line | undefined {
  const [at, time, subject = '', ...rest] = (text.split('->')[0] ?? '').trim().split(/\s+/);
  if (at !== 'at' || time === undefined) return undefined;
  const pairs = rest.filter((word) => word.includes('=')).map((word) => word.split('=') as [string, string]);
  return { atMs: ms(time), subject, fields: new Map(pairs) };
}

const isSample = ({ fields }: Line): boolean => fields.has('cpu') || fields.has('mem');
const nodeOf = ({ fields }: Line): string => fields.get('on') ?? 'n1';
const unitsNs: Readonly<Record<string, number>> = { ns: 1, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };
const unitsBytes: Readonly<Record<string, number>> = { '': 1, Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3 };

/** Nanoseconds of `1.5s`; NaN of anything else, which is how a scenario writes a bad line. */
function ns(text = ''): number {
  const [, value, unit = ''] = /^(-?[\d.e+]+)(ns|ms|s|m|h)$/.exec(text) ?? [];
  return value === undefined ? Number.NaN : Math.trunc(Number(value) * (unitsNs[unit] ?? Number.NaN));
}

function ms(text: string): number {
  const value = ns(text);
  assert.ok(!Number.isNaN(value), `not a duration: ${text}`);
  return Math.round(value / 1e6);
}

function amount(text = ''): number {
  const [, value, unit = ''] = /^(-?[\d.]+)(Ki|Mi|Gi|)$/.exec(text) ?? [];
  return value === undefined ? Number.NaN : Number(value) * (unitsBytes[unit] ?? Number.NaN);
}

const cores = (nano: number): string => (nano % 1e6 === 0 ? `${nano / 1e6}m` : `${nano}n`);
const duration = (nano: number): string => (nano % 1e6 === 0 ? `${nano / 1e9}s` : `${nano}ns`);

function bytes(value: number): string {
  const unit = ['Gi', 'Mi', 'Ki'].find((name) => value > 0 && value % (unitsBytes[name] ?? 1) === 0) ?? '';
  return `${value / (unitsBytes[unit] ?? 1)}${unit}`;
}

const record = (values: Readonly<Record<string, number | boolean>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
