/** Whose sample it is. */
export interface Subject {
  readonly node: string;
  readonly container?: { readonly namespace: string; readonly pod: string; readonly name: string };
}
