import type { Clock } from '../../lifecycle/clock.ts';
import type { AccessVerdict, User } from '../../model/user.ts';
import type { Registry } from '../../telemetry/exposition.ts';
import { Counter, type CounterSeries, Histogram, type HistogramSeries } from '../../telemetry/instruments.ts';
import type { Authenticator, Authorizer } from '../api-server.ts';
import type { ApiRequest } from '../exchange.ts';
import { ClientCertificates } from './client-certificates.ts';
import { Outcomes } from './outcomes.ts';
import { knownUser, systemClientOf } from './user-label.ts';

const filterBounds = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 5, 10, 15, 30];

/** Counts and times how callers are recognised and allowed. Names, labels and bounds are those of the kube-apiserver. */
export class CallerInstruments {
  readonly #clock: Clock;
  readonly #identified: Outcomes;
  readonly #decided: Outcomes;
  readonly #users: Counter;
  readonly #byUser = new Map<string, CounterSeries>();
  readonly #certificates: ClientCertificates;
  readonly #authentication: HistogramSeries;
  readonly #authorization: HistogramSeries;
  /** Few requests come from the control plane; nothing is kept of all the others. */
  readonly #systemClients = new WeakMap<ApiRequest, string>();

  constructor(registry: Registry, clock: Clock) {
    this.#clock = clock;
    this.#identified = new Outcomes(registry, {
      total: {
        name: 'authentication_attempts',
        help: '[ALPHA] Requests whose caller was looked for, by what came of it.',
      },
      duration: {
        name: 'authentication_duration_seconds',
        help: '[ALPHA] How long finding out who asks took, in seconds, by what came of it.',
      },
    });
    this.#decided = new Outcomes(registry, {
      total: {
        name: 'authorization_attempts_total',
        help: '[ALPHA] Questions whether a caller may, by the answer.',
      },
      duration: {
        name: 'authorization_duration_seconds',
        help: '[ALPHA] How long finding out whether a caller may took, in seconds, by the answer.',
      },
    });
    this.#certificates = new ClientCertificates(registry, clock);
    this.#users = registry.register(
      new Counter({
        name: 'authenticated_user_requests',
        help: '[ALPHA] Requests whose caller is known, by user name; nearly all names count as other.',
        labels: ['username'],
      }),
    );
    const filters = registry.register(
      new Histogram({
        name: 'apiserver_request_filter_duration_seconds',
        help: '[ALPHA] How long requests spent in each of the filters in front of the routes, in seconds.',
        labels: ['filter'],
        buckets: filterBounds,
      }),
    );
    this.#authentication = filters.with({ filter: 'authentication' });
    this.#authorization = filters.with({ filter: 'authorization' });
  }

  /** The same authenticator, its work counted. */
  recognising(inner: Authenticator): Authenticator {
    return {
      authenticate: async (request) => {
        const began = this.#clock.monotonic();
        const caller = await inner.authenticate(request);
        const seconds = (this.#clock.monotonic() - began) / 1000;
        this.#authentication.observe(seconds);
        this.#identified.ended(caller.kind === 'user' ? 'success' : 'error', seconds);
        if (caller.kind === 'user') this.#recognised(request, caller.user);
        return caller;
      },
    };
  }

  /** The same authorizer, its work counted. */
  allowing(inner: Authorizer): Authorizer {
    return {
      authorize: async (user, attributes, signal) => {
        const began = this.#clock.monotonic();
        const verdict = await inner.authorize(user, attributes, signal);
        const seconds = (this.#clock.monotonic() - began) / 1000;
        this.#authorization.observe(seconds);
        this.#decided.ended(results[verdict.kind], seconds);
        return verdict;
      },
    };
  }

  /** The control plane's component that sent a request whose caller is known; empty for everybody else. */
  systemClient(request: ApiRequest): string {
    return this.#systemClients.get(request) ?? '';
  }

  #recognised(request: ApiRequest, user: User): void {
    this.#countUser(knownUser(user));
    this.#certificates.recognised(request, user);
    const client = systemClientOf(user);
    if (client !== undefined) this.#systemClients.set(request, client);
  }

  #countUser(username: string): void {
    let series = this.#byUser.get(username);
    if (series === undefined) {
      series = this.#users.with({ username });
      this.#byUser.set(username, series);
    }
    series.add();
  }
}

/** Whoever is not allowed by anybody is refused, but nobody denied it: so the kube-apiserver's own authorizers say it. */
const results: Readonly<Record<AccessVerdict['kind'], string>> = {
  allowed: 'allowed',
  denied: 'no-opinion',
  unavailable: 'error',
};
