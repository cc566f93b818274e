import { type BackoffPolicy, backoffMs } from '../lifecycle/backoff.ts';
import type { Clock } from '../lifecycle/clock.ts';
import { deadline } from '../lifecycle/deadline.ts';
import type { AccessAttributes, AccessVerdict, TokenVerdict, User } from '../model/user.ts';
import { isUnreadable, type Problem, problemOf, problemOfFailure } from './connection/problem.ts';
import type { KubeTransport } from './connection/transport.ts';

/** What asking for reviews takes. */
export interface ReviewOptions {
  readonly connection: KubeTransport;
  readonly clock: Clock;
  /** Gives [0, 1); only tests throw their own dice. */
  readonly random?: () => number;
}

/** As the reference does: five tries within ten seconds. */
const timeLimitMs = 10_000;
const tries = 5;
const betweenTries: BackoffPolicy = { firstMs: 500, factor: 1.5, maxMs: 10_000, jitter: 0.2 };
const answerLimit = 1024 * 1024;

/** Asks the kube-apiserver whose token something is. Nothing is remembered here. */
export class TokenReviews {
  readonly #options: ReviewOptions;

  constructor(options: ReviewOptions) {
    this.#options = options;
  }

  /** Never rejects; `unavailable` when nobody could be asked. */
  async review(token: string, signal: AbortSignal): Promise<TokenVerdict> {
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } };
    const path = '/apis/authentication.k8s.io/v1/tokenreviews';
    const outcome = await submit(this.#options, { path, body }, signal);
    if (outcome.kind === 'failed') return unavailable('TokenReview', outcome.problem);

    const { authenticated, user, error } = outcome.status;
    if (authenticated === true) {
      const known = decodeUser(user);
      if (known !== undefined) return { kind: 'authenticated', user: known };
      return { kind: 'unavailable', reason: 'TokenReview: the answer names no user' };
    }
    return { kind: 'rejected', reason: textOr(error, 'the kube-apiserver does not know this token') };
  }
}

/** Asks the kube-apiserver whether somebody may do something. Nothing is remembered here. */
export class AccessReviews {
  readonly #options: ReviewOptions;

  constructor(options: ReviewOptions) {
    this.#options = options;
  }

  /** Never rejects; `unavailable` when nobody could be asked. */
  async review(user: User, attributes: AccessAttributes, signal: AbortSignal): Promise<AccessVerdict> {
    const spec = { user: user.name, groups: user.groups, extra: user.extra, ...attributesOf(attributes) };
    const body = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: user.uid === undefined ? spec : { ...spec, uid: user.uid },
    };
    const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
    const outcome = await submit(this.#options, { path, body }, signal);
    if (outcome.kind === 'failed') return unavailable('SubjectAccessReview', outcome.problem);

    const { allowed, reason, evaluationError } = outcome.status;
    if (typeof allowed !== 'boolean') {
      return { kind: 'unavailable', reason: 'SubjectAccessReview: the answer has no verdict' };
    }
    // The reason goes into the 403's message as it is; where there is none, the error says why nobody allowed it.
    return { kind: allowed ? 'allowed' : 'denied', reason: textOr(reason, allowed ? '' : textOr(evaluationError, '')) };
  }
}

interface Submission {
  readonly path: string;
  readonly body: unknown;
}

type SubmitOutcome =
  | { readonly kind: 'answered'; readonly status: Readonly<Record<string, unknown>> }
  | { readonly kind: 'failed'; readonly problem: Problem; readonly again: boolean };

/** Submits until answered, until trying again makes no sense, or until tries or time are used up. */
async function submit(options: ReviewOptions, submission: Submission, signal: AbortSignal): Promise<SubmitOutcome> {
  const { clock, random } = options;
  using limit = deadline(signal, timeLimitMs, clock);
  for (let failures = 1; ; failures++) {
    const outcome = await submitOnce(options, submission, limit.signal);
    if (outcome.kind === 'answered' || !outcome.again || failures === tries || limit.signal.aborted) return outcome;
    const wait = Math.max(backoffMs(betweenTries, failures, random), outcome.problem.retryAfterMs ?? 0);
    await clock.sleep(wait, limit.signal);
    if (limit.signal.aborted) return outcome;
  }
}

async function submitOnce(
  { connection }: ReviewOptions,
  { path, body }: Submission,
  signal: AbortSignal,
): Promise<SubmitOutcome> {
  try {
    using response = await connection.request({ method: 'POST', path, body, signal });
    if (response.status !== 200 && response.status !== 201) {
      const problem = await problemOf(response);
      return { kind: 'failed', problem, again: worthAnotherTry(problem) };
    }
    const { status } = ((await response.json(answerLimit)) ?? {}) as { status?: unknown };
    if (typeof status === 'object' && status !== null) {
      return { kind: 'answered', status: status as Readonly<Record<string, unknown>> };
    }
    return { kind: 'failed', problem: { message: `POST ${path} was answered without a status` }, again: false };
  } catch (cause) {
    return { kind: 'failed', problem: problemOfFailure(cause, connection), again: !isUnreadable(cause) };
  }
}

function worthAnotherTry({ status, retryAfterMs }: Problem): boolean {
  return status === 500 || status === 504 || status === 429 || retryAfterMs !== undefined;
}

function unavailable(review: string, { message }: Problem): { kind: 'unavailable'; reason: string } {
  return { kind: 'unavailable', reason: `${review}: ${message}` };
}

function attributesOf(attributes: AccessAttributes): Record<string, unknown> {
  if (attributes.kind === 'path') {
    const { verb, path } = attributes;
    return { nonResourceAttributes: { verb, path } };
  }
  const { kind: _, fieldSelector, labelSelector, ...rest } = attributes;
  const selectors = {
    ...(fieldSelector && { fieldSelector: { requirements: fieldSelector } }),
    ...(labelSelector && { labelSelector: { requirements: labelSelector } }),
  };
  return { resourceAttributes: { ...rest, ...selectors } };
}

/** Null where the answer gives no name to go by. */
function decodeUser(user: unknown): User | undefined {
  const { username, uid, groups, extra } = (user ?? {}) as Partial<Record<string, unknown>>;
  if (typeof username !== 'string' || username === '') return undefined;
  return {
    name: username,
    ...(typeof uid === 'string' && uid !== '' ? { uid } : {}),
    groups: textsOf(groups),
    extra: Object.fromEntries(Object.entries(extra ?? {}).map(([key, values]) => [key, textsOf(values)])),
  };
}

const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((text): text is string => typeof text === 'string') : [];

const textOr = (value: unknown, otherwise: string): string =>
  typeof value === 'string' && value !== '' ? value : otherwise;
