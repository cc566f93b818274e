import { type Filter, withHeaders } from './filter.ts';

/** Tells browsers to come by HTTPS only (HSTS), in the words of `--strict-transport-security-directives`. */
export function strictTransportSecurity(directives: readonly string[]): Filter {
  const headers = { 'Strict-Transport-Security': directives.join('; ') };
  return async (_request, next) => withHeaders(await next(), headers);
}
