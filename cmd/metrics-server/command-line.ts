import type { Flag } from './flags/flag.ts';
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

type FlagName = keyof typeof allFlags;

/** Texts of switches that are off. */
const off = ['0', 'f', 'false', 'no', 'off'];

/**
 * Splits a command line as Go's pflag does, whose users we take over: a switch never takes the next word, any other flag
 * takes it whatever it begins with, letters may be run together (`-hv2`), and `--` ends the flags.
 */
export function splitCommandLine(args: readonly string[]): CommandLine {
  const line: Parts = { flags: [], words: [], renamed: [], problems: [] };
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
  readonly flags: string[];
  readonly words: string[];
  readonly renamed: string[];
  readonly problems: string[];
}

/** `--name`, `--name=text` or `--name text`. Returns how many words after it belong to it. */
function long(arg: string, next: string | undefined, line: Parts): number {
  const [, given = '', text] = /^--([^=]*)(?:=(.*))?$/s.exec(arg) ?? [];
  const name = flagOfFormerName(given) ?? given;
  if (!isFlag(name)) {
    line.problems.push(`unknown flag --${name}: ${hintFor(name)}`);
    return 0;
  }
  if (name !== given) line.renamed.push(`--${given} is now --${name}`);
  return take(name, text, next, line);
}

/** `-v`, `-v2`, `-v=2`, `-v 2`, and switches before it: `-hv2`. Returns how many words after it belong to it. */
function short(arg: string, next: string | undefined, line: Parts): number {
  for (let at = 1; at < arg.length; at++) {
    const letter = arg[at] ?? '';
    const name = flagOfLetter(letter);
    if (name === undefined) {
      const word = arg.slice(1).replace(/=.*/s, '');
      line.problems.push(`unknown flag -${letter}${arg.length > 2 ? ` in ${arg}` : ''}: ${hintFor(word)}`);
      return 0;
    }
    const rest = arg.slice(at + 1);
    const text = rest.startsWith('=') ? rest.slice(1) : rest;
    if (rest === '' || text !== rest || !isSwitch(name)) return take(name, rest === '' ? undefined : text, next, line);
    line.flags.push(`--${name}=true`);
  }
  return 0;
}

/** Gives a flag its text: what stands behind `=`, or the next word. Returns 1 when it took that. */
function take(name: FlagName, text: string | undefined, next: string | undefined, line: Parts): 0 | 1 {
  if (text !== undefined) {
    line.flags.push(`--${name}=${text}`);
    return 0;
  }
  if (!isSwitch(name)) {
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

const isFlag = (name: string): name is FlagName => Object.hasOwn(allFlags, name);

const isSwitch = (name: FlagName): boolean => allFlags[name].kind === 'switch';

function flagOfLetter(letter: string): FlagName | undefined {
  const entry = Object.entries(allFlags).find(
    ([name, flag]) => name === letter || ('alias' in flag && flag.alias === letter),
  );
  return entry?.[0] as FlagName | undefined;
}

function flagOfFormerName(given: string): string | undefined {
  const entry = Object.entries<Flag>(allFlags).find(([, { formerNames }]) => formerNames?.includes(given));
  return entry?.[0];
}

function hintFor(word: string): string {
  const closest = nearest(word, Object.keys(allFlags));
  return closest === undefined ? 'see --help' : `did you mean --${closest}?`;
}
