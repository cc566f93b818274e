import { type Attempt, isSilence, isSuccess, type Outcome, type Source } from '../outcome.ts';

/** A fresh kubelet has not met its containers yet: only after this is their absence something to do about. */
const lackingMs = 30_000;

/** How often it is looked whether a node on another source has resource metrics after all. */
const lookBackMs = 600_000;

/** Rights are granted by people, who do not do it by the minute; kubelets change when they are restarted. */
const afterForbiddenMs = 900_000;
const afterFailureMs = 300_000;

/** A single failure is an accident. */
const failuresThatCount = 2;

/**
 * Which source of one node to ask: its resource metrics, as long as they are of use; what it was found to answer by when
 * they are not. All times are of one monotonic clock.
 */
export class SourceChoice {
  readonly #hasProxy: boolean;
  #current: Source = 'resource';
  #lookBackAt = 0;
  #lackingSince: number | undefined;
  /** Askings in a row: of resource metrics that met with silence, of the current other source that failed. */
  #silent = 0;
  #failed = 0;
  readonly #refusals = new Map<Source, { readonly outcome: Outcome; readonly until: number }>();

  constructor({ hasProxy }: { readonly hasProxy: boolean }) {
    this.#hasProxy = hasProxy;
  }

  /** What was tried last in place of resource metrics, and did not help either. */
  get refused(): Attempt | undefined {
    const refused = [...this.#refusals].at(-1);
    return refused && { source: refused[0], outcome: refused[1].outcome };
  }

  /** Which source to ask now. */
  next(now: number): Source {
    if (this.#current === 'resource') {
      const isAlone = this.#hasProxy && this.#silent >= failuresThatCount && this.#mayTry('node-proxy', now);
      return isAlone ? 'node-proxy' : 'resource';
    }
    if (now < this.#lookBackAt) return this.#current;
    this.#lookBackAt = now + lookBackMs;
    return 'resource';
  }

  /** After resource metrics ended so: whether to ask for the summary as well, in the same asking. */
  wantsSummary(outcome: Outcome, now: number): boolean {
    if (!isLacking(outcome)) {
      this.#lackingSince = undefined;
      return false;
    }
    this.#lackingSince ??= now;
    if (this.#current === 'summary') return true;
    const isSure = outcome.kind === 'status' || now - this.#lackingSince >= lackingMs;
    return isSure && this.#mayTry('summary', now);
  }

  /** Asking a source ended so; `helped` where it gave what resource metrics did not. */
  tried(source: Source, outcome: Outcome, { helped, now }: { readonly helped: boolean; readonly now: number }): void {
    if (source === 'resource') this.#triedResource(outcome);
    else if (helped) this.#stayWith(source, now);
    // Where both are silent, the node's own door is tried in between: a kube-apiserver that is away must not be in the way.
    else if (source !== this.#current) this.#notHelped(source, outcome, now);
    // Silence says nothing about a source: the node is down, or the kube-apiserver is.
    else if (!isSilence(outcome)) this.#refuse(source, outcome, now);
  }

  #stayWith(source: Source, now: number): void {
    if (source !== this.#current) this.#lookBackAt = now + lookBackMs;
    this.#current = source;
    this.#failed = 0;
    this.#refusals.clear();
  }

  #notHelped(source: Source, outcome: Outcome, now: number): void {
    this.#silent = 0;
    if (!isSilence(outcome)) this.#refuse(source, outcome, now);
  }

  #refuse(source: Source, outcome: Outcome, now: number): void {
    if (source === this.#current && ++this.#failed < failuresThatCount) return;
    this.#current = 'resource';
    this.#failed = 0;
    const isForbidden = outcome.kind === 'status' && outcome.code === 403;
    const until = now + (isForbidden ? afterForbiddenMs : afterFailureMs);
    this.#refusals.delete(source);
    this.#refusals.set(source, { outcome, until });
  }

  #triedResource(outcome: Outcome): void {
    this.#silent = isSilence(outcome) ? this.#silent + 1 : 0;
    if (!isSuccess(outcome) || isLacking(outcome)) return;
    this.#current = 'resource';
    this.#refusals.clear();
  }

  #mayTry(source: Source, now: number): boolean {
    return now >= (this.#refusals.get(source)?.until ?? 0);
  }
}

/** It answers, and says nothing of containers: another path, another runtime, or a kubelet that does not see them. */
function isLacking(outcome: Outcome): boolean {
  if (outcome.kind === 'scraped') return outcome.containers === 0;
  return outcome.kind === 'nothing-measured' || (outcome.kind === 'status' && outcome.code === 404);
}
