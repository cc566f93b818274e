import { X509Certificate } from 'node:crypto';
import { as, type EpochMs } from '../../model/units.ts';
import type { CertificatePair } from '../certificates/issue-certificate.ts';
import type { Authorities, AuthoritiesReading } from './authorities.ts';

/** How long things last. Milliseconds. */
export interface RotationTerms {
  readonly authorityLifetimeMs: number;
  readonly leafLifetimeMs: number;
  /** The share of a life after which a successor is made: 2/3. */
  readonly renewAt: number;
  /** How long everybody must have been told of an authority before it signs. */
  readonly overlapMs: number;
  /** How far the clocks of replicas and kube-apiservers may be apart. */
  readonly skewMs: number;
  /** How often the Secret and the bundles are looked at: what somebody spoils is whole again after so long. */
  readonly lookEveryMs: number;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** A year for an authority, a month for what it signs; kube-apiservers learn of a successor in seconds, and get minutes. */
export const usualTerms: RotationTerms = {
  authorityLifetimeMs: 365 * dayMs,
  leafLifetimeMs: 30 * dayMs,
  renewAt: 2 / 3,
  overlapMs: 10 * minuteMs,
  skewMs: hourMs,
  lookEveryMs: 30_000,
};

/** What is to be done about the authorities now. */
export type RotationStep =
  | 'nothing'
  /** Make a successor and tell everybody. */
  | 'announce'
  /** The successor signs from now on. */
  | 'promote'
  /** Nothing is left that the one before signed. */
  | 'retire'
  /** Nothing here can be verified any more: begin anew. */
  | 'restart';

/** `toldForMs`: how long everybody is known to have been told of `next` without a break; absent = they are not. */
export function dueStep(
  { active, next, previous, promotedAt }: Authorities,
  now: EpochMs,
  toldForMs: number | undefined,
  terms: RotationTerms,
): RotationStep {
  const successor = next && !isSpent(next, now) ? next : undefined;
  // A spent authority protects nobody: waiting would only lengthen the outage.
  if (isSpent(active, now)) return successor ? 'promote' : 'restart';
  if (successor && toldForMs !== undefined && toldForMs >= terms.overlapMs) return 'promote';
  if (!successor && isOld(active, now, terms)) return 'announce';
  return previous !== undefined && isSilent(promotedAt, now, terms) ? 'retire' : 'nothing';
}

const isSpent = (pair: CertificatePair, now: EpochMs): boolean => lifeOf(pair).end <= now;

/** Whether everything has run out that was signed before the authority of now took over. */
function isSilent(promotedAt = 0, now: EpochMs, { leafLifetimeMs, skewMs }: RotationTerms): boolean {
  return now >= promotedAt + leafLifetimeMs + skewMs;
}

/** `next` in the place of `active`. */
export function promoted({ active, next }: Authorities, now: EpochMs): Authorities {
  if (next === undefined) throw new TypeError('nobody to promote');
  return { active: next, previous: active.certPem, promotedAt: now };
}

/** Without `previous`. */
export function retired({ previous: _, promotedAt: __, ...rest }: Authorities): Authorities {
  return rest;
}

/** What the Secret holds against what we know, and whether the Secret must follow. */
export type Agreement =
  | { readonly kind: 'agreed'; readonly authorities: Authorities }
  /** Write this; `why` is for the log. */
  | { readonly kind: 'restore'; readonly authorities: Authorities; readonly why: string; readonly needsNext?: true }
  /** Nobody knows any. */
  | { readonly kind: 'begin'; readonly why: string; readonly spoilt?: true };

/**
 * `own`: what we knew last, for as long as something we show is signed by it. Whatever somebody did to the Secret, what
 * replicas show meanwhile stays announced: a strange authority takes over like any successor, a missing Secret is the wish
 * for a new authority, and a spoilt one is put right.
 */
export function agree(
  own: Authorities | undefined,
  stored: AuthoritiesReading | { readonly kind: 'absent' },
): Agreement {
  switch (stored.kind) {
    case 'absent':
      if (own === undefined) return { kind: 'begin', why: 'there was none' };
      return { kind: 'restore', authorities: own, why: 'it was deleted', ...(!own.next && { needsNext: true }) };
    case 'malformed':
      if (own === undefined) return { kind: 'begin', why: stored.reason, spoilt: true };
      return { kind: 'restore', authorities: own, why: stored.reason };
    case 'read': {
      const { authorities } = stored;
      if (own === undefined || knows(authorities, own.active.certPem)) return { kind: 'agreed', authorities };
      const queued = { ...own, next: authorities.active };
      return { kind: 'restore', authorities: queued, why: 'its authority was replaced without notice' };
    }
  }
}

function knows({ active, next, previous }: Authorities, certPem: string): boolean {
  return active.certPem === certPem || next?.certPem === certPem || previous === certPem;
}

/** True from `renewAt` of a certificate's life on. */
export function isOld(pair: CertificatePair, now: EpochMs, { renewAt }: Pick<RotationTerms, 'renewAt'>): boolean {
  const { start, end } = lifeOf(pair);
  return now >= start + (end - start) * renewAt;
}

/** From when until when a certificate is good. */
export function lifeOf({ certPem }: CertificatePair): { readonly start: EpochMs; readonly end: EpochMs } {
  const { validFromDate, validToDate } = new X509Certificate(certPem);
  return { start: as<EpochMs>(validFromDate.getTime()), end: as<EpochMs>(validToDate.getTime()) };
}
