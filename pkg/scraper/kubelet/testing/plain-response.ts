/** What a whole stream of bytes, closed at its end, says as a response: read at once and plainly, as the RFC is written. */
export interface PlainResponse {
  readonly status: number;
  /** latin1. */
  readonly body: string;
  /** How many bytes it takes. */
  readonly length: number;
}

/** Undefined where it is no response, or not a whole one. No bounds: who uses it sends little. */
export function plainResponse(text: string): PlainResponse | undefined {
  let at = 0;
  for (;;) {
    const end = text.indexOf('\r\n\r\n', at);
    if (end < 0) return undefined;
    const head = plainHead(text.slice(at, end));
    if (head === undefined || head.status === 101) return undefined;
    at = end + 4;
    if (head.status < 200) continue;
    const body = plainBody(head, text.slice(at));
    return body && { status: head.status, body: body.text, length: at + body.length };
  }
}

interface PlainHead {
  readonly status: number;
  readonly minor: string;
  readonly fields: ReadonlyMap<string, string>;
}

interface PlainBody {
  readonly text: string;
  readonly length: number;
}

function plainHead(text: string): PlainHead | undefined {
  const [first = '', ...lines] = text.split('\r\n');
  const [, minor = '', status] = /^HTTP\/1\.([01]) ([1-5][0-9][0-9])( .*)?$/s.exec(first) ?? [];
  if (status === undefined || hasControls(first)) return undefined;
  const fields = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    if (colon < 1 || /[^!#$%&'*+.^_`|~0-9a-z-]/.test(name) || hasControls(line)) return undefined;
    const before = fields.get(name);
    const value = line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '');
    fields.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return { status: Number(status), minor, fields };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for
const hasControls = (text: string): boolean => /[\x00-\x08\x0a-\x1f\x7f]/.test(text);

function plainBody({ status, minor, fields }: PlainHead, rest: string): PlainBody | undefined {
  if (status === 204 || status === 304) return { text: '', length: 0 };
  const length = fields.get('content-length');
  const coding = fields.get('transfer-encoding');
  if (length !== undefined && (coding !== undefined || !/^[0-9]{1,15}$/.test(length))) return undefined;
  if (coding !== undefined && (minor === '0' || coding.toLowerCase() !== 'chunked')) return undefined;
  if (coding !== undefined) return plainChunks(rest);
  if (length === undefined) return { text: rest, length: rest.length };
  const bytes = Number(length);
  return bytes > rest.length ? undefined : { text: rest.slice(0, bytes), length: bytes };
}

function plainChunks(text: string): PlainBody | undefined {
  let body = '';
  for (let at = 0; ; ) {
    const [line, digits] = /^([0-9A-Fa-f]{1,8})(?:[; \t][^\r\n]*)?\r\n/.exec(text.slice(at)) ?? [];
    if (line === undefined) return undefined;
    at += line.length;
    const size = Number.parseInt(digits ?? '', 16);
    if (size === 0) {
      const [trailers] = /^(?:[^\r\n]+\r\n)*\r\n/.exec(text.slice(at)) ?? [];
      return trailers === undefined ? undefined : { text: body, length: at + trailers.length };
    }
    if (text.slice(at + size, at + size + 2) !== '\r\n') return undefined;
    body += text.slice(at, at + size);
    at += size + 2;
  }
}
