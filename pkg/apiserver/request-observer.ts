import type { Answer, ApiRequest } from './exchange.ts';

/** Whoever counts and times requests. It changes nothing of them. */
export interface RequestObserver {
  /** Called first for every request; what it returns is called last, and gives back the answer to be sent. */
  began(request: ApiRequest): (answer: Answer) => Answer;
}
