import type { FlagSection } from './flags/flag.ts';
import { allFlags } from './flags/sections.ts';
import { nearest } from './nearest.ts';

/** A command line taken apart: which flag was given which text, before anybody looks into the texts. */
export interface CommandLine {
  /** Every flag in the form `--name=text`, in order. */
  readonly flags: readonly string[];
  /** Words that belong to no flag. The reference starts all the same, so we do. */
  readonly words: readonly string[];
  /** Flags given by a name they had once: a sentence each that says what to write instead. */
  readonly renamed: readonly string[];
  readonly problems: readonly string[];
}

/** Texts of switches that are off. */
const off = ['0', 'f', 'false', 'no', 'off'];

/**
 * Splits a command line as Go's pflag does, whose users we take over: a switch never takes the next word, any other flag
 * takes it whatever it begins with, letters may be run together (`-hv2`), and `--` ends the flags.
 */
export function splitCommandLine(args: readonly string[], known: FlagSection = allFlags): CommandLine {
  const line: Parts = { known, flags: [], words: [], renamed: [], problems: [] };
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (arg === '--') {
      line.words.push(...args.slice(at + 1));
      break;
    }
    const next = args[at + 1];
    if (arg.startsWith('--')) at += long(arg, next, line);
    else if (arg.startsWith('-') && arg !== '-') at += short(arg, next, line);
    else line.words.push(arg);
  }
  return line;
}

interface Parts {
  /** The flags there are. */
  readonly known: FlagSection;
  readonly flags: string[];
  readonly words: string[];
  readonly renamed: string[];
  readonly problems: string[];
}

/** `--name`, `--name=text` or `--name text`. Returns how many words after it belong to it. */
function long(arg: string, next: string | undefined, line: Parts): number {
  const [, given = '', text] = /^--([^=]*)(?:=(.*))?$/s.exec(arg) ?? [];
  const name = flagOfFormerName(line.known, given) ?? given;
  if (!Object.hasOwn(line.known, name)) {
    line.problems.push(`unknown flag --${name}: ${hintFor(line.known, name)}`);
    return 0;
  }
  if (name !== given) line.renamed.push(`--${given} is now --${name}`);
  return take(name, text, next, line);
}

/** `-v`, `-v2`, `-v=2`, `-v 2`, and switches before it: `-hv2`. Returns how many words after it belong to it. */
function short(arg: string, next: string | undefined, line: Parts): number {
  for (let at = 1; at < arg.length; at++) {
    const letter = arg[at] ?? '';
    const name = flagOfLetter(line.known, letter);
    if (name === undefined) {
      const word = arg.slice(1).replace(/=.*/s, '');
      line.problems.push(`unknown flag -${letter}${arg.length > 2 ? ` in ${arg}` : ''}: ${hintFor(line.known, word)}`);
      return 0;
    }
    const rest = arg.slice(at + 1);
    const text = rest.startsWith('=') ? rest.slice(1) : rest;
    if (rest === '' || text !== rest || !isSwitch(line.known, name))
      return take(name, rest === '' ? undefined : text, next, line);
    line.flags.push(`--${name}=true`);
  }
  return 0;
}

/** Gives a flag its text: what stands behind `=`, or the next word. Returns 1 when it took that. */
function take(name: string, text: string | undefined, next: string | undefined, line: Parts): 0 | 1 {
  if (text !== undefined) {
    line.flags.push(`--${name}=${text}`);
    return 0;
  }
  if (!isSwitch(line.known, name)) {
    if (next === undefined) line.problems.push(`--${name} needs a value: --${name}=…`);
    else line.flags.push(`--${name}=${next}`);
    return 1;
  }
  line.flags.push(`--${name}=true`);
  if (next === undefined || !off.includes(next.toLowerCase())) return 0;
  // The reference would switch it on and ignore the word, which is nobody's wish.
  line.problems.push(`--${name} takes its value behind "=": write --${name}=${next}, got --${name} ${next}`);
  return 1;
}

const isSwitch = (known: FlagSection, name: string): boolean => known[name]?.kind === 'switch';

function flagOfLetter(known: FlagSection, letter: string): string | undefined {
  return Object.entries(known).find(([name, { alias }]) => name === letter || alias === letter)?.[0];
}

function flagOfFormerName(known: FlagSection, given: string): string | undefined {
  return Object.entries(known).find(([, { formerNames }]) => formerNames?.includes(given))?.[0];
}

function hintFor(known: FlagSection, word: string): string {
  const closest = nearest(word, Object.keys(known));
  return closest === undefined ? 'see --help' : `did you mean --${closest}?`;
}
