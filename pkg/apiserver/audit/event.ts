import { goQuote } from '../../model/go-quote.ts';
import type { User } from '../../model/user.ts';
import type { AuditLevel, AuditStage } from './policy.ts';

/** Who asked, as an event names them; empty members are left out. */
export interface AuditUser {
  readonly username?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** What was asked for; empty members are left out. */
export interface AuditObjectReference {
  readonly resource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly apiGroup?: string;
  readonly apiVersion?: string;
  readonly subresource?: string;
}

/** How the request ended: a `v1` Status of which only what matters is filled. */
export interface AuditResponseStatus {
  readonly metadata: Readonly<Record<string, never>>;
  readonly status?: string;
  readonly message?: string;
  readonly reason?: string;
  readonly details?: object;
  readonly code: number;
}

/**
 * An `audit.k8s.io/v1` Event, members in the order in which the reference writes them. Bodies are never part of it:
 * nobody sends us one, and what we answer is true for seconds. So `Request` and `RequestResponse` record what `Metadata`
 * does; the Status of a refusal is recorded at every level.
 */
export interface AuditEvent {
  readonly level: AuditLevel;
  readonly auditID: string;
  readonly stage: AuditStage;
  readonly requestURI: string;
  readonly verb: string;
  readonly user: AuditUser;
  readonly impersonatedUser?: AuditUser;
  readonly sourceIPs?: readonly string[];
  readonly userAgent?: string;
  readonly objectRef?: AuditObjectReference;
  readonly responseStatus?: AuditResponseStatus;
  /** RFC 3339 with microseconds. */
  readonly requestReceivedTimestamp: string;
  readonly stageTimestamp: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An event that stands alone, as one line of JSON without its line end. */
export function eventJson(event: AuditEvent): string {
  return JSON.stringify({ kind: 'Event', apiVersion: 'audit.k8s.io/v1', ...event });
}

/** Events that travel together. */
export function eventList(items: readonly AuditEvent[]): object {
  return { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {}, items };
}

/** An event as the one line of text that `--audit-log-format=legacy` asks for, without its line end. */
export function legacyLine(event: AuditEvent): string {
  const { user, impersonatedUser, objectRef, responseStatus } = event;
  const fields = [
    ['id', event.auditID],
    ['stage', event.stage],
    ['ip', event.sourceIPs?.[0] ?? '<unknown>'],
    ['method', event.verb],
    ...whoAsked(user),
    ...asWhom(impersonatedUser),
    ['user-agent', event.userAgent ?? ''],
    ['namespace', objectRef?.namespace ?? '<none>'],
    ['uri', event.requestURI],
    ['response', String(responseStatus?.code ?? '<deferred>')],
  ] as const;
  const time = event.requestReceivedTimestamp.replace(/\.?0+Z$/, 'Z');
  return `${time} AUDIT: ${fields.map(([name, value]) => `${name}=${goQuote(value)}`).join(' ')}`;
}

type TextField = readonly [name: string, value: string];

function whoAsked({ username, groups }: AuditUser): readonly TextField[] {
  if (username === undefined)
    return [
      ['user', '<none>'],
      ['groups', '<none>'],
    ];
  return [
    ['user', username],
    ['groups', quotedList(groups) ?? '<none>'],
  ];
}

function asWhom(user: AuditUser | undefined): readonly TextField[] {
  if (user === undefined)
    return [
      ['as', '<self>'],
      ['asgroups', '<lookup>'],
    ];
  return [
    ['as', user.username ?? ''],
    ['asgroups', quotedList(user.groups) ?? '<lookup>'],
  ];
}

const quotedList = (values: readonly string[] | undefined): string | undefined => values?.map(goQuote).join(',');

/** A user as an event names them. */
export function auditUser(user: User | undefined): AuditUser {
  if (user === undefined) return {};
  const { name, uid, groups, extra } = user;
  return {
    ...(name !== '' && { username: name }),
    ...(uid !== undefined && uid !== '' && { uid }),
    ...(groups.length > 0 && { groups }),
    ...(Object.keys(extra).length > 0 && { extra }),
  };
}

/** A moment in epoch milliseconds, fractions included, in RFC 3339 with microseconds. */
export function microTime(epochMs: number): string {
  const whole = Math.floor(epochMs);
  const micros = Math.min(999, Math.floor((epochMs - whole) * 1000));
  return `${new Date(whole).toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}Z`;
}
