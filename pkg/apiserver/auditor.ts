import type { AccessAttributes, AccessVerdict, User } from '../model/user.ts';
import type { Answer, ApiRequest } from './exchange.ts';

/** Who is told what becomes of each request, in this order. Nothing here throws or rejects. */
export interface Auditor {
  /** A request is there; nobody knows yet who asks. `id` is its Audit-ID. */
  arrived(request: ApiRequest, id: string): void;
  /**
   * It is known who asks; undefined: who showed a wrong credential. False when the request cannot be recorded although it
   * must be: it is not answered then.
   */
  began(request: ApiRequest, user: User | undefined, attributes: AccessAttributes): boolean | Promise<boolean>;
  /** From here on somebody acts as `user`. */
  impersonated(request: ApiRequest, user: User): void;
  /** It is known whether they may. */
  decided(request: ApiRequest, verdict: AccessVerdict): void;
  /** Answering threw; `ended` still follows. */
  broke(request: ApiRequest, error: unknown): void;
  /** Its answer is made. */
  ended(request: ApiRequest, answer: Answer): void;
}
