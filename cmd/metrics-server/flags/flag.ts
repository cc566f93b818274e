import type { LabelSelector } from '../../../pkg/model/label-selector.ts';

interface Described {
  /** What it does, for `--help`. */
  readonly help: string;
  /** One letter. */
  readonly alias?: string;
}

/** One flag: its kind, its default, its limits. Parsing, `--help` and messages about bad values derive from it. */
export type Flag = Described &
  (
    | { readonly kind: 'text'; readonly default: string }
    | { readonly kind: 'switch'; readonly default: boolean }
    | { readonly kind: 'integer'; readonly default: number; readonly min: number; readonly max: number }
    /** Written as Go writes it (`1m0s`); the value is in milliseconds. */
    | { readonly kind: 'duration'; readonly default: string; readonly minMs?: number }
    /** Comma-separated, repeatable: the first use replaces the default, later ones append. */
    | { readonly kind: 'list'; readonly default: readonly string[] }
    | { readonly kind: 'choice'; readonly choices: readonly string[]; readonly default: string }
    | { readonly kind: 'address'; readonly default: string }
    | { readonly kind: 'label-selector'; readonly default: '' }
  );

/** The flags of one section of `--help`, by name. */
export type FlagSection = Readonly<Record<string, Flag>>;

interface ValueOfKind {
  readonly text: string;
  readonly switch: boolean;
  readonly integer: number;
  readonly duration: number;
  readonly list: readonly string[];
  readonly choice: string;
  readonly address: string;
  /** Absent = everything. */
  readonly 'label-selector': LabelSelector | undefined;
}

/** The parsed value of a flag. */
export type ValueOf<F extends Flag> = F extends { kind: 'choice'; choices: readonly (infer Choice)[] }
  ? Choice
  : ValueOfKind[F['kind']];

/** The parsed values of a section, by flag name. */
export type ValuesOf<Section extends FlagSection> = { readonly [Name in keyof Section]: ValueOf<Section[Name]> };
