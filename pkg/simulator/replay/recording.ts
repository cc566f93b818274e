import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One line of a recorded answer. */
export interface RecordedLine {
  readonly family: string;
  /** Between the braces; empty for lines without labels. */
  readonly labels: string;
  /** As the kubelet printed it. */
  readonly value: string;
  /** Epoch milliseconds of the sample; absent for start times and the scrape error. */
  readonly sampledAt?: number;
}

/** The lines of one metric family, under its HELP and TYPE. */
export interface RecordedFamily {
  readonly head: string;
  readonly lines: readonly RecordedLine[];
}

/** What a real kubelet answered at one moment. */
export interface RecordedMoment {
  readonly name: string;
  /** Epoch milliseconds when the answer was made; no sample in it is younger. */
  readonly at: number;
  /** Absent when the kubelet refused connections. */
  readonly families?: readonly RecordedFamily[];
}

/** What a real kubelet answered over a few minutes, oldest first. The first and the last moment have an answer. */
export type Recording = readonly RecordedMoment[];

interface Entry {
  readonly name: string;
  readonly at: number;
  readonly answers: boolean;
}

/** Reads `moments.json` and the answers it names from a folder. Throws when one is missing or is not an answer. */
export async function loadRecording(folder: string): Promise<Recording> {
  const entries = JSON.parse(await readFile(join(folder, 'moments.json'), 'utf8')) as readonly Entry[];
  return Promise.all(
    entries.map(async ({ name, at, answers }) =>
      answers ? recordedMoment(name, at, await readFile(join(folder, `${name}.txt`), 'utf8')) : { name, at },
    ),
  );
}

function recordedMoment(name: string, askedAt: number, text: string): RecordedMoment {
  const families = parseFamilies(text);
  const newest = families.flatMap(({ lines }) => lines.map(({ sampledAt = 0 }) => sampledAt));
  return { name, at: Math.max(askedAt, ...newest), families };
}

/** Takes an answer of `/metrics/resource` apart so that putting it together again gives the same bytes. */
export function parseFamilies(text: string): RecordedFamily[] {
  const families: { head: string; lines: RecordedLine[] }[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('# HELP')) families.push({ head: `${line}\n`, lines: [] });
    const family = families.at(-1);
    if (family === undefined || line === '') continue;
    if (line.startsWith('# TYPE')) family.head += `${line}\n`;
    else if (!line.startsWith('#')) family.lines.push(parseLine(line));
  }
  return families;
}

function parseLine(line: string): RecordedLine {
  const [, family = '', labels = '', value = '', sampledAt] =
    /^([a-z_]+)(?:\{([^}]*)\})? (\S+)(?: (\d+))?$/.exec(line) ?? raise(`not a line of a recorded answer: ${line}`);
  return { family, labels, value, ...(sampledAt === undefined ? {} : { sampledAt: Number(sampledAt) }) };
}

function raise(message: string): never {
  throw new Error(message);
}

/** What the labels of a line name; all undefined for the node. */
export function namedBy(labels: string): {
  readonly namespace?: string;
  readonly pod?: string;
  readonly container?: string;
} {
  const pairs = [...labels.matchAll(/(container|namespace|pod)="([^"]*)"/g)].map(([, name, value]) => [name, value]);
  return Object.fromEntries(pairs);
}
