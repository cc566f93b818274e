import type { Authenticator, Authorizer } from '../apiserver/api-server.ts';
import { CallerInstruments } from '../apiserver/instruments/caller-instruments.ts';
import { RequestInstruments } from '../apiserver/instruments/request-instruments.ts';
import type { RequestObserver } from '../apiserver/request-observer.ts';
import type { ApiGroupVersion } from '../apiserver/resource.ts';
import { countedReviews } from '../kube/instruments/review-instruments.ts';
import type { Clock } from '../lifecycle/clock.ts';
import type { Registry } from '../telemetry/exposition.ts';
import type { ReviewConnections } from './callers.ts';

/** What counting our own work takes. */
export interface OwnMetricsOptions {
  readonly registry: Registry;
  readonly groups: readonly ApiGroupVersion[];
  readonly clock: Clock;
}

/** Those who recognise and allow callers. */
export interface CallerDesks {
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
}

/** Where the work of answering is counted. */
export interface OwnMetrics {
  readonly observer: RequestObserver;
  /** The same ways, what is asked on them counted. */
  reviewing(connections: ReviewConnections): ReviewConnections;
  /** The same desks, their work counted. */
  counted(desks: CallerDesks): CallerDesks;
}

/** Puts the families every component of Kubernetes has into the registry. */
export function ownMetrics({ registry, groups, clock }: OwnMetricsOptions): OwnMetrics {
  const callers = new CallerInstruments(registry, clock);
  const systemClient = callers.systemClient.bind(callers);
  return {
    observer: new RequestInstruments({ registry, groups, clock, systemClient }),
    reviewing: ({ authentication, authorization }) => ({
      authentication: countedReviews(authentication, 'authn', { registry, clock }),
      authorization: countedReviews(authorization, 'authz', { registry, clock }),
    }),
    counted: ({ authenticator, authorizer }) => ({
      authenticator: callers.recognising(authenticator),
      authorizer: callers.allowing(authorizer),
    }),
  };
}
