import { goFloat } from './go-float.ts';

/** One way a pretend kubelet can misbehave. All are bounded, and all end when the fault is taken away or the client goes. */
export type KubeletFault =
  /** Takes the request and never answers. */
  | { readonly kind: 'hang' }
  /** Nobody listens: connection refused. */
  | { readonly kind: 'refuse' }
  /** Resets the connection after the request. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'status'; readonly status: 401 | 403 | 404 | 429 | 500 | 503 }
  /** Random bytes from a fixed seed instead of text. */
  | { readonly kind: 'garbage' }
  /** The answer stops in the middle of a line: as if complete, or (abrupt) with the connection. */
  | { readonly kind: 'truncated'; readonly abrupt?: boolean }
  /** A whole answer, a few bytes at a time. */
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }
  /** The node's clock is wrong by so much; positive is ahead. */
  | { readonly kind: 'skew'; readonly byMs: number }
  /** A login page with status 200, as a captive proxy gives. */
  | { readonly kind: 'html' }
  | { readonly kind: 'empty' }
  /** Housekeeping has stopped: the samples no longer advance. */
  | { readonly kind: 'frozen' }
  /** A small body that unpacks to 256 MiB, sent to clients that accept gzip; others get the plain bytes, streamed. */
  | { readonly kind: 'gzip-bomb' }
  /** Well-formed lines without end: cut off without an end after 256 MiB. */
  | { readonly kind: 'endless' }
  /** The runtime says nothing: node series only. */
  | { readonly kind: 'missing-containers' }
  /** Good lines among bad ones: no value, text for a value, open quotes, NaN, Inf, negative, huge. */
  | { readonly kind: 'bad-lines' };

/** Faults that change what a healthy kubelet would say, not how it is sent. */
export type ContentFault = Extract<
  KubeletFault,
  { readonly kind: 'skew' | 'empty' | 'frozen' | 'missing-containers' | 'bad-lines' }
>;

/** Faults of sending. `refuse` is none of these: it leaves nobody to send. */
export type AnswerFault = Exclude<KubeletFault, ContentFault | { readonly kind: 'refuse' }>;

/** The answer as a content fault leaves it. `frozen` shows in the moment for which the text was made. */
export function spoiltText(text: string, fault: ContentFault): string {
  switch (fault.kind) {
    case 'skew':
      return skewedText(text, fault.byMs);
    case 'empty':
      return '';
    case 'frozen':
      return text;
    case 'missing-containers':
      return text.replace(/^(# (HELP|TYPE) )?(container|pod)_.*\n/gm, '');
    case 'bad-lines':
      return text.replace(/^# TYPE container_cpu_usage_seconds_total counter\n/m, (head) => head + badLines);
    default:
      return fault satisfies never;
  }
}

/** A clock that is wrong dates the samples and the starts of containers alike. */
function skewedText(text: string, byMs: number): string {
  return text
    .replace(/ (\d{13})$/gm, (_, at: string) => ` ${Number(at) + byMs}`)
    .replace(/^(container_start_time_seconds\{.*\}) (\S+)$/gm, (_, series: string, start: string) => {
      return `${series} ${goFloat(Number(start) + byMs / 1000)}`;
    });
}

const of = (container: string): string => `{container="${container}",namespace="faults",pod="bad-lines"}`;
const cpu = 'container_cpu_usage_seconds_total';

/** Each would be a container of the pod faults/bad-lines, which is nowhere else. */
const badLines = [
  `${cpu}${of('no-value')}`,
  `${cpu}${of('text')} many 1795231533258`,
  `${cpu}${of('nan')} NaN 1795231533258`,
  `${cpu}${of('infinite')} +Inf 1795231533258`,
  `${cpu}${of('negative')} -5 1795231533258`,
  `${cpu}${of('huge')} 1e+300 1795231533258`,
  `${cpu}${of('fractional-time')} 5 1795231533258.5`,
  `${cpu}${of('negative-time')} 5 -1795231533258`,
  `${cpu}{container="open,namespace="faults",pod="bad-lines"} 5 1795231533258`,
  `${cpu}{container="cut",namespace="faults",pod="bad`,
  `${cpu}{namespace="faults",pod="bad-lines"} 5 1795231533258`,
  `${cpu} 5 1795231533258`,
  `${cpu}{} 5 1795231533258`,
  '} { } {',
  '\u0000\u0001\u0002',
  '# TYPE what ever',
  '',
]
  .map((line) => `${line}\n`)
  .join('');
