import type { LabelSelector } from '../../../pkg/model/label-selector.ts';
import type { Parsed } from './parsed.ts';

interface Described {
  /** What it does, for `--help`. */
  readonly help: string;
  /** One letter. */
  readonly alias?: string;
  /** Why it is accepted and does nothing; `--help` says so, and the log does when it is given. */
  readonly inert?: string;
  /** Why any value but the default is refused. */
  readonly refused?: string;
  /** Names it had once: accepted, not shown, and the log says what to write instead. */
  readonly formerNames?: readonly string[];
}

/** One flag: its kind, its default, its limits. Parsing, `--help` and messages about bad values derive from it. */
export type Flag = Described &
  (
    | { readonly kind: 'text'; readonly default: string }
    | { readonly kind: 'switch'; readonly default: boolean }
    | { readonly kind: 'integer'; readonly default: number; readonly min: number; readonly max: number }
    | { readonly kind: 'decimal'; readonly default: number; readonly min: number; readonly max: number }
    /** Written as Go writes it (`1m0s`); the value is in milliseconds. */
    | { readonly kind: 'duration'; readonly default: string; readonly minMs?: number }
    /** Comma-separated, repeatable: the first use replaces the default, later ones append. */
    | { readonly kind: 'list'; readonly default: readonly string[] }
    | { readonly kind: 'choice'; readonly choices: readonly string[]; readonly default: string }
    /** Nothing given means the default. */
    | { readonly kind: 'address'; readonly default: string }
    | { readonly kind: 'label-selector'; readonly default: '' }
    /** Whatever the others are not: the texts in the order given, at least one. */
    | {
        readonly kind: 'other';
        /** As `--help` calls it. */
        readonly shown: 'string' | 'array';
        readonly default: string;
        readonly parse: (texts: readonly string[]) => Parsed;
      }
  );

/** The flags of one section of `--help`, by name. */
export type FlagSection = Readonly<Record<string, Flag>>;

interface ValueOfKind {
  readonly text: string;
  readonly switch: boolean;
  readonly integer: number;
  readonly decimal: number;
  readonly duration: number;
  readonly list: readonly string[];
  readonly choice: string;
  readonly address: string;
  /** Absent = everything. */
  readonly 'label-selector': LabelSelector | undefined;
  readonly other: unknown;
}

/** The parsed value of a flag. */
export type ValueOf<F extends Flag> = F extends { kind: 'choice'; choices: readonly (infer Choice)[] }
  ? Choice
  : F extends { kind: 'other'; parse: (texts: readonly string[]) => Parsed<infer Value> }
    ? Value
    : ValueOfKind[F['kind']];

/** The parsed values of a section, by flag name. */
export type ValuesOf<Section extends FlagSection> = { readonly [Name in keyof Section]: ValueOf<Section[Name]> };
