import type { Authenticator, Authorizer } from '../apiserver/api-server.ts';
import { CallerInstruments } from '../apiserver/instruments/caller-instruments.ts';
import { RequestInstruments } from '../apiserver/instruments/request-instruments.ts';
import { TokenCacheInstruments } from '../apiserver/instruments/token-cache.ts';
import type { RequestObserver } from '../apiserver/request-observer.ts';
import type { ApiGroupVersion } from '../apiserver/resource.ts';
import type { VersionInfo } from '../apiserver/version.ts';
import { countedReviews } from '../kube/instruments/review-instruments.ts';
import type { Clock } from '../lifecycle/clock.ts';
import type { Registry } from '../telemetry/exposition.ts';
import { Counter } from '../telemetry/instruments.ts';
import { registerProcessMetrics } from '../telemetry/process-metrics.ts';
import { Reading } from '../telemetry/reading.ts';
import { EventLoopLag, registerRuntimeMetrics } from '../telemetry/runtime-metrics.ts';
import type { CallerMeans, ReviewConnections } from './callers.ts';

/** What counting our own work takes. */
export interface OwnMetricsOptions {
  readonly registry: Registry;
  readonly groups: readonly ApiGroupVersion[];
  readonly clock: Clock;
  readonly version: VersionInfo;
}

/** Those who recognise and allow callers. */
export interface CallerDesks {
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
}

/** Where the work of answering is counted. */
export interface OwnMetrics {
  /** Measures how late everything is, while it runs. */
  readonly lag: EventLoopLag;
  readonly observer: RequestObserver;
  readonly handshakeFailures: Pick<Counter, 'add'>;
  /** The same ways, what is asked on them counted, and what counts tokens. */
  callerMeans(connections: ReviewConnections): Pick<CallerMeans, 'connections' | 'tokenCache'>;
  /** The same desks, their work counted. */
  counted(desks: CallerDesks): CallerDesks;
}

/** Puts the families every component of Kubernetes has into the registry. */
export function ownMetrics({ registry, groups, clock, version }: OwnMetricsOptions): OwnMetrics {
  const lag = new EventLoopLag();
  registerProcessMetrics(registry);
  registerRuntimeMetrics(registry, lag);
  registry.register(buildInfo(version));
  const callers = new CallerInstruments(registry, clock);
  const systemClient = callers.systemClient.bind(callers);
  const handshakeFailures = new Counter({
    name: 'apiserver_tls_handshake_errors_total',
    help: '[ALPHA] Clients with whom no TLS connection came about.',
  });
  return {
    lag,
    handshakeFailures: registry.register(handshakeFailures),
    observer: new RequestInstruments({ registry, groups, clock, systemClient }),
    callerMeans: ({ authentication, authorization }) => ({
      connections: {
        authentication: countedReviews(authentication, 'authn', { registry, clock }),
        authorization: countedReviews(authorization, 'authz', { registry, clock }),
      },
      tokenCache: new TokenCacheInstruments(registry),
    }),
    counted: ({ authenticator, authorizer }) => ({
      authenticator: callers.recognising(authenticator),
      authorizer: callers.allowing(authorizer),
    }),
  };
}

/** Always 1: what matters is in the labels. */
const buildInfo = (version: VersionInfo): Reading =>
  new Reading({
    name: 'kubernetes_build_info',
    type: 'gauge',
    help: '[ALPHA] Always 1; the labels say which release this is and what it runs on.',
    labels: {
      major: version.major,
      minor: version.minor,
      git_version: version.gitVersion,
      git_commit: version.gitCommit,
      git_tree_state: version.gitTreeState,
      build_date: version.buildDate,
      go_version: version.goVersion,
      compiler: version.compiler,
      platform: version.platform,
    },
    read: () => 1,
  });
