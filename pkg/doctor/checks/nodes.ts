import type { NodeRecord } from '../../model/cluster.ts';
import { isSilence } from '../../scraper/outcome.ts';
import type { ServerFlags } from '../facts.ts';
import { fine, found, unseen, type Verdict } from '../finding.ts';
import type { KubeletFacts, Speaker } from '../kubelets/kubelet-facts.ts';
import { type Diagnosis, diagnose } from './kubelet-outcomes.ts';

/** What is known of the nodes and their kubelets. */
export interface NodesCheck {
  readonly nodes: readonly NodeRecord[];
  /** Of all nodes that the server would ask. */
  readonly kubelets: readonly KubeletFacts[];
  readonly flags: ServerFlags['kubelet'];
  readonly speaker: Speaker;
}

/** Slower than this, a kubelet is close to being too slow for the server's 10 s. */
const slowMs = 3_000;
/** A Date header is good to half a second; certificates and young pods are judged to the second. */
const skewLimitMs = 5_000;
const mostNamed = 5;

/** Is every kubelet reached, trusted, and willing to tell of containers? */
export function checkNodes(check: NodesCheck): readonly Verdict[] {
  const { nodes, kubelets } = check;
  const asked = kubelets.filter((one) => one.node.ready);
  const failed = failures(asked, check);
  return [
    ...notReady(nodes),
    ...excluded(nodes, check.flags),
    ...verification(kubelets, check.flags),
    ...failed,
    ...slow(asked),
    ...skewed(kubelets),
    ...well(asked, check.speaker),
  ];
}

/** `n1, n2 and 498 more`. */
export function namesOf(names: readonly string[]): string {
  const shown = names.slice(0, mostNamed).join(', ');
  return names.length > mostNamed ? `${shown} and ${names.length - mostNamed} more` : shown;
}

const aboutNodes = (names: readonly string[]): string => `node${names.length === 1 ? '' : 's'} ${namesOf(names)}`;

function notReady(nodes: readonly NodeRecord[]): readonly Verdict[] {
  const names = nodes.filter(({ ready, leaving }) => !ready && leaving === undefined).map(({ name }) => name);
  if (names.length === 0) return [];
  return [
    found({
      code: 'node-not-ready',
      severity: 'warning',
      about: aboutNodes(names),
      what: names.length === 1 ? 'It is not Ready.' : `${names.length} nodes are not Ready.`,
      why: 'A node that is not Ready is asked all the same, but seldom answers; its pods have no metrics then.',
      cure: { advice: 'See what it says.', commands: [`kubectl describe node ${names[0]}`] },
    }),
  ];
}

function excluded(nodes: readonly NodeRecord[], { nodeSelector }: ServerFlags['kubelet']): readonly Verdict[] {
  const names = nodes.filter(({ labels }) => nodeSelector?.matches(labels) === false).map(({ name }) => name);
  if (nodeSelector === undefined || names.length === 0) return [];
  return [
    found({
      code: 'nodes-excluded',
      severity: 'warning',
      about: aboutNodes(names),
      what: `--node-selector=${nodeSelector.toString()} leaves out ${names.length} of ${nodes.length} nodes.`,
      why: 'Pods on them have no metrics, and autoscalers of them do not scale.',
      cure: {
        advice: 'Take the flag away, or choose a selector that fits all nodes but those that cannot be asked.',
        commands: ['kubectl get nodes --show-labels'],
      },
    }),
  ];
}

function verification(kubelets: readonly KubeletFacts[], { trust }: ServerFlags['kubelet']): readonly Verdict[] {
  if (trust !== 'insecure') return [];
  const names = kubelets.filter(({ acceptedBy }) => acceptedBy === 'nothing').map(({ node }) => node.name);
  const good = kubelets.length > 0 && kubelets.every(({ acceptedBy }) => acceptedBy === 'certificate');
  return [
    found({
      code: 'kubelet-tls-off',
      severity: 'warning',
      about: 'flag --kubelet-insecure-tls',
      what: 'The server takes whatever certificate a kubelet shows.',
      why: 'Whoever answers at the address of a node receives the token of the server.',
      cure: good
        ? { advice: `It is not needed: all ${kubelets.length} certificates can be verified. Leave it out.` }
        : {
            advice:
              `Not all could be verified${names.length > 0 ? ` (${namesOf(names)})` : ''}. --kubelet-tls=pin is the next best: ` +
              'it remembers the key of each node on first contact, and refuses another one.',
            manifest: ['args: ["--kubelet-tls=pin", "…"]'],
          },
    }),
  ];
}

/** Nodes that fail alike are one finding. */
function failures(kubelets: readonly KubeletFacts[], { speaker }: NodesCheck): readonly Verdict[] {
  const groups = new Map<string, { readonly diagnosis: Diagnosis; readonly names: string[] }>();
  const silent: string[] = [];
  for (const facts of kubelets) {
    if (speaker === 'stranger' && isSilence(facts.outcome)) silent.push(facts.node.name);
    const diagnosis = diagnosisFor(facts, speaker);
    if (diagnosis === undefined) continue;
    const key = `${diagnosis.code}\n${diagnosis.what}\n${diagnosis.why}`;
    const group = groups.get(key) ?? { diagnosis, names: [] };
    group.names.push(facts.node.name);
    groups.set(key, group);
  }
  const findings = [...groups.values()].map(({ diagnosis, names }) =>
    found({ ...diagnosis, severity: 'error', about: aboutNodes(names) }),
  );
  if (silent.length === 0) return findings;
  return [
    ...findings,
    unseen(`kubelets of ${aboutNodes(silent)}`, 'they cannot be reached from here; in a pod they may'),
  ];
}

/** A stranger is refused, and sees nothing else of a kubelet than its certificate. */
function diagnosisFor(facts: KubeletFacts, speaker: Speaker): Diagnosis | undefined {
  if (speaker === 'stranger' && facts.outcome.kind !== 'tls') return undefined;
  return diagnose(facts);
}

function slow(kubelets: readonly KubeletFacts[]): readonly Verdict[] {
  const late = kubelets.filter(({ outcome, tookMs }) => outcome.kind === 'scraped' && tookMs > slowMs);
  if (late.length === 0) return [];
  const slowest = Math.max(...late.map(({ tookMs }) => tookMs));
  return [
    found({
      code: 'kubelet-slow',
      severity: 'warning',
      about: aboutNodes(late.map(({ node }) => node.name)),
      what: `The kubelet took ${seconds(slowest)} to answer.`,
      why: 'Its metrics are that much older, and beyond --kubelet-request-timeout they come every other time at best.',
      cure: {
        advice:
          'Look for what keeps the node busy (many containers, a slow disk, a throttled kubelet); the server waits up to ' +
          '--kubelet-slow-request-timeout for a kubelet that proves to be slow.',
      },
    }),
  ];
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

function skewed(kubelets: readonly KubeletFacts[]): readonly Verdict[] {
  const dated = kubelets.flatMap(({ node, aheadMs }) => (aheadMs === undefined ? [] : [{ name: node.name, aheadMs }]));
  const wrong = dated.filter(({ aheadMs }) => Math.abs(aheadMs) > skewLimitMs);
  const offsets = wrong.map(({ aheadMs }) => aheadMs);
  const isOurs =
    wrong.length > 1 && wrong.length === dated.length && Math.max(...offsets) - Math.min(...offsets) < 2_000;
  if (isOurs) return [skew('this machine', `Every node is ${offsetText(offsets[0] ?? 0)} of us.`)];
  return wrong.map(({ name, aheadMs }) => skew(`node ${name}`, `Its clock is ${offsetText(aheadMs)} of ours.`));
}

const offsetText = (aheadMs: number): string => `${seconds(Math.abs(aheadMs))} ${aheadMs > 0 ? 'ahead' : 'behind'}`;

function skew(about: string, what: string): Verdict {
  return found({
    code: 'clock-skew',
    severity: 'warning',
    about,
    what,
    why: 'Samples bear the time of the node: autoscalers take those of young pods for too old or too new, and certificates fail early.',
    cure: {
      advice: 'Have the clock follow a time server.',
      commands: ['chronyc tracking', 'timedatectl set-ntp true'],
    },
  });
}

function trustText(good: readonly KubeletFacts[]): string {
  const pinned = good.filter(({ acceptedBy }) => acceptedBy === 'pin').length;
  const isVerified = good.every(({ acceptedBy }) => acceptedBy === 'certificate' || acceptedBy === 'pin');
  if (!isVerified) return '';
  return pinned === 0
    ? ', with certificates that are verified'
    : `, ${pinned} by the key that is pinned and the others by their certificates`;
}

function well(kubelets: readonly KubeletFacts[], speaker: Speaker): readonly Verdict[] {
  const accepted = (facts: KubeletFacts): boolean =>
    speaker === 'server' ? diagnose(facts) === undefined : facts.outcome.kind === 'status';
  const good = kubelets.filter(accepted);
  if (good.length === 0) return [];
  const slowest = good.toSorted((a, b) => b.tookMs - a.tookMs)[0];
  const time =
    slowest === undefined ? '' : `; the slowest (${slowest.node.name}) took ${Math.round(slowest.tookMs)} ms`;
  const trust = trustText(good);
  if (speaker === 'stranger')
    return [
      fine(`${good.length} of ${kubelets.length} kubelets can be reached from here${trust}; none was shown a token.`),
    ];
  const stoodIn = good.filter(({ fromSummary }) => fromSummary).map(({ node }) => node.name);
  const source = stoodIn.length === 0 ? '' : `; ${namesOf(stoodIn)} by /stats/summary`;
  return [fine(`${good.length} of ${kubelets.length} kubelets answer for their containers${source}${trust}${time}.`)];
}
