import type { Clock } from '../../lifecycle/clock.ts';
import { deadline } from '../../lifecycle/deadline.ts';
import type { NodeRecord } from '../../model/cluster.ts';
import type { KubeletIdentity, KubeletTrust } from '../../scraper/kubelet/kubelet-client.ts';
import { KubeletConnections } from '../../scraper/kubelet/kubelet-connections.ts';
import type { KeyMemory } from '../../scraper/kubelet/trust/key-memory.ts';
import type { Outcome } from '../../scraper/outcome.ts';
import { SkewMeter } from '../../scraper/skew.ts';
import { type AskLimits, type Finding, nothing } from '../../scraper/sources/finding.ts';
import { KubeletDoor } from '../../scraper/sources/kubelet-door.ts';
import { ResourceSource } from '../../scraper/sources/resource-source.ts';
import { SummarySource } from '../../scraper/sources/summary-source.ts';
import type { ServerFlags } from '../facts.ts';
import { sideBySide } from '../gathering/side-by-side.ts';
import type { KubeletFacts } from './kubelet-facts.ts';
import { seeCertificate } from './seen-certificate.ts';

/** How kubelets are asked. */
export interface AskKubeletsOptions {
  readonly flags: ServerFlags['kubelet'];
  readonly identity: KubeletIdentity;
  /** Keys that the server has pinned; absent = it pins none, and only certificates count. */
  readonly remembered?: KeyMemory;
  readonly clock: Clock;
  /** For each kubelet, all of its addresses together. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Told after each kubelet. */
  readonly onAsked: (done: number) => void;
}

/** Enough for 5,000 nodes within minutes, and no storm. */
const atOnce = 32;
/** Nothing is asked twice, so nothing has to be kept. */
const keepAliveMs = 1_000;

/** Asks every kubelet once for its resource metrics, as the server does. */
export async function askKubelets(
  nodes: readonly NodeRecord[],
  options: AskKubeletsOptions,
): Promise<readonly KubeletFacts[]> {
  const { remembered } = options;
  using verifying = clientOf(options, remembered === undefined ? 'verified' : { pinnedIn: remembered });
  using trusting = clientOf(options, 'insecure-tls');
  let done = 0;
  return await sideBySide(nodes, atOnce, async (node) => {
    const facts = await askOne(node, options, { verifying, trusting });
    options.onAsked(++done);
    return facts;
  });
}

interface Clients {
  readonly verifying: KubeletConnections;
  readonly trusting: KubeletConnections;
}

function clientOf({ identity, clock }: AskKubeletsOptions, trust: KubeletTrust): KubeletConnections {
  const credentials = { current: () => identity };
  return new KubeletConnections({ credentials, trust, keepAliveMs, clock, userAgent: 'metrics-server/doctor tacho' });
}

/** Without verification only where the server does so too: every 15 s, it shows whoever answers its token. */
async function askOne(
  node: NodeRecord,
  options: AskKubeletsOptions,
  { verifying, trusting }: Clients,
): Promise<KubeletFacts> {
  const verified = await askVia(verifying, node, options);
  if (verified.outcome.kind !== 'tls') return verified;
  if (options.flags.trust === 'insecure') return askVia(trusting, node, options);
  const certificate = await certificateAt(verified.address, options);
  return { ...verified, ...(certificate && { certificate }) };
}

async function askVia(
  client: KubeletConnections,
  node: NodeRecord,
  { flags: address, clock, timeoutMs, signal }: AskKubeletsOptions,
): Promise<KubeletFacts> {
  using limit = deadline(signal, timeoutMs, clock);
  const since = clock.monotonic();
  const door = new KubeletDoor({ client, address, clock });
  const limits = { signal: limit.signal, limitMs: timeoutMs, connectMs: timeoutMs };
  const finding = await askThrough(door, node, limits).catch(brokenBy);
  const trust = client.trustOf(node.name);
  client.forget(node.name);
  const facts = factsOf(node, finding, clock.monotonic() - since);
  return trust === undefined || trust === 'refused' ? facts : { ...facts, acceptedBy: trust };
}

/** The summary stands in where there are no resource metrics, or none of containers: as the server has it, if it may. */
async function askThrough(door: KubeletDoor, node: NodeRecord, limits: AskLimits): Promise<Finding> {
  const found = await new ResourceSource(door).ask(node, limits);
  if (!isLacking(found.outcome)) return found;
  const other = await new SummarySource(door).ask(node, limits);
  const helps = other.outcome.kind === 'scraped' && other.outcome.containers > 0;
  return helps ? { ...other, source: 'summary' } : found;
}

function isLacking(outcome: Outcome): boolean {
  if (outcome.kind === 'scraped') return outcome.containers === 0;
  return outcome.kind === 'nothing-measured' || (outcome.kind === 'status' && outcome.code === 404);
}

function brokenBy(cause: unknown): Finding {
  return nothing({ kind: 'broken', message: cause instanceof Error ? cause.message : String(cause) });
}

function factsOf(node: NodeRecord, { outcome, address, clock, source }: Finding, tookMs: number): KubeletFacts {
  const meter = new SkewMeter();
  if (clock !== undefined) meter.observe(clock);
  // Samples alone say little: they may be 20 s old.
  const aheadMs = clock?.date === undefined ? undefined : meter.aheadMs;
  return {
    node,
    outcome,
    tookMs,
    fromSummary: source === 'summary',
    ...(address !== undefined && { address }),
    ...(aheadMs !== undefined && { aheadMs }),
  };
}

async function certificateAt(address: string | undefined, { clock, timeoutMs, signal }: AskKubeletsOptions) {
  const [, bracketed, plain, port] = /^(?:\[(.*)\]|([^:]*)):(\d+)$/.exec(address ?? '') ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) return undefined;
  using limit = deadline(signal, timeoutMs, clock);
  return await seeCertificate(host, Number(port), limit.signal);
}
