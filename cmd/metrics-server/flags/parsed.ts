/** A flag's value, or what is wrong with the text given: a message that goes after `--name `. */
export type Parsed<Value = unknown> =
  /** `warning`: a sentence about a value that is taken all the same. */
  | { readonly kind: 'value'; readonly value: Value; readonly warning?: string }
  | { readonly kind: 'problem'; readonly message: string };

/** The text was good. */
export const value = <Value>(parsed: Value): Parsed<Value> => ({ kind: 'value', value: parsed });

/** The text was not: what is allowed, and what was given. */
export const problem = (message: string): Parsed<never> => ({ kind: 'problem', message });
