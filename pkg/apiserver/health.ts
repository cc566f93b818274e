import type { Answer, ApiRequest } from './exchange.ts';
import { plainRoute, type Route } from './router.ts';
import { textError } from './status.ts';

/** One thing that must be so for the server to be well. */
export interface HealthCheck {
  /** `metric-storage-ready`. */
  readonly name: string;
  /** Undefined when all is well, otherwise why not; cheap, for it is called on every probe. */
  check(): string | undefined;
}

/** What an endpoint tells. */
export interface HealthEndpoint {
  readonly checks: readonly HealthCheck[];
  /** Sentences about what is not as it should be and yet no reason to fail; anybody may read them. Absent = none ever. */
  readonly notes?: (() => readonly string[]) | undefined;
}

/** An endpoint (`livez`) over its checks, and one route per check below it. */
export function healthRoutes(endpoint: string, { checks, notes }: HealthEndpoint): readonly Route[] {
  return [
    plainRoute(`/${endpoint}`, (request) => summary(endpoint, { checks, notes }, request)),
    ...checks.map((check) => plainRoute(`/${endpoint}/${check.name}`, () => single(check))),
  ];
}

/** Why not is withheld here, for anybody may look; the single check's own path tells it to those who may read it. */
function summary(endpoint: string, { checks, notes }: HealthEndpoint, { query }: ApiRequest): Answer {
  const excluded = new Set(query.getAll('exclude'));
  const results = checks.map((check) =>
    excluded.has(check.name) ? { line: `[+]${check.name} excluded: ok\n`, ok: true } : result(check),
  );
  const noted = (notes?.() ?? []).map((note) => `degraded: ${note}\n`);
  const lines = [...results.map(({ line }) => line), warning(excluded, checks), ...noted].join('');
  if (!results.every(({ ok }) => ok)) return textError(500, `${lines}${endpoint} check failed`);
  return text(query.has('verbose') ? `${lines}${endpoint} check passed\n` : 'ok');
}

function result(check: HealthCheck): { readonly line: string; readonly ok: boolean } {
  if (check.check() === undefined) return { line: `[+]${check.name} ok\n`, ok: true };
  return { line: `[-]${check.name} failed: reason withheld\n`, ok: false };
}

function warning(excluded: ReadonlySet<string>, checks: readonly HealthCheck[]): string {
  const unknown = [...excluded.difference(new Set(checks.map(({ name }) => name)))].sort();
  if (unknown.length === 0) return '';
  const names = unknown.map((name) => `"${name}"`).join(',');
  return `warn: some health checks cannot be excluded: no matches for ${names}\n`;
}

function single(check: HealthCheck): Answer {
  const whyNot = check.check();
  // As in the reference, one check alone does not forbid guessing its type, unlike all of them together.
  return whyNot === undefined
    ? { status: 200, headers: plain, body: 'ok' }
    : textError(500, `internal server error: ${whyNot}`);
}

function text(body: string): Answer {
  return { status: 200, headers: { ...plain, 'X-Content-Type-Options': 'nosniff' }, body };
}

const plain = { 'Content-Type': 'text/plain; charset=utf-8' } as const;
