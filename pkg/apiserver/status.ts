import { goQuote } from '../model/go-quote.ts';
import { jsonValue } from './encode/json/json-string.ts';
import { listMetadataFields, protobufBody } from './encode/protobuf/protobuf.ts';
import type { ProtobufWriter } from './encode/protobuf/protobuf-writer.ts';
import { textBody } from './encode/text-body.ts';
import type { Answer, ApiRequest } from './exchange.ts';
import { contentTypes, negotiate, noConversions, servedMediaTypes } from './negotiate.ts';

/** What a failure is about; members are printed in this order, absent ones not at all. */
export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  /** Which parts of the request are wrong. Absent = not said. */
  readonly causes?: readonly StatusCause[];
}

/** One thing that is wrong with a request. */
export interface StatusCause {
  /** `FieldValueForbidden`, …: what clients branch on. */
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

/** A refusal as Kubernetes clients understand it (`v1` Status). */
export interface Status {
  /** HTTP status. */
  readonly code: number;
  /** `NotFound`, `Forbidden`, …: what clients branch on. */
  readonly reason: string;
  readonly message: string;
  /** Absent where the reference prints none; an empty object is printed as such. */
  readonly details?: StatusDetails;
}

/** No route below an API's root leads here. */
export const noSuchRoute: Status = {
  code: 404,
  reason: 'NotFound',
  message: 'the server could not find the requested resource',
  details: {},
};

/** The route is right, the method is not. */
export const methodNotAllowed: Status = {
  code: 405,
  reason: 'MethodNotAllowed',
  message: 'the server does not allow this method on the requested resource',
  details: {},
};

/** Who asks could not be found out. Why is not said: it would help an attacker only. */
export const unauthorized: Status = { code: 401, reason: 'Unauthorized', message: 'Unauthorized' };

/** Something broke that should not; what it was stands in the log only. */
export const internalError: Status = {
  code: 500,
  reason: 'InternalError',
  message: 'Internal error occurred: the server could not answer this request; its log says why',
};

/** The request itself makes no sense. */
export const badRequest = (message: string): Status => ({ code: 400, reason: 'BadRequest', message });

/** The request can be read, but what it asks for contradicts itself or is not offered. */
export function invalid(group: string, kind: string, causes: readonly StatusCause[]): Status {
  const problems = causes.map(({ field, message }) => `${field}: ${message}`);
  const said = problems.length === 1 ? problems.join() : `[${problems.join(', ')}]`;
  const message = `${kind}.${group} "" is invalid: ${said}`;
  return { code: 422, reason: 'Invalid', message, details: { group, kind, causes } };
}

/** An object is not there. */
export const notFound = (message: string, details: StatusDetails): Status => ({
  code: 404,
  reason: 'NotFound',
  message,
  details,
});

/** None of the media types the client takes can be made of what it asked for. */
export const notAcceptable = (message: string): Status => ({ code: 406, reason: 'NotAcceptable', message });

/** The router let a request through, but no clause of its Accept header can be met. */
export const onlyServedMediaTypes: Status = notAcceptable(
  `only the following media types are accepted: ${servedMediaTypes.join(', ')}`,
);

/** The client takes none of `representations`, as the router in front says it. */
export const noRepresentation = (representations: readonly string[]): Status => ({
  ...notAcceptable(`406: Not Acceptable\n\nAvailable representations: ${representations.join(', ')}`),
  details: {},
});

/** A verb no object of this resource knows. */
export const verbNotSupported = (verb: string, group: string, resource: string): Status => ({
  code: 405,
  reason: 'MethodNotAllowed',
  message: `${verb} is not supported on resources of kind ${goQuote(`${resource}.${group}`)}`,
  details: { group, kind: resource },
});

/** The one door from a refusal to its answer: in the encoding the client likes best; JSON if it takes none. */
export function statusAnswer(status: Status, request: ApiRequest): Answer {
  const media = negotiate(request, noConversions) ?? { encoding: 'json', pretty: true };
  const body =
    media.encoding === 'protobuf'
      ? protobufBody({ kind: 'Status', apiVersion: 'v1' }, (out) => statusFields(status, out))
      : textBody([`${jsonValue(statusDocument(status))}\n`], media);
  return { status: status.code, headers: { 'Content-Type': contentTypes[media.encoding] }, body, refusal: status };
}

/**
 * The request's time was up before its answer was there. Written in front of all negotiation, so that it is always the same:
 * a Status without its kind, as the reference has it.
 */
export function timedOut(): Answer {
  const status: Status = {
    code: 504,
    reason: 'Timeout',
    message: 'Timeout: request did not complete within the allotted timeout',
    details: {},
  };
  const { kind: _, apiVersion: __, ...document } = statusDocument(status);
  const headers = { 'Content-Type': 'text/plain; charset=utf-8' };
  return { status: 504, headers, body: `${jsonValue(document)}\n`, refusal: status };
}

/** A plain text refusal, as Go's `http.Error` writes it. */
export function textError(code: number, text: string): Answer {
  return {
    status: code,
    headers: { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' },
    body: `${text}\n`,
  };
}

function statusDocument({ code, reason, message, details }: Status): Readonly<Record<string, unknown>> {
  const { name, group, kind, causes } = details ?? {};
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    details: details && { name: name || undefined, group: group || undefined, kind: kind || undefined, causes },
    code,
  };
}

function statusFields({ code, reason, message, details }: Status, out: ProtobufWriter): void {
  out.message(1, listMetadataFields);
  out.string(2, 'Failure');
  out.string(3, message);
  out.string(4, reason);
  if (details !== undefined) out.message(5, (inner) => detailsFields(details, inner));
  out.int64(6, code);
}

function detailsFields({ name = '', group = '', kind = '', causes = [] }: StatusDetails, out: ProtobufWriter): void {
  out.string(1, name);
  out.string(2, group);
  out.string(3, kind);
  for (const { reason, message, field } of causes) {
    out.message(4, (inner) => {
      inner.string(1, reason);
      inner.string(2, message);
      inner.string(3, field);
    });
  }
  out.int64(5, 0); // retryAfterSeconds
  out.string(6, ''); // uid
}
