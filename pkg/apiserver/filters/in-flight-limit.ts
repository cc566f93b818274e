import type { User } from '../../model/user.ts';
import type { Answer, ApiRequest } from '../exchange.ts';
import { textError } from '../status.ts';
import { withHeaders } from './filter.ts';

/** How many requests may be under way at once; 0 = no limit. */
export interface InFlightLimits {
  readonly reading: number;
  readonly writing: number;
}

const readingVerbs: ReadonlySet<string> = new Set(['get', 'list', 'watch']);

const tooMany = withHeaders(textError(429, 'Too many requests, please try again later.'), { 'Retry-After': '1' });

/**
 * Turns away what is too much at once. It sits behind authentication, because the cluster's own masters are never turned
 * away: the aggregation layer asks as one of them whether we are there.
 */
export class InFlightLimit {
  readonly #limits: InFlightLimits;
  readonly #underWay = { reading: 0, writing: 0 };

  constructor(limits: InFlightLimits) {
    this.#limits = limits;
  }

  /** `verb` as authorization knows it. A request counts until it is over, not until its answer is found. */
  async pass(
    { over }: Pick<ApiRequest, 'over'>,
    { user, verb }: { readonly user: User; readonly verb: string },
    next: () => Promise<Answer>,
  ): Promise<Answer> {
    const lane = readingVerbs.has(verb) ? 'reading' : 'writing';
    if (this.#limits[lane] === 0) return await next();
    if (this.#underWay[lane] >= this.#limits[lane]) {
      return user.groups.includes('system:masters') ? await next() : tooMany;
    }
    this.#underWay[lane]++;
    return await untilOver(over, next, () => this.#underWay[lane]--);
  }
}

/** Calls `ended` once: when the request is over, or where nobody says so, when it was answered. */
export async function untilOver(
  over: AbortSignal | undefined,
  next: () => Promise<Answer>,
  ended: () => void,
): Promise<Answer> {
  if (over !== undefined && !over.aborted) {
    over.addEventListener('abort', ended, { once: true });
    return await next();
  }
  try {
    return await next();
  } finally {
    ended();
  }
}
