import type { ScrapeTrouble } from '../../api/absence/absence.ts';
import type { ScrapeState, ScrapeStates } from '../../api/absence/ports.ts';
import type { Clock } from '../../lifecycle/clock.ts';
import { keyChanged } from '../../scraper/kubelet/trust/acceptance.ts';
import { askingText, namesNothing, type Outcome } from '../../scraper/outcome.ts';
import type { FollowedReport, ScrapeReport } from '../../scraper/scrape-report.ts';

/** Whom to ask how scraping goes. */
export interface Scrapes {
  reportOf(node: string): ScrapeReport | undefined;
}

/** The scraper's reports in the API's words. */
export function scrapeStates(scrapes: Scrapes, clock: Pick<Clock, 'monotonic'>): ScrapeStates {
  return {
    stateOf(node) {
      const report = scrapes.reportOf(node);
      return report && stateOf(report, clock.monotonic());
    },
  };
}

function stateOf(report: ScrapeReport, now: number): ScrapeState {
  switch (report.kind) {
    case 'followed':
      return followedState(report, now);
    case 'excluded':
      return { kind: 'excluded', text: '--node-selector leaves it out' };
    case 'dropped':
      return { kind: 'leaving', text: `its taint ${report.taint} says that its machine is gone, or about to be` };
    default:
      return report satisfies never;
  }
}

function followedState({ outcome, source, alsoTried, lastScrapedAt }: FollowedReport, now: number): ScrapeState {
  if (outcome === undefined) return { kind: 'not-asked', text: 'it was not asked yet' };
  return {
    kind: kindOf(outcome),
    text: askingText({ outcome, source, alsoTried }),
    ...(lastScrapedAt !== undefined && { silentMs: now - lastScrapedAt }),
    ...(outcome.kind === 'scraped' && { containers: outcome.containers }),
  };
}

function kindOf(outcome: Outcome): ScrapeState['kind'] {
  switch (outcome.kind) {
    case 'unreachable':
      return unreachable[outcome.code] ?? 'unreachable';
    case 'tls':
      return tlsKind(outcome);
    case 'status':
      return statuses[outcome.code] ?? 'status';
    case 'too-large':
      return 'bad-body';
    default:
      return outcome.kind;
  }
}

const unreachable: Readonly<Record<string, ScrapeTrouble>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EHOSTUNREACH: 'no-route',
  ENETUNREACH: 'no-route',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  ETIMEDOUT: 'timed-out',
};

const statuses: Readonly<Record<number, ScrapeTrouble>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'no-such-path',
};

const tlsKinds: Readonly<Record<string, ScrapeTrouble>> = {
  [keyChanged]: 'tls-changed',
  CERT_HAS_EXPIRED: 'tls-expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls-unknown-authority',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls-unknown-authority',
  UNABLE_TO_GET_ISSUER_CERT: 'tls-unknown-authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls-unknown-authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls-unknown-authority',
};

function tlsKind({ code, message }: { readonly code: string; readonly message: string }): ScrapeTrouble {
  if (code !== 'ERR_TLS_CERT_ALTNAME_INVALID') return tlsKinds[code] ?? 'tls';
  return namesNothing(message) ? 'tls-no-name' : 'tls-wrong-name';
}
