/** How objects are to be shown. */
export type Form = 'object' | 'metadata' | 'table';

/** One clause of an Accept header. */
export interface AcceptClause {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Reads an Accept header, the most wanted clause first. */
export function acceptClauses(accept: string | undefined): readonly AcceptClause[] {
  const clauses = (accept ?? '*/*').split(',').map((clause) => {
    const [type = '', ...parameters] = clause.split(';').map((part) => part.trim());
    const pairs = parameters.map((parameter): [string, string] => {
      const [name = '', value = ''] = parameter.split('=');
      return [name, value];
    });
    return { type, parameters: Object.fromEntries(pairs) };
  });
  return clauses.sort((a, b) => weight(b) - weight(a));
}

/**
 * The form wanted most. Whoever asks for protobuf gets the same in JSON, which every Kubernetes client reads: content
 * types are this server's to choose, forms are not.
 */
export function formOf(accept: string | undefined): Form {
  const [wanted] = acceptClauses(accept);
  const as = wanted?.parameters.as ?? '';
  if (as === 'Table') return 'table';
  return as.startsWith('PartialObjectMetadata') ? 'metadata' : 'object';
}

const weight = ({ parameters }: AcceptClause): number => Number(parameters.q ?? 1);
