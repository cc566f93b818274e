import { type ConnectionOutcome, openConnection } from '../kube/connection/connection.ts';
import type { ExchangeObserver } from '../kube/connection/exchange-observer.ts';
import type { KubeConnection } from '../kube/connection/transport.ts';
import type { Config } from './config.ts';
import type { Surroundings } from './surroundings.ts';

/** The ways to the kube-apiserver: for the catalogues and kubelets, for recognising callers, for allowing them. */
export interface Connections {
  readonly core: KubeConnection;
  readonly authentication: KubeConnection;
  readonly authorization: KubeConnection;
}

/** Where the configuration says which identity to use. */
export interface ConnectionConfig {
  readonly kubeconfig?: Config['kubeconfig'];
  readonly authentication: Pick<Config['authentication'], 'kubeconfig'>;
  readonly authorization: Pick<Config['authorization'], 'kubeconfig'>;
}

/** What opening them takes. */
export type ConnectionMeans = Surroundings & {
  /** Told of every request; absent = requests are not counted. */
  readonly observer?: ExchangeObserver;
};

/** The connections, or what is wrong with which flags. */
export type ConnectionsOutcome =
  | { readonly kind: 'opened'; readonly connections: Connections }
  | { readonly kind: 'failed'; readonly problems: readonly string[] };

/** Opens the three connections into `opened`, one per kubeconfig. */
export async function openConnections(
  config: ConnectionConfig,
  surroundings: ConnectionMeans,
  opened: AsyncDisposableStack,
): Promise<ConnectionsOutcome> {
  const { environment } = surroundings;
  const openings = new Openings(surroundings, opened);
  // Outside a cluster there is no identity of the pod to fall back on; the one given for everything else serves.
  const fallback = environment['KUBERNETES_SERVICE_HOST'] === undefined ? config.kubeconfig : undefined;
  const core = await openings.open('--kubeconfig', config.kubeconfig);
  const authentication = await openings.open(
    '--authentication-kubeconfig',
    config.authentication.kubeconfig ?? fallback,
  );
  const authorization = await openings.open('--authorization-kubeconfig', config.authorization.kubeconfig ?? fallback);
  if (core === undefined || authentication === undefined || authorization === undefined)
    return { kind: 'failed', problems: openings.problems };
  return { kind: 'opened', connections: { core, authentication, authorization } };
}

interface Opening {
  readonly outcome: ConnectionOutcome;
  /** Those that led to it. */
  readonly flags: string[];
}

/** Each kubeconfig is opened once, whichever flags name it; absent = the identity of the pod. */
class Openings {
  readonly #surroundings: ConnectionMeans;
  readonly #opened: AsyncDisposableStack;
  readonly #byPath = new Map<string | undefined, Opening>();

  constructor(surroundings: ConnectionMeans, opened: AsyncDisposableStack) {
    this.#surroundings = surroundings;
    this.#opened = opened;
  }

  /** What is wrong, once per kubeconfig. */
  get problems(): readonly string[] {
    return [...this.#byPath.values()].flatMap(({ outcome, flags }) => {
      if (outcome.kind === 'opened') return [];
      // The others follow --kubeconfig where nothing else is said, so that is the flag to look at.
      const named = flags.includes('--kubeconfig') ? ['--kubeconfig'] : flags;
      return [`${named.join(', ')}: ${outcome.message}`];
    });
  }

  async open(flag: string, path: string | undefined): Promise<KubeConnection | undefined> {
    const known = this.#byPath.get(path);
    known?.flags.push(flag);
    const outcome = known?.outcome ?? (await this.#openOnce(flag, path));
    return outcome.kind === 'opened' ? outcome.connection : undefined;
  }

  async #openOnce(flag: string, path: string | undefined): Promise<ConnectionOutcome> {
    const { clock, environment, release, log, observer } = this.#surroundings;
    const counting = observer === undefined ? {} : { observer };
    const means = { clock, environment, version: release.version, log: log.named('kube'), ...counting };
    const outcome = await openConnection({ ...means, ...(path === undefined ? {} : { kubeconfig: path }) });
    if (outcome.kind === 'opened') this.#opened.use(outcome.connection);
    this.#byPath.set(path, { outcome, flags: [flag] });
    return outcome;
  }
}
