import winston from 'winston';
import { plain } from './plain.ts';

/** Facts of one log line. An Error is printed with its causes; nothing secret belongs here. */
export type Facts = Readonly<Record<string, unknown>>;

/** What everything in the house logs to. The message is a constant; what varies goes into facts. */
export interface Logger {
  info(message: string, facts?: Facts): void;
  warn(message: string, facts?: Facts): void;
  error(message: string, facts?: Facts): void;
  /**
   * A line for those who asked for it with `-v=<verbosity>` or more (1 … 10, as klog uses it). Facts that cost something are
   * given as a function, which is not called when nobody asked.
   */
  detail(verbosity: number, message: string, facts?: Facts | (() => Facts)): void;
  /** The same log, its lines marked as coming from `room`. */
  named(room: string): Logger;
}

/** The log of the whole program. */
export interface AdjustableLogger extends Logger {
  /** Another `-v` from now on, for all rooms but those with a rule of their own. */
  setVerbosity(verbosity: number): void;
}

/** How much the rooms say whose name is like the pattern: `*` stands for any text, `?` for one letter. */
export interface VerbosityRule {
  readonly pattern: string;
  readonly verbosity: number;
}

/** How lines look, which are written, and where. */
export interface LoggerOptions {
  /** `text` as klog writes it, `json` with klog's keys. */
  readonly format: 'text' | 'json';
  /** `-v`. */
  readonly verbosity: number;
  /** Verbosities of single rooms, whatever `-v` says; the first rule that fits counts. */
  readonly verbosityRules?: readonly VerbosityRule[];
  /** Where lines go, normally stderr. */
  readonly stream: NodeJS.WritableStream;
}

type Level = 'info' | 'warn' | 'error';

const letters: Readonly<Record<Level, string>> = { info: 'I', warn: 'W', error: 'E' };

/** A logger over winston in the layout of klog, which log pipelines of Kubernetes components already parse. */
export function createLogger({ format, verbosity, verbosityRules = [], stream }: LoggerOptions): AdjustableLogger {
  const layout = format === 'json' ? jsonLine : textLine;
  // Whoever reads our stderr may leave; what remains is to go on without a log.
  stream.on('error', () => undefined);
  const sink = winston.createLogger({
    level: 'info',
    format: winston.format.printf((entry) => layout(entry as unknown as Entry)),
    transports: [new winston.transports.Stream({ stream })],
  });
  const write = (entry: Omit<Entry, 'at'>): void => {
    sink.log({ ...entry, at: new Date() });
  };
  let usual = verbosity;
  const limitOf = (room: string): (() => number) => {
    const rule = verbosityRules.find(({ pattern }) => isLike(pattern, room));
    return rule === undefined ? () => usual : () => rule.verbosity;
  };
  return {
    ...roomLogger('main', { write, limitOf }),
    setVerbosity(changed) {
      usual = changed;
    },
  };
}

/** Whether a name is like a pattern with `*` for any text and `?` for one letter. */
function isLike(pattern: string, name: string): boolean {
  const source = pattern
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(name);
}

/** Where lines go, and how much each room may say at the moment. */
interface Sink {
  readonly write: (entry: Omit<Entry, 'at'>) => void;
  readonly limitOf: (room: string) => () => number;
}

interface Entry {
  readonly level: Level;
  readonly message: string;
  readonly at: Date;
  readonly room: string;
  readonly verbosity: number;
  readonly facts: Facts;
}

function roomLogger(room: string, sink: Sink): Logger {
  const { write } = sink;
  const limit = sink.limitOf(room);
  const line =
    (level: Level) =>
    (message: string, facts: Facts = {}): void =>
      write({ level, message, room, verbosity: 0, facts });
  return {
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    detail(verbosity, message, facts = {}) {
      if (verbosity > limit()) return;
      write({ level: 'info', message, room, verbosity, facts: typeof facts === 'function' ? facts() : facts });
    },
    named: (name) => roomLogger(name, sink),
  };
}

/** `I1121 08:54:28.123456 scraper] "Node scraped" node="n1"`: klog's header without process id and source line. */
function textLine({ level, message, at, room, facts }: Entry): string {
  const pairs = Object.entries(plainFacts(facts)).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`);
  return `${letters[level]}${stampOf(at)} ${room}] ${JSON.stringify(message)}${pairs.join('')}`;
}

/** Month, day and time of day where the process is, as klog has them. */
function stampOf(at: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = two(at.getMonth() + 1) + two(at.getDate());
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':');
  return `${day} ${time}.${String(at.getMilliseconds()).padStart(3, '0')}000`;
}

/** One JSON object a line with klog's keys: ts (milliseconds), caller, msg, v, then the facts, which replace none of them. */
function jsonLine({ level, message, at, room, verbosity, facts }: Entry): string {
  const severity = level === 'info' ? { v: verbosity } : { severity: level };
  const head = { ts: at.getTime(), caller: room, msg: message, ...severity };
  return JSON.stringify({ ...head, ...plainFacts(facts), ...head });
}

/** The facts as JSON can hold them. One that is undefined is none. */
function plainFacts(facts: Facts): Record<string, unknown> {
  const known = Object.keys(facts).map((key) => [key, plain(() => facts[key])]);
  return Object.fromEntries(known.filter(([, value]) => value !== undefined));
}

/** A log nobody reads, for tests and libraries. */
export const silentLogger: Logger = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  detail: () => undefined,
  named: () => silentLogger,
};
