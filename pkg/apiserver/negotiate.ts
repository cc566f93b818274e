import type { ApiRequest } from './exchange.ts';

/** How bodies can be written. */
export type Encoding = 'json' | 'yaml' | 'protobuf';

/** Media types we write, most liked first, as they stand in error texts. */
export const servedMediaTypes: readonly string[] = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
];

const encodings: readonly (readonly [subtype: string, encoding: Encoding])[] = [
  ['json', 'json'],
  ['yaml', 'yaml'],
  ['vnd.kubernetes.protobuf', 'protobuf'],
];

/** What an object is to be shown as: `as`, `g` and `v` of the Accept clause; absent = as itself. */
export interface Conversion {
  readonly kind: string;
  readonly group: string;
  readonly version: string;
}

/** What the client and we agreed on. */
export interface MediaType {
  readonly encoding: Encoding;
  readonly pretty: boolean;
  readonly as?: Conversion;
}

/** Which conversions an endpoint offers in which encoding. */
export type Offers = (as: Conversion, encoding: Encoding) => boolean;

/** Objects as they are and nothing else. */
export const noConversions: Offers = () => false;

/** Content-Type of an encoding. */
export const contentTypes: Readonly<Record<Encoding, string>> = {
  json: 'application/json',
  yaml: 'application/yaml',
  protobuf: 'application/vnd.kubernetes.protobuf',
};

/** The best media type for a request among those served, or undefined when nothing fits. */
export function negotiate(request: ApiRequest, offers: Offers): MediaType | undefined {
  const pretty = wantsPretty(request);
  const accept = request.headers.accept ?? '';
  if (accept === '') return { encoding: 'json', pretty };
  for (const clause of parseAccept(accept)) {
    const chosen = fitting(clause, offers);
    if (chosen !== undefined) return { ...chosen, pretty: chosen.pretty || pretty };
  }
  return undefined;
}

/** The best of our media types for one alternative of an Accept header; undefined when none is meant, or offered. */
export function fitting(clause: Clause, offers: Offers): MediaType | undefined {
  for (const [subtype, encoding] of encodings) {
    const chosen = covers(clause, subtype) ? fit(clause, encoding, offers) : undefined;
    if (chosen !== undefined) return chosen;
  }
  return undefined;
}

/**
 * Whether the Accept header names one of `produces` exactly, or everything. The reference's router asks this before the
 * real negotiation, so that `application/*` alone is not acceptable.
 */
export function namesOneOf(accept: string, produces: readonly string[]): boolean {
  if (accept === '') return true;
  return accept
    .split(',', maxClauses)
    .map((clause) => clause.split(';', 1).join('').trim())
    .some((type) => type === '*/*' || produces.includes(type));
}

/** Whether people are likely to read the answer: they said so with `pretty`, or came with curl, wget or a browser. */
export function wantsPretty({ query, headers }: ApiRequest): boolean {
  const wish = query.get('pretty') ?? '';
  if (wish !== '') return ['1', 't', 'T', 'TRUE', 'true', 'True'].includes(wish);
  return /^(curl|Wget|Mozilla\/5\.0)/.test(headers['user-agent'] ?? '');
}

/** One alternative of an Accept header. */
export interface Clause {
  readonly type: string;
  readonly subtype: string;
  readonly quality: number;
  readonly parameters: ReadonlyMap<string, string>;
}

/** What follows these is not looked at: nobody means so many, and anybody may send them. */
const maxClauses = 100;

/** Clauses by quality, then by how exact they are, then as sent. */
export function parseAccept(accept: string): readonly Clause[] {
  const exactness = ({ type, subtype }: Clause): number => Number(type !== '*') + Number(subtype !== '*');
  return accept
    .split(',', maxClauses)
    .flatMap(parseClause)
    .sort((a, b) => b.quality - a.quality || exactness(b) - exactness(a));
}

function parseClause(text: string): readonly Clause[] {
  const [range = '', ...rest] = text.split(';').map((part) => part.trim());
  const [type = '', subtype = range === '*' ? '*' : undefined, ...more] = range.split('/').map((part) => part.trim());
  if (subtype === undefined || more.length > 0) return [];
  const parameters = new Map(rest.filter((pair) => pair.includes('=')).map(parameterOf));
  const quality = Number.parseFloat(parameters.get('q') ?? '1');
  return [{ type, subtype, quality: Number.isNaN(quality) ? 0 : quality, parameters }];
}

function parameterOf(pair: string): [name: string, value: string] {
  const at = pair.indexOf('=');
  return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
}

function covers({ type, subtype }: Clause, served: string): boolean {
  if (type === '*') return subtype === '*';
  return type === 'application' && (subtype === served || subtype === '*');
}

/** The media type a clause asks for, unless it asks for what this endpoint does not offer. */
function fit({ parameters }: Clause, encoding: Encoding, offers: Offers): MediaType | undefined {
  if (parameters.has('stream') && parameters.get('stream') !== 'watch') return undefined;
  if ((parameters.get('sv') ?? '') !== '') return undefined;
  const pretty = parameters.get('pretty') === '1';
  if (!['as', 'g', 'v'].some((name) => parameters.has(name))) return { encoding, pretty };
  const as: Conversion = {
    kind: parameters.get('as') ?? '',
    group: parameters.get('g') ?? '',
    version: parameters.get('v') ?? '',
  };
  return offers(as, encoding) ? { encoding, pretty, as } : undefined;
}
