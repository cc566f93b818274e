import type { FlagSection } from './flag.ts';

/** What is there for whoever looks into the running server. */
export const featureFlags = {
  'contention-profiling': {
    kind: 'switch',
    default: false,
    inert: 'JavaScript has no locks to wait for',
    help: 'Profile where threads wait for each other.',
  },
  'debug-socket-path': {
    kind: 'text',
    default: '',
    inert: 'profiles are never given to strangers, as in metrics-server; /debug/pprof/ has them',
    help: 'Unix socket for profiling without authentication.',
  },
  'enable-priority-and-fairness': {
    kind: 'switch',
    default: true,
    inert: '--max-requests-inflight and --max-mutating-requests-inflight limit requests, as in metrics-server',
    help: 'Limit requests by flow schemas and priority levels.',
  },
  profiling: {
    kind: 'switch',
    default: true,
    help: 'Serve profiles under /debug/pprof/, and take another -v by PUT to /debug/flags/v.',
  },
} as const satisfies FlagSection;
