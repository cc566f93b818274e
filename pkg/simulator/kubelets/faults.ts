import { goFloat } from './go-float.ts';
import type { CertificateMake } from './kubelet-certificates.ts';

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
  | { readonly kind: 'bad-lines' }
  /** One line of 5 MB among good ones. */
  | { readonly kind: 'long-line' }
  /** Each series twice, with another value and another time the second time. */
  | { readonly kind: 'duplicates' }
  /** Labels in another order, with blanks, and one more whose value is full of escapes. */
  | { readonly kind: 'other-labels' }
  /** No series bears a time. */
  | { readonly kind: 'no-timestamps' }
  /** Good text in UTF-16. */
  | { readonly kind: 'utf-16' }
  /** Plain text that says it is packed. */
  | { readonly kind: 'mislabelled' }
  /** A whole answer in HTTP/1.0, which ends with the connection. */
  | { readonly kind: 'http-1.0' }
  /** 404 for resource metrics alone, as of kubelets of another make; the summary is there, or forbidden. */
  | { readonly kind: 'no-resource-metrics'; readonly summary: 'served' | 'forbidden' }
  /** 302 to a path that would answer with whatever it is shown. */
  | { readonly kind: 'redirect' }
  /** Everything is well but the certificate it shows, on new connections; those there are end. */
  | { readonly kind: 'certificate'; readonly make: CertificateMake };

/** Faults that change what a healthy kubelet would say, not how it is sent. */
export type ContentFault = Extract<KubeletFault, { readonly kind: (typeof contentFaults)[number] }>;

const contentFaults = [
  'skew',
  'empty',
  'frozen',
  'missing-containers',
  'bad-lines',
  'long-line',
  'duplicates',
  'other-labels',
  'no-timestamps',
] as const;

/** Faults of sending. The three others are none of these: nobody to send, nothing to send, nothing wrong with it. */
export type AnswerFault = Exclude<
  KubeletFault,
  ContentFault | { readonly kind: 'refuse' | 'no-resource-metrics' | 'certificate' }
>;

/** Whether a fault is one of content. */
export const isContentFault = (fault: KubeletFault): fault is ContentFault =>
  (contentFaults as readonly string[]).includes(fault.kind);

/** Whether a fault is one of sending. */
export const isAnswerFault = (fault: KubeletFault): fault is AnswerFault =>
  !isContentFault(fault) && !['refuse', 'no-resource-metrics', 'certificate'].includes(fault.kind);

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
    case 'long-line':
      return `${cpu}{container="${'x'.repeat(5 * 2 ** 20)}",namespace="faults",pod="long"} 1 1795231533258\n${text}`;
    case 'duplicates':
      return text.replace(/^([a-z].*) (\S+) (\d{13})\n/gm, (line, series: string, value: string, at: string) => {
        return `${line}${series} ${goFloat(2 * Number(value) + 1)} ${Number(at) + 500}\n`;
      });
    case 'other-labels':
      return text.replace(/\{container="(.*)",namespace="(.*)",pod="(.*)"\}/g, (_, container, namespace, pod) => {
        return `{pod="${pod}", image="a\\"},{\\\\\\n=", namespace="${namespace}",container="${container}",}`;
      });
    case 'no-timestamps':
      return text.replace(/ \d{13}$/gm, '');
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
