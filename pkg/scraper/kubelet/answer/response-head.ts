/** How the end of a body is known. */
export type Framing =
  | { readonly kind: 'length'; readonly bytes: number }
  | { readonly kind: 'chunked' }
  /** It ends when the connection does. */
  | { readonly kind: 'until-close' };

/** What the head of a response says that matters here. Values are as they came; empty = not said. */
export interface ResponseHead {
  readonly status: number;
  readonly framing: Framing;
  /** The connection may be used for another request afterwards. */
  readonly keepsAlive: boolean;
  readonly contentType: string;
  readonly contentEncoding: string;
  readonly date: string;
}

/** A head, or why it is none. */
export type ReadHead =
  | { readonly kind: 'head'; readonly head: ResponseHead }
  | { readonly kind: 'bad'; readonly message: string };

/** The fields of which we take notice; each may come once, but for `connection`. */
interface Fields {
  'content-length'?: string;
  'transfer-encoding'?: string;
  'content-type'?: string;
  'content-encoding'?: string;
  connection?: string;
  date?: string;
}

/** RFC 9112: one space each, three digits, and a reason that says nothing. */
const statusLine = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?\r\n/;

/** RFC 9110: a token, a colon right behind it, no control characters, no folding. Nothing in it goes back over the text. */
const fieldLine = /([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t\x20-\x7e\x80-\xff]*)\r\n/y;

const empty: Framing = { kind: 'length', bytes: 0 };

/**
 * Reads a whole head, the empty line at its end included; latin1. As strict as a client can be: a response that can be
 * understood in two ways is none.
 */
export function readHead(text: string): ReadHead {
  const [line, minor, code] = statusLine.exec(text) ?? [];
  if (line === undefined) return bad('no status line');
  const fields = readFields(text, line.length);
  if (fields === undefined) return bad('a header that is none');
  const status = Number(code);
  const framing = framingOf(status, fields, minor === '1');
  if (typeof framing === 'string') return bad(framing);
  const head = {
    status,
    framing,
    keepsAlive: framing.kind !== 'until-close' && isKeptAlive(fields.connection ?? '', minor === '1'),
    contentType: fields['content-type'] ?? '',
    contentEncoding: fields['content-encoding'] ?? '',
    date: fields.date ?? '',
  };
  return { kind: 'head', head };
}

const bad = (what: string): ReadHead => ({ kind: 'bad', message: `it is not HTTP (${what})` });

function readFields(text: string, from: number): Fields | undefined {
  const fields: Fields = {};
  const end = text.length - 2;
  for (let at = from; at < end; at = fieldLine.lastIndex) {
    fieldLine.lastIndex = at;
    const found = fieldLine.exec(text);
    if (found === null) return undefined;
    const name = known.get(found[1]?.toLowerCase() ?? '');
    if (name === undefined) continue;
    const value = withoutBlanks(found[2] ?? '');
    const before = fields[name];
    fields[name] = before === undefined ? value : `${before}, ${value}`;
  }
  return fields;
}

const known: ReadonlyMap<string, keyof Fields> = new Map(
  (['content-length', 'transfer-encoding', 'content-type', 'content-encoding', 'connection', 'date'] as const).map(
    (name) => [name, name],
  ),
);

/** RFC 9112, 6.3; or what makes it ambiguous. Interim answers have no body either. */
function framingOf(status: number, fields: Fields, isVersion11: boolean): Framing | string {
  if (status < 200 || status === 204 || status === 304) return empty;
  const length = fields['content-length'];
  const coding = fields['transfer-encoding'];
  if (coding !== undefined) {
    if (length !== undefined) return 'two lengths';
    if (!isVersion11 || coding.toLowerCase() !== 'chunked') return 'a transfer coding that was not asked for';
  }
  // Twice, or a list, or signed: a number of ten digits is more than we take anyway.
  if (length !== undefined && !/^\d{1,15}$/.test(length)) return 'a length that is none';
  if (coding !== undefined) return { kind: 'chunked' };
  return length === undefined ? { kind: 'until-close' } : { kind: 'length', bytes: Number(length) };
}

/** Of the blanks there are, HTTP knows two. */
function withoutBlanks(value: string): string {
  let from = 0;
  let to = value.length;
  while (from < to && isBlank(value.charCodeAt(from))) from++;
  while (to > from && isBlank(value.charCodeAt(to - 1))) to--;
  return value.slice(from, to);
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;

function isKeptAlive(connection: string, isVersion11: boolean): boolean {
  if (connection === '') return isVersion11;
  const options = connection
    .toLowerCase()
    .split(',')
    .map((option) => option.trim());
  return !options.includes('close') && (isVersion11 || options.includes('keep-alive'));
}
