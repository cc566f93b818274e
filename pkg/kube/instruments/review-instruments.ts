import type { Clock } from '../../lifecycle/clock.ts';
import type { Registry } from '../../telemetry/exposition.ts';
import { Counter, Histogram } from '../../telemetry/instruments.ts';
import type { KubeTransport } from '../connection/transport.ts';

/** What is delegated to the kube-apiserver: finding out who somebody is, or what they may. */
export type Delegated = 'authn' | 'authz';

const bounds = [0.25, 0.5, 0.7, 1, 1.5, 3, 5, 10];

const subjects: Readonly<Record<Delegated, string>> = {
  authn: 'who a caller is',
  authz: 'what a caller may',
};

/** The way on which reviews are asked for, each try counted and timed. Names, labels and bounds are those of the kube-apiserver. */
export function countedReviews(
  connection: KubeTransport,
  delegated: Delegated,
  { registry, clock }: { readonly registry: Registry; readonly clock: Clock },
): KubeTransport {
  const total = registry.register(
    new Counter({
      name: `apiserver_delegated_${delegated}_request_total`,
      help: `[ALPHA] Times the kube-apiserver was asked ${subjects[delegated]}, by status code; <error> where no answer came.`,
      labels: ['code'],
    }),
  );
  const durations = registry.register(
    new Histogram({
      name: `apiserver_delegated_${delegated}_request_duration_seconds`,
      help: `[ALPHA] How long the kube-apiserver took to say ${subjects[delegated]}, in seconds, by status code.`,
      labels: ['code'],
      buckets: bounds,
    }),
  );
  return {
    server: connection.server,
    async request(asked) {
      const began = clock.monotonic();
      let code = '<error>';
      try {
        const response = await connection.request(asked);
        code = String(response.status);
        return response;
      } finally {
        total.add({ code });
        durations.observe((clock.monotonic() - began) / 1000, { code });
      }
    },
  };
}
