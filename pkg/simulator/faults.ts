/** One way a pretend kubelet can misbehave. All are bounded: none runs for ever once its client has gone. */
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
  /** The answer ends early without saying so in HTTP, in the middle of a line. */
  | { readonly kind: 'truncated' }
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
  /** Well-formed lines without end. */
  | { readonly kind: 'endless' }
  /** The runtime says nothing: node series only. */
  | { readonly kind: 'missing-containers' }
  /** Good lines among bad ones: no value, text for a value, open quotes, NaN, Inf, negative, huge. */
  | { readonly kind: 'bad-lines' };

/** The faults' names, for command lines and for going through them all. */
export type KubeletFaultKind = KubeletFault['kind'];
