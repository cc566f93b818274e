import type { Answer, ApiRequest } from '../exchange.ts';
import type { Route } from '../router.ts';

/** Whose verbosity can be changed while it runs. */
export interface Talkative {
  /** 0 … 10, as with `-v`. */
  setVerbosity(verbosity: number): void;
}

/** PUT of a number to `/debug/flags/v` changes `-v` of the running program. The index document is silent about it. */
export function verbosityRoutes(log: Talkative): readonly Route[] {
  return [{ pattern: '/debug/flags/v', handler: (request) => changed(log, request) }];
}

async function changed(log: Talkative, request: ApiRequest): Promise<Answer> {
  if (request.method !== 'PUT') return plain(406, 'unsupported http method');
  const asked = (await request.body?.()) ?? '';
  if (!/^\d{1,2}$/.test(asked.trim()))
    return plain(400, `failed set klog.logging.verbosity ${asked.slice(0, 100)}: must be a whole number, as with -v`);
  log.setVerbosity(Number(asked));
  return plain(200, `successfully set klog.logging.verbosity to ${asked.trim()}`);
}

function plain(status: number, body: string): Answer {
  return { status, headers: { 'Content-Type': 'text/plain', 'X-Content-Type-Options': 'nosniff' }, body };
}
