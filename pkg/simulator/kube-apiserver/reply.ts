/** One answer. A body in pieces is sent as the pieces come; where making one throws, the connection is cut. */
export interface Reply {
  readonly status: number;
  /** Several values of one header are sent as several lines. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string | AsyncIterable<string | Uint8Array>;
}

/** The reasons a kube-apiserver refuses with, and the HTTP status of each. */
const codes = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  AlreadyExists: 409,
  Conflict: 409,
  Expired: 410,
  RequestEntityTooLarge: 413,
  Invalid: 422,
  InternalError: 500,
  ServiceUnavailable: 503,
} as const;

/** Why a request is refused, in the words of `metav1.Status`. */
export type Reason = keyof typeof codes;

/** What `details` of a Status may say. */
export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  /** What is wrong with which field: kubectl shows these rather than the message. */
  readonly causes?: readonly { readonly reason: string; readonly message: string; readonly field: string }[];
}

/** A failed `metav1.Status`. */
export function failure(reason: Reason, message: string, details: StatusDetails = {}): object {
  const code = codes[reason];
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, details, code };
}

/** A refusal as an answer. */
export function refusal(reason: Reason, message: string, details?: StatusDetails): Reply {
  return json(failure(reason, message, details), codes[reason]);
}

/** A JSON answer. */
export function json(value: unknown, status = 200): Reply {
  return { status, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(value) };
}

/** A plain-text answer. */
export function text(body: string, status = 200): Reply {
  return { status, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body };
}
