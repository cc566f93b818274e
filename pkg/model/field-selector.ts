/** A parsed field selector. */
export interface FieldSelector {
  readonly requirements: readonly FieldRequirement[];
  /** Missing fields count as empty, as in the reference. */
  matches(fields: Readonly<Record<string, string>>): boolean;
  toString(): string;
}

/** One term: `metadata.name=x`. */
export interface FieldRequirement {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}
