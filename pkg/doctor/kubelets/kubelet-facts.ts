import type { NodeRecord } from '../../model/cluster.ts';
import type { AcceptedBy } from '../../scraper/kubelet/trust/acceptance.ts';
import type { Outcome } from '../../scraper/outcome.ts';
import type { SeenCertificate } from './seen-certificate.ts';

/** What asking one kubelet came to. */
export interface KubeletFacts {
  readonly node: NodeRecord;
  readonly outcome: Outcome;
  /** Host and port, IPv6 in brackets; absent where there was nobody to ask. */
  readonly address?: string;
  /** By what it was accepted; `nothing` where the server does not look, and its certificate is not good. Absent = it was not. */
  readonly acceptedBy?: AcceptedBy;
  /** /stats/summary gave what /metrics/resource does not. */
  readonly fromSummary: boolean;
  /** Of the whole answer. */
  readonly tookMs: number;
  /** How far the node's clock is ahead of ours, negative = behind; absent where nobody told. */
  readonly aheadMs?: number;
  /** What the kubelet showed, where it was not accepted. */
  readonly certificate?: SeenCertificate;
}

/** Whether we spoke as the server does, or showed no credentials because ours are somebody else's. */
export type Speaker = 'server' | 'stranger';
