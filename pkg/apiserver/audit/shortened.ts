import { type AuditEvent, type AuditUser, eventJson } from './event.ts';

/** What is left of a text that made an event too large, in characters. */
const keptCharacters = 1024;

/**
 * The event, or what is left of it in `maxBytes`, marked as the reference marks it; undefined when even that is too
 * large. The reference takes bodies away, which ours never have; what is long here is what anybody can make long, so a
 * request does not escape the record by a long address.
 */
export function shortened(event: AuditEvent, maxBytes: number): AuditEvent | undefined {
  if (fits(event, maxBytes)) return event;
  const { impersonatedUser, sourceIPs, objectRef, responseStatus, annotations } = event;
  const { details: _details, ...status } = responseStatus ?? { metadata: {}, code: 0 };
  const short: AuditEvent = {
    ...event,
    requestURI: event.requestURI.slice(0, keptCharacters),
    ...(impersonatedUser && { impersonatedUser: cutUser(impersonatedUser) }),
    ...(objectRef && { objectRef: cutMembers(objectRef) }),
    ...(sourceIPs && { sourceIPs: [...new Set([...sourceIPs.slice(0, 1), ...sourceIPs.slice(-1)])] }),
    ...(responseStatus && { responseStatus: { ...status, ...cutMessage(status.message) } }),
    annotations: { ...annotations, 'audit.k8s.io/truncated': 'true' },
  };
  return fits(short, maxBytes) ? short : undefined;
}

const fits = (event: AuditEvent, maxBytes: number): boolean => Buffer.byteLength(eventJson(event)) <= maxBytes;

const cutMessage = (message: string | undefined): { readonly message?: string } =>
  message === undefined ? {} : { message: message.slice(0, keptCharacters) };

const cutMembers = (texts: object): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, String(text).slice(0, keptCharacters)]));

/** Whoever may claim to be somebody may claim at any length; a group cut off would look like another one. */
function cutUser({ username, uid }: AuditUser): AuditUser {
  return cutMembers({ ...(username !== undefined && { username }), ...(uid !== undefined && { uid }) });
}
