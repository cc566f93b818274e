/** A text under a name, or nothing where the text is empty: how flags say "not given". */
export function given<Name extends string>(name: Name, text: string): { readonly [Key in Name]?: string } {
  return (text === '' ? {} : { [name]: text }) as { readonly [Key in Name]?: string };
}
