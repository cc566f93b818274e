import type { Answer, ApiRequest } from '../exchange.ts';

/** Bytes that stay as they are for as long as the server runs. */
export interface Content {
  readonly bytes: Uint8Array;
  /** Quoted. */
  readonly etag: string;
  /** Epoch milliseconds. */
  readonly modifiedAt: number;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The answer that holds some content, or says that the client has it already; a part of it where the client asks for one
 * range of bytes. The rules are those of Go's `http.ServeContent`, except that several ranges are answered by everything.
 */
export function contentAnswer(request: ApiRequest, content: Content): Answer {
  const { bytes, etag, modifiedAt, headers } = content;
  const modified = new Date(modifiedAt).toUTCString();
  switch (precondition(request, content)) {
    case 'failed':
      return { status: 412, headers: { ...headers, ETag: etag, 'Last-Modified': modified }, body: '' };
    case 'not-modified':
      return { status: 304, headers: { ...withoutType(headers), ETag: etag }, body: '' };
    case 'met':
      break;
  }
  const all = { ...headers, 'Accept-Ranges': 'bytes', ETag: etag, 'Last-Modified': modified };
  const range = wantedRange(request, content);
  if (range === undefined) return { status: 200, headers: all, body: bytes };
  if (range === 'outside') return unsatisfiable(content);
  const part = { ...all, 'Content-Range': `bytes ${range.start}-${range.end - 1}/${bytes.length}` };
  return { status: 206, headers: part, body: bytes.subarray(range.start, range.end) };
}

type Precondition = 'met' | 'failed' | 'not-modified';

/** First what the client wants unchanged, then what it wants changed; a tag outweighs a time. */
function precondition(request: ApiRequest, content: Content): Precondition {
  if (!isAsWanted(request, content)) return 'failed';
  if (isNews(request, content)) return 'met';
  return isReading(request) ? 'not-modified' : 'failed';
}

function isAsWanted({ headers }: ApiRequest, { etag, modifiedAt }: Content): boolean {
  const ifMatch = headers['if-match'];
  if (ifMatch !== undefined) return namesTag(ifMatch, etag, 'strong');
  return seconds(modifiedAt) <= (time(headers['if-unmodified-since']) ?? Number.POSITIVE_INFINITY);
}

function isNews(request: ApiRequest, { etag, modifiedAt }: Content): boolean {
  const ifNoneMatch = request.headers['if-none-match'];
  if (ifNoneMatch !== undefined) return !namesTag(ifNoneMatch, etag, 'weak');
  const since = isReading(request) ? time(request.headers['if-modified-since']) : undefined;
  return since === undefined || seconds(modifiedAt) > since;
}

const isReading = ({ method }: ApiRequest): boolean => method === 'GET' || method === 'HEAD';

/** Whether a list of tags names `etag`; weakly, a tag that claims only the same meaning is good enough. */
function namesTag(list: string, etag: string, comparison: 'strong' | 'weak'): boolean {
  return list
    .split(',', maxTags)
    .map((tag) => tag.trim())
    .some((tag) => tag === '*' || tag === etag || (comparison === 'weak' && tag === `W/${etag}`));
}

/** Nobody keeps so many copies. */
const maxTags = 100;

interface Range {
  readonly start: number;
  /** Just behind the last byte. */
  readonly end: number;
}

/** The part to send; undefined for all of it. */
function wantedRange({ headers }: ApiRequest, content: Content): Range | 'outside' | undefined {
  const range = String(headers.range ?? ',');
  const isOne = !range.includes(',');
  return isOne && isStillTheSame(headers['if-range']?.toString(), content)
    ? rangeOf(range, content.bytes.length)
    : undefined;
}

/** In characters; nobody counts so far, and in a run of spaces the pattern below would look again at each of them. */
const longestRange = 100;

/** `bytes=2-5`, `bytes=2-` or, from the end, `bytes=-2`; `size` is that of everything. */
function rangeOf(range: string, size: number): Range | 'outside' {
  if (range.length > longestRange) return 'outside';
  const [, first = '', last = ''] = /^bytes=\s*(\d{0,15})\s*-\s*(\d{0,15})\s*$/.exec(range) ?? [];
  if (first === '' && last === '') return 'outside';
  const isFromEnd = first === '';
  const start = isFromEnd ? Math.max(0, size - Number(last)) : Number(first);
  const end = isFromEnd || last === '' ? size : Math.min(size, Number(last) + 1);
  return start >= size || end <= start ? 'outside' : { start, end };
}

/** Whether a range continues what the client has: by its tag or its time. */
function isStillTheSame(ifRange: string | undefined, { etag, modifiedAt }: Content): boolean {
  return ifRange === undefined || ifRange === etag || time(ifRange) === seconds(modifiedAt);
}

function unsatisfiable({ bytes }: Content): Answer {
  const headers = {
    'Content-Type': 'text/plain; charset=utf-8',
    'X-Content-Type-Options': 'nosniff',
    'Content-Range': `bytes */${bytes.length}`,
  };
  return { status: 416, headers, body: 'invalid range: failed to overlap\n' };
}

function withoutType({ 'Content-Type': _type, 'Content-Encoding': _encoding, ...others }: Content['headers']) {
  return others;
}

/** Whole seconds since 1970, as HTTP tells time; undefined for what is no time. */
function time(header: string | undefined): number | undefined {
  const ms = Date.parse(header ?? '');
  return Number.isNaN(ms) ? undefined : seconds(ms);
}

const seconds = (ms: number): number => Math.floor(ms / 1000);
