import type { NodeRecord } from '../../model/cluster.ts';
import { formatDuration } from '../../model/duration.ts';
import type { Absence } from './absence.ts';
import type { Hindrance, ScrapeState } from './ports.ts';

/** What is known of a node. */
export interface NodeFacts {
  readonly node: Pick<NodeRecord, 'name' | 'ready'>;
  readonly state: ScrapeState | undefined;
  readonly hindrance: Hindrance | undefined;
}

/** Why a node has no metrics, given that it has none. */
export function nodeAbsence({ node, state, hindrance }: NodeFacts): Absence {
  const { name } = node;
  const trouble = scrapeAbsence(node, state);
  if (trouble !== undefined) return trouble;
  switch (hindrance) {
    case 'first-sample':
      return { kind: 'first-sample', text: `node ${name} was measured once so far, and a rate takes two samples` };
    case 'standing-still':
      return { kind: 'standing-still', text: `the kubelet of node ${name} repeats an old sample: ${stuck}` };
    case 'unreadable':
    case 'not-named':
    case undefined:
      return { kind: 'not-named', text: `the kubelet of node ${name} answers, but says nothing of the node itself` };
    default:
      return hindrance satisfies never;
  }
}

/** What ails a node whose kubelet measures nothing new. */
export const stuck = 'its housekeeping (cAdvisor) or its container runtime seems to be stuck';

/** What stands between us and a node's kubelet; undefined when it answers. */
export function scrapeAbsence(
  { name, ready }: Pick<NodeRecord, 'name' | 'ready'>,
  state: ScrapeState | undefined,
): Absence | undefined {
  if (state === undefined) return { kind: 'unknown-node', text: `there is no node ${name} any more` };
  const { kind, text } = state;
  if (kind === 'scraped') return undefined;
  if (kind === 'not-asked') return { kind, text: `node ${name} has not been asked yet` };
  if (kind === 'excluded' || kind === 'leaving') return { kind, text: `node ${name} is not scraped: ${text}` };
  const scraped = `${ready ? '' : 'is not Ready, and '}${silence(state.silentMs)}`;
  return { kind: ready ? kind : 'not-ready', text: `node ${name} ${scraped}: ${text}` };
}

function silence(ms: number | undefined): string {
  if (ms === undefined) return 'was never scraped';
  return `was not scraped for ${formatDuration(Math.round(ms / 1000) * 1e9)}`;
}
