import type { Clock } from '../../lifecycle/clock.ts';
import type { TokenVerdict } from '../../model/user.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { ApiRequest } from '../exchange.ts';
import type { Identity } from './identity.ts';
import { type AnswerObserver, ReviewCache } from './review-cache.ts';
import { tokenInProtocols } from './socket-token.ts';

/** Who knows what a token is worth: the kube-apiserver, by TokenReview. */
export interface TokenReviewer {
  review(token: string, signal: AbortSignal): Promise<TokenVerdict>;
}

/** Whom to ask about tokens, and for how long the answer holds. */
export interface BearerTokensOptions {
  readonly reviewer: TokenReviewer;
  /** How long a verdict is good, in milliseconds, whether the token was accepted or rejected. */
  readonly ttlMs: number;
  /** Told of every token that was looked up. Absent = nobody counts. */
  readonly onAnswer?: AnswerObserver;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The users whom bearer tokens name. */
export class BearerTokens {
  readonly #reviewer: TokenReviewer;
  readonly #cache: ReviewCache<TokenVerdict>;

  constructor({ reviewer, ttlMs, onAnswer, clock, log }: BearerTokensOptions) {
    this.#reviewer = reviewer;
    const counting = onAnswer === undefined ? {} : { onAnswer };
    this.#cache = new ReviewCache({ review: 'TokenReview', clock, log, ttlMs: () => ttlMs, ...counting });
  }

  /** The user whose token the request carries; an error when it carries one that is not accepted. */
  async identify({ headers, signal }: Pick<ApiRequest, 'headers' | 'signal'>): Promise<Identity> {
    const token = bearerToken(headers.authorization);
    if (token === '') return { kind: 'no-opinion', warning: spaceBeforeToken };
    return token === undefined ? await this.#identifySocket({ headers, signal }) : await this.#review(token, signal);
  }

  /** Browsers cannot give a WebSocket an Authorization header. */
  async #identifySocket({ headers, signal }: Pick<ApiRequest, 'headers' | 'signal'>): Promise<Identity> {
    const found = tokenInProtocols(headers);
    return found.kind === 'token' ? await this.#review(found.token, signal) : found;
  }

  async #review(token: string, signal: AbortSignal): Promise<Identity> {
    const verdict = await this.#cache.lookUp(token, signal, (until) => this.#reviewer.review(token, until));
    switch (verdict.kind) {
      case 'authenticated':
        return { kind: 'user', user: verdict.user };
      case 'rejected':
        return { kind: 'error', reason: `bearer token: ${verdict.reason}` };
      case 'unavailable':
        return { kind: 'error', reason: `bearer token could not be reviewed: ${verdict.reason}` };
      default:
        return verdict satisfies never;
    }
  }
}

/** What the reference says to whoever may wonder why nobody knows them. */
const spaceBeforeToken =
  'the provided Authorization header contains extra space before the bearer token, and is ignored';

/** `Bearer <token>`, the scheme in any case. As in the reference nothing is found, the empty text, after more than one space. */
function bearerToken(authorization: string | undefined): string | undefined {
  const [scheme = '', token] = (authorization ?? '').trim().split(' ', 2);
  return scheme.toLowerCase() === 'bearer' ? token : undefined;
}
