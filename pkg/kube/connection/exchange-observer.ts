/** One request as it goes out. */
export interface SentRequest {
  /** `host:port` of the kube-apiserver. */
  readonly host: string;
  readonly method: string;
  readonly bodyBytes: number;
  /** A watch ends when somebody ends it: its time and size say nothing. */
  readonly isWatch: boolean;
}

/** What became of it: answered or failed, and how long its body was if anybody read it whole. */
export interface ExchangeTally {
  answered(status: number): void;
  failed(): void;
  received(bytes: number): void;
}

/** Whoever counts what is asked of the kube-apiserver. */
export interface ExchangeObserver {
  /** Called for every request, also for one that is sent again with other credentials. */
  sent(request: SentRequest): ExchangeTally;
}
