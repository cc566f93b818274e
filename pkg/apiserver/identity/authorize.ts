import type { Clock } from '../../lifecycle/clock.ts';
import type { AccessAttributes, AccessVerdict, User } from '../../model/user.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { ReviewCache } from './review-cache.ts';

/** Who knows what users may do: the kube-apiserver, by SubjectAccessReview. */
export interface AccessReviewer {
  review(user: User, attributes: AccessAttributes, signal: AbortSignal): Promise<AccessVerdict>;
}

/** Whom the authorizer asks, and whom it need not ask about. */
export interface AuthorizerOptions {
  readonly reviewer: AccessReviewer;
  /** Open to everyone who was not refused before: exact paths, or prefixes ending in `*`. */
  readonly alwaysAllowPaths: readonly string[];
  /** How long a yes is good, in milliseconds. */
  readonly authorizedTtlMs: number;
  /** How long a no is good, in milliseconds. */
  readonly unauthorizedTtlMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Decides whether a user may do something. */
export class Authorizer {
  readonly #reviewer: AccessReviewer;
  readonly #alwaysAllowPaths: readonly string[];
  readonly #cache: ReviewCache<AccessVerdict>;

  constructor({ reviewer, alwaysAllowPaths, authorizedTtlMs, unauthorizedTtlMs, clock, log }: AuthorizerOptions) {
    this.#reviewer = reviewer;
    this.#alwaysAllowPaths = alwaysAllowPaths.map(withoutSlash);
    const ttlMs = ({ kind }: AccessVerdict): number => (kind === 'allowed' ? authorizedTtlMs : unauthorizedTtlMs);
    this.#cache = new ReviewCache({ review: 'SubjectAccessReview', clock, log, ttlMs });
  }

  /** The kube-apiserver is asked last, and once for everyone who asks the same at the same time. */
  async authorize(user: User, attributes: AccessAttributes, signal: AbortSignal): Promise<AccessVerdict> {
    if (user.groups.includes('system:masters')) return { kind: 'allowed', reason: 'member of system:masters' };
    if (attributes.kind === 'path' && this.#isAlwaysAllowed(attributes.path)) {
      return { kind: 'allowed', reason: 'always allowed path' };
    }
    const question = JSON.stringify([user.name, user.uid, user.groups, user.extra, attributes]);
    return await this.#cache.lookUp(question, signal, (until) => this.#reviewer.review(user, attributes, until));
  }

  #isAlwaysAllowed(path: string): boolean {
    const asked = withoutSlash(path);
    return this.#alwaysAllowPaths.some((allowed) =>
      allowed.endsWith('*') ? asked.startsWith(allowed.slice(0, -1)) : asked === allowed,
    );
  }
}

/** Flags may name paths with or without their first slash. */
const withoutSlash = (path: string): string => (path.startsWith('/') ? path.slice(1) : path);
