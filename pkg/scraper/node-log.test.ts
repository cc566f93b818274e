import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KeptLog } from '../kube/testing/kept-log.ts';
import { NodeLog } from './node-log.ts';
import type { Outcome } from './outcome.ts';

const scraped: Outcome = { kind: 'scraped', containers: 3, badLines: 0 };
const status = (code: number): Outcome => ({ kind: 'status', code });
const unreachable = (code: string): Outcome => ({ kind: 'unreachable', code });

describe('the log of a node', () => {
  it('has one line per change, never one per scrape', () => {
    const lines = linesOf([scraped, scraped, status(403), status(403), status(403), scraped, scraped]);
    assert.deepEqual(lines, ['Node could not be scraped: 403', 'Node is scraped again']);
  });

  it('has a line when a refusal turns into another one, and when a machine that was gone is there without a kubelet', () => {
    const lines = linesOf([
      status(401),
      status(401),
      status(403),
      unreachable('EHOSTUNREACH'),
      unreachable('ECONNREFUSED'),
    ]);
    assert.deepEqual(lines, [
      'Node could not be scraped: 401',
      'Node could not be scraped: 403',
      'Node could not be scraped: EHOSTUNREACH',
      'Node could not be scraped: ECONNREFUSED',
    ]);
  });

  it('has ten lines in a row of a node that comes and goes, then one a minute', () => {
    const flapping = Array.from({ length: 200 }, (_, asking) => (asking % 2 === 0 ? status(500) : scraped));
    assert.equal(linesOf(flapping, 3_000).length, 19);
  });
});

/** The lines of so many askings, a period or `everyMs` apart. */
function linesOf(outcomes: readonly Outcome[], everyMs = 60_000): readonly string[] {
  const log = new KeptLog();
  const nodeLog = new NodeLog(log);
  const node = { name: 'n1', uid: '', labels: {}, addresses: [], kubeletPort: 0, ready: true };
  for (const [asking, outcome] of outcomes.entries()) {
    nodeLog.ended(
      node,
      { outcome, source: 'resource', alsoTried: undefined },
      { tookMs: 1, endedAt: asking * everyMs },
    );
  }
  return log.lines
    .filter(({ level }) => level !== 'detail')
    .map(({ message, facts }) => {
      const [found] = /\b(\d{3}|E[A-Z]+)\b/.exec(String(facts['reason'] ?? '')) ?? [];
      return found === undefined ? message : `${message}: ${found}`;
    });
}
