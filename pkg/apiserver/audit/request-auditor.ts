import type { Clock } from '../../lifecycle/clock.ts';
import type { EpochMs, MonotonicMs } from '../../model/units.ts';
import type { AccessAttributes, AccessVerdict, User } from '../../model/user.ts';
import type { Auditor } from '../auditor.ts';
import type { Answer, ApiRequest } from '../exchange.ts';
import { attemptedMethods, requestUri, sourceAddresses, userAgentOf } from './asked-by.ts';
import type { AuditBackend } from './backend.ts';
import { type AuditEvent, type AuditResponseStatus, auditUser, microTime } from './event.ts';
import type { AuditInstruments } from './instruments.ts';
import { type AuditDecision, type AuditedAttributes, type AuditPolicy, type AuditStage, decide } from './policy.ts';

/** What an auditor is made of. */
export interface RequestAuditorOptions {
  readonly policy: AuditPolicy;
  readonly backends: readonly AuditBackend[];
  readonly instruments: AuditInstruments;
  readonly clock: Clock;
}

/** A request from its arrival on. */
interface Arrival {
  readonly id: string;
  readonly at: EpochMs;
  readonly since: MonotonicMs;
  /** Once it has begun and the policy wants it. */
  record?: AuditRecord;
}

/** What is known of a request that is recorded. */
interface AuditRecord {
  readonly decision: AuditDecision;
  readonly isKnownUser: boolean;
  readonly facts: Omit<AuditEvent, 'stage' | 'stageTimestamp'>;
  impersonated?: User;
  readonly annotations: Record<string, string>;
  panic?: string;
}

/** Makes events of requests as the policy wants them. */
export class RequestAuditor implements Auditor {
  readonly #options: RequestAuditorOptions;
  readonly #arrivals = new WeakMap<ApiRequest, Arrival>();

  constructor(options: RequestAuditorOptions) {
    this.#options = options;
  }

  arrived(request: ApiRequest, id: string): void {
    const { clock } = this.#options;
    this.#arrivals.set(request, { id, at: clock.now(), since: clock.monotonic() });
  }

  began(request: ApiRequest, user: User | undefined, attributes: AccessAttributes): boolean | Promise<boolean> {
    const { policy, instruments } = this.#options;
    const arrival = this.#arrivals.get(request);
    if (arrival === undefined) return true;
    const decision = decide(policy, user, attributes);
    instruments.levels.add({ level: decision.level });
    if (decision.level === 'None') return true;

    const facts = factsOf({ request, arrival, user, attributes, decision });
    const record: AuditRecord = { decision, isKnownUser: user !== undefined, facts, annotations: {} };
    arrival.record = record;
    return user === undefined ? true : this.#received(request, arrival, record);
  }

  impersonated(request: ApiRequest, user: User): void {
    const record = this.#arrivals.get(request)?.record;
    if (record !== undefined) record.impersonated = user;
  }

  decided(request: ApiRequest, verdict: AccessVerdict): void {
    const record = this.#arrivals.get(request)?.record;
    if (record === undefined) return;
    const { annotations } = record;
    if (verdict.kind !== 'unavailable') {
      annotations['authorization.k8s.io/decision'] = verdict.kind === 'allowed' ? 'allow' : 'forbid';
    }
    annotations['authorization.k8s.io/reason'] = verdict.kind === 'unavailable' ? 'internal error' : verdict.reason;
  }

  broke(request: ApiRequest, error: unknown): void {
    const record = this.#arrivals.get(request)?.record;
    if (record !== undefined) record.panic = error instanceof Error ? error.message : String(error);
  }

  ended(request: ApiRequest, answer: Answer): void {
    const arrival = this.#arrivals.get(request);
    const record = arrival?.record;
    if (arrival === undefined || record === undefined) return;
    this.#arrivals.delete(request);
    for (const { stage, responseStatus } of endings(request, record, answer)) {
      void this.#emit(arrival, record, stage, responseStatus); // Never rejects, and nobody waits for what is over.
    }
  }

  /** A request that is not answered because of us ends here. Nobody is waited for beyond a request's own time. */
  #received(request: ApiRequest, arrival: Arrival, record: AuditRecord): boolean | Promise<boolean> {
    const { rejected } = this.#options.instruments;
    const counted = (kept: boolean): boolean => {
      if (!kept) {
        rejected.add();
        this.#arrivals.delete(request);
      }
      return kept;
    };
    const kept = this.#emit(arrival, record, 'RequestReceived');
    return typeof kept === 'boolean' ? counted(kept) : orAborted(kept.then(counted), request.signal);
  }

  /** Every backend gets every event. */
  #emit(
    { at, since }: Arrival,
    { decision, facts, impersonated, annotations }: AuditRecord,
    stage: AuditStage,
    responseStatus?: AuditResponseStatus,
  ): boolean | Promise<boolean> {
    if (decision.omits(stage)) return true;
    const { backends, clock, instruments } = this.#options;
    instruments.events.add();
    const { level, auditID, requestURI, verb, user, requestReceivedTimestamp, ...others } = facts;
    const event: AuditEvent = {
      level,
      auditID,
      stage,
      requestURI,
      verb,
      user,
      ...(impersonated && { impersonatedUser: auditUser(impersonated) }),
      ...others,
      ...(responseStatus && { responseStatus }),
      requestReceivedTimestamp,
      // Counted from the arrival, so that a clock that is set meanwhile makes no request end before it began.
      stageTimestamp: microTime(at + (clock.monotonic() - since)),
      ...(Object.keys(annotations).length > 0 && { annotations: { ...annotations } }),
    };
    return allOf(backends.map((backend) => backend.record(event)));
  }
}

function allOf(results: readonly (boolean | Promise<boolean>)[]): boolean | Promise<boolean> {
  if (results.every((kept) => typeof kept === 'boolean')) return results.every(Boolean);
  return Promise.all(results).then((all) => all.every(Boolean));
}

/** The result, or true once the request is over, whatever is the result then. */
async function orAborted(result: Promise<boolean>, signal: AbortSignal): Promise<boolean> {
  const { promise: over, resolve } = Promise.withResolvers<boolean>();
  const leave = (): void => resolve(true);
  if (signal.aborted) leave();
  else signal.addEventListener('abort', leave, { once: true });
  try {
    return await Promise.race([result, over]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}

interface Beginning {
  readonly request: ApiRequest;
  readonly arrival: Arrival;
  readonly user: User | undefined;
  readonly attributes: AuditedAttributes;
  readonly decision: AuditDecision;
}

function factsOf({ request, arrival, user, attributes, decision }: Beginning): AuditRecord['facts'] {
  const sourceIPs = sourceAddresses(request);
  const userAgent = userAgentOf(request);
  return {
    level: decision.level,
    auditID: arrival.id,
    requestURI: requestUri(request),
    verb: attributes.verb,
    user: auditUser(user),
    ...(sourceIPs.length > 0 && { sourceIPs }),
    ...(userAgent !== '' && { userAgent }),
    ...(attributes.kind === 'resource' && { objectRef: objectReference(attributes) }),
    requestReceivedTimestamp: microTime(arrival.at),
  };
}

function objectReference({
  resource,
  namespace,
  name,
  group,
  version,
  subresource,
}: AuditedAttributes & { readonly kind: 'resource' }): AuditEvent['objectRef'] & object {
  const members = { resource, namespace, name, apiGroup: group, apiVersion: version, subresource };
  return Object.fromEntries(Object.entries(members).filter(([, text]) => text !== undefined && text !== ''));
}

interface Ending {
  readonly stage: AuditStage;
  readonly responseStatus: AuditResponseStatus;
}

/** The last events of a request. A watch is long-running, so its answer begins at one moment and ends at another. */
function endings(request: ApiRequest, record: AuditRecord, answer: Answer): readonly Ending[] {
  const { isKnownUser, panic, facts } = record;
  if (!isKnownUser) return [{ stage: 'ResponseStarted', responseStatus: unrecognised(request, answer) }];
  if (panic !== undefined) return [{ stage: 'Panic', responseStatus: panicked(panic) }];
  const complete: Ending = { stage: 'ResponseComplete', responseStatus: statusOf(answer) };
  return facts.verb === 'watch' ? [{ ...complete, stage: 'ResponseStarted' }, complete] : [complete];
}

function unrecognised(request: ApiRequest, { status: code }: Answer): AuditResponseStatus {
  return { metadata: {}, status: 'Failure', message: attemptedMethods(request), reason: 'Unauthorized', code };
}

function panicked(message: string): AuditResponseStatus {
  return {
    metadata: {},
    status: 'Failure',
    message: `APIServer panic'd: ${message}`,
    reason: 'InternalError',
    code: 500,
  };
}

function statusOf({ status: code, refusal }: Answer): AuditResponseStatus {
  if (refusal === undefined) return { metadata: {}, code };
  const { message, reason, details } = refusal;
  return { metadata: {}, status: 'Failure', message, reason, ...(details && { details }), code };
}
