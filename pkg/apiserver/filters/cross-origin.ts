import type { Answer } from '../exchange.ts';
import { type Filter, withHeaders } from './filter.ts';

/** What pages of other origins may do here: the reference's fixed list. */
const permissions = {
  'Access-Control-Allow-Methods': 'POST, GET, OPTIONS, PUT, DELETE, PATCH',
  'Access-Control-Allow-Headers':
    'Content-Type, Content-Length, Accept-Encoding, X-CSRF-Token, Authorization, X-Requested-With, If-Modified-Since',
  'Access-Control-Expose-Headers': 'Date',
  'Access-Control-Allow-Credentials': 'true',
};

/**
 * In characters: a scheme, a name of 253 and a port, with room to spare. Anybody may send more, and the regular expressions
 * are the operator's: few of them are quick on a megabyte.
 */
const longestOrigin = 512;

/**
 * Lets browsers show our answers to pages of the origins allowed (CORS). A browser asks for that in advance, by OPTIONS
 * and without credentials, so it is answered before anybody asks who it is.
 */
export function crossOrigin(allowedOrigins: readonly RegExp[]): Filter {
  return async ({ method, headers }, next) => {
    const [origin = ''] = [headers.origin].flat();
    if (origin === '' || origin.length > longestOrigin || !allowedOrigins.some((allowed) => allowed.test(origin)))
      return await next();
    const allowance = { 'Access-Control-Allow-Origin': origin, ...permissions };
    const preflight: Answer = { status: 204, headers: {}, body: '' };
    return withHeaders(method === 'OPTIONS' ? preflight : await next(), allowance);
  };
}
