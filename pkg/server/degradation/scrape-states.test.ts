import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type Absence, scrapeTroubles } from '../../api/absence/absence.ts';
import { Absences } from '../../api/absence/absences.ts';
import { as, type MonotonicMs } from '../../model/units.ts';
import type { Outcome } from '../../scraper/outcome.ts';
import type { FollowedReport, ScrapeReport } from '../../scraper/scrape-report.ts';
import { scrapeStates } from './scrape-states.ts';

const now = as<MonotonicMs>(100_000);
const detail = 'Forbidden (user=ms, verb=get, resource=nodes, subresource(s)=[metrics])';
const tls = (code: string, message = 'bad'): Outcome => ({ kind: 'tls', code, message });
const unreachable = (code: string): Outcome => ({ kind: 'unreachable', code });

/** Every way of not being scraped, in the order of the golden file. */
const reports: readonly ScrapeReport[] = [
  { kind: 'excluded' },
  { kind: 'dropped', taint: 'node.kubernetes.io/out-of-service' },
  ...(
    [
      { kind: 'no-address', message: 'it has no address of the types InternalIP' },
      unreachable('ENOTFOUND'),
      unreachable('EAI_AGAIN'),
      unreachable('ECONNREFUSED'),
      unreachable('ECONNRESET'),
      unreachable('EHOSTUNREACH'),
      unreachable('ENETUNREACH'),
      unreachable('ETIMEDOUT'),
      { kind: 'timed-out', afterMs: 10_000 },
      unreachable('EPIPE'),
      tls('ERR_TLS_CERT_ALTNAME_INVALID', 'it does not contain any name (no SAN)'),
      tls('ERR_TLS_CERT_ALTNAME_INVALID', 'it names IP Address:10.0.0.8, and none of 10.0.0.7, n7'),
      tls('DEPTH_ZERO_SELF_SIGNED_CERT'),
      tls('SELF_SIGNED_CERT_IN_CHAIN'),
      tls('UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
      tls('CERT_HAS_EXPIRED'),
      tls('CERT_NOT_YET_VALID'),
      tls('ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR', 'tlsv1 alert internal error'),
      tls('KUBELET_KEY_CHANGED', 'it shows another key (sha256/b) than it did at first (sha256/a): …'),
      tls('KUBELET_KEY_NOT_PINNED', 'cannot get Secret kube-system/metrics-server-kubelet-pins: …'),
      { kind: 'status', code: 401 },
      { kind: 'status', code: 403, detail },
      { kind: 'status', code: 404 },
      { kind: 'status', code: 503, detail: 'try later' },
      { kind: 'bad-body', message: 'its content type is text/html' },
      { kind: 'too-large', limitBytes: 16 * 2 ** 20 },
      { kind: 'nothing-measured', badLines: 0 },
      { kind: 'broken', message: 'x is undefined' },
    ] satisfies readonly Outcome[]
  ).map(followed),
];

describe('a node without metrics', () => {
  it('is explained as testdata/reasons.txt says; after a wanted change, write what is printed there', () => {
    const told = reports.map((report) => reasonOf(report));
    const golden = readFileSync(join(import.meta.dirname, 'testdata', 'reasons.txt'), 'utf8');
    assert.equal(`${told.map(({ kind, text }) => `${kind}: ${text}`).join('\n')}\n`, golden);
  });

  it('has a reason of each kind there is', () => {
    const kinds = new Set(reports.map((report) => reasonOf(report)).map(({ kind }) => kind));
    assert.deepEqual(
      scrapeTroubles.filter((kind) => !kinds.has(kind)),
      [],
    );
  });

  it('was never scraped, where that is so; is not Ready, where that is so; or was not asked yet', () => {
    const never = { ...followed({ kind: 'status', code: 401 }), lastScrapedAt: undefined };
    assert.match(reasonOf(never).text, /^node n7 was never scraped: the kubelet answered 401/);
    const down = reasonOf(followed(unreachable('ECONNREFUSED')), { ready: false });
    assert.equal(down.kind, 'not-ready');
    assert.match(down.text, /^node n7 is not Ready, and was not scraped for 47s: .*ECONNREFUSED/);
    const asked = { ...followed({ kind: 'status', code: 401 }), outcome: undefined };
    assert.deepEqual(reasonOf(asked), { kind: 'not-asked', text: 'node n7 has not been asked yet' });
  });
});

describe('a pod without metrics', () => {
  it('has the reason of its node', async () => {
    const ofNode = reasonOf(followed({ kind: 'status', code: 403 }));
    const ofPod = await absencesOver(followed({ kind: 'status', code: 403 })).ofPod(
      { namespace: 'ns', name: 'web', running: true },
      new AbortController().signal,
    );
    assert.deepEqual(ofPod, ofNode);
  });
});

function followed(outcome: Outcome): FollowedReport {
  return {
    kind: 'followed',
    outcome,
    failures: 3,
    endedAt: now,
    lastScrapedAt: as<MonotonicMs>(now - 47_000),
    nextAskAt: undefined,
    backingOff: false,
    source: 'resource',
    alsoTried: undefined,
    address: '10.0.0.7:10250',
    skewMs: undefined,
  };
}

function reasonOf(report: ScrapeReport, { ready = true } = {}): Absence {
  return absencesOver(report).ofNode({ name: 'n7', ready });
}

function absencesOver(report: ScrapeReport): Absences {
  const node = { name: 'n7', uid: '', labels: {}, addresses: [], kubeletPort: 10_250, ready: true };
  return new Absences({
    nodes: { get: () => node },
    scrapes: scrapeStates({ reportOf: () => report }, { monotonic: () => now }),
    sightings: {
      servesPod: () => false,
      sightingOf: () => ({ node: 'n7', hindrance: 'standing-still', container: 'app' }),
      nodeHindrance: () => 'standing-still',
    },
    desk: { look: async () => ({ kind: 'absent' }), remembered: () => undefined },
  });
}
