import { type Filter, withHeaders } from './filter.ts';

/**
 * Ends the connection of a small share of HTTP/2 requests (GOAWAY), so that clients that stay for days spread anew over
 * the servers behind a balancer. `random` gives numbers from 0 to below 1.
 */
export function goawayByChance(chance: number, random: () => number): Filter {
  return async ({ httpMajor }, next) => {
    const isChosen = httpMajor === 2 && random() < chance;
    const answer = await next();
    return isChosen ? withHeaders(answer, { Connection: 'close' }) : answer;
  };
}
