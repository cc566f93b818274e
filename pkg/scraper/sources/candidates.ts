import type { Clock } from '../../lifecycle/clock.ts';
import type { KubeletAnswer } from '../kubelet/kubelet-client.ts';

/** An answer, and the host that gave it, or by which it failed. */
export interface Reached {
  readonly host: string;
  readonly answer: KubeletAnswer;
}

/** How long finding a kubelet may take. */
export interface CandidateLimits {
  /** Ends everything. */
  readonly signal: AbortSignal;
  /** For connecting, all candidates together. */
  readonly connectMs: number;
}

/** Asks one host, to which there should be a connection after `connectMs`. */
export type AskHost = (host: string, connectMs: number) => Promise<KubeletAnswer>;

/**
 * The addresses of one node, tried one after the other until one leads to its kubelet. That one is tried first from then
 * on, until it leads nowhere any more.
 */
export class Candidates {
  readonly #clock: Pick<Clock, 'monotonic'>;
  #winner: string | undefined;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** Asks at least one host. When none leads anywhere, the answer is that of the one with which we came furthest. */
  async ask(hosts: readonly string[], limits: CandidateLimits, ask: AskHost): Promise<Reached> {
    const since = this.#clock.monotonic();
    const failed: Reached[] = [];
    for (const [at, host] of this.#ordered(hosts).entries()) {
      const leftMs = limits.connectMs - (this.#clock.monotonic() - since);
      const answer = await ask(host, leftMs / (hosts.length - at));
      if (!leadsNowhere(answer)) {
        this.#winner = host;
        return { host, answer };
      }
      failed.push({ host, answer });
      if (limits.signal.aborted) break;
    }
    const [furthest] = failed.sort((a, b) => distance(b.answer) - distance(a.answer));
    return furthest ?? { host: '', answer: { kind: 'timed-out' } };
  }

  #ordered(hosts: readonly string[]): readonly string[] {
    const winner = this.#winner;
    if (winner === undefined || !hosts.includes(winner)) return hosts;
    return [winner, ...hosts.filter((host) => host !== winner)];
  }
}

/**
 * How far the way to a host goes that leads nowhere: a name that nobody knows, packets that nobody answers, a machine on
 * which nothing listens, a machine that proves to be another one.
 */
const distances: Readonly<Record<string, number>> = {
  ENOTFOUND: 0,
  EAI_AGAIN: 0,
  EAFNOSUPPORT: 1,
  EADDRNOTAVAIL: 1,
  EINVAL: 1,
  ENETUNREACH: 1,
  EHOSTUNREACH: 2,
  ETIMEDOUT: 3,
  ECONNREFUSED: 4,
  ERR_TLS_CERT_ALTNAME_INVALID: 5,
};

/** Nobody is there, or not the one we look for; another address may lead to it. A refusal is an answer. */
const leadsNowhere = (answer: KubeletAnswer): boolean =>
  (answer.kind === 'unreachable' || answer.kind === 'tls') && Object.hasOwn(distances, answer.code);

const distance = (answer: KubeletAnswer): number =>
  answer.kind === 'unreachable' || answer.kind === 'tls' ? (distances[answer.code] ?? 0) : 0;
