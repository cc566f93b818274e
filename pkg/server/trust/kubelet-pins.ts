import type { NodeCatalog } from '../../kube/nodes.ts';
import { SecretClient, type SecretCreation, type SecretUpdate, type StoredSecret } from '../../kube/secrets.ts';
import type { KeyMemory } from '../../scraper/kubelet/trust/key-memory.ts';
import { KeyPins, type PinStore } from '../../scraper/kubelet/trust/key-pins.ts';
import type { Pins } from '../../scraper/kubelet/trust/pins.ts';
import type { Means } from '../means.ts';

/** Where the manifests put the server; it counts where neither the pod nor the kubeconfig says where we are. */
const usualNamespace = 'kube-system';

const labels = { 'k8s-app': 'metrics-server' };

/** What remembers the keys of kubelets, at work while its loops run. */
export interface KubeletPins {
  /** Undefined = nobody does. */
  readonly memory: KeyMemory | undefined;
  readonly loops: readonly { run(signal: AbortSignal): Promise<void> }[];
  /** Why it cannot, for readyz. */
  readonly notes: () => readonly string[];
}

/** What `--kubelet-tls=pin` remembers by; without it nobody remembers anything. */
export function kubeletPins(
  { config, connections, clock, log }: Pick<Means, 'config' | 'connections' | 'clock' | 'log'>,
  nodes: NodeCatalog,
): KubeletPins {
  const { tls, pinsSecret, completelyInsecure } = config.kubelet;
  if (tls !== 'pin' || completelyInsecure) return { memory: undefined, loops: [], notes: () => [] };
  const connection = connections.core;
  const place = { namespace: connection.namespace ?? usualNamespace, ...pinsSecret };
  const store = new SecretOfPins(new SecretClient({ connection, clock }), place);
  const pins = new KeyPins({ store, nodes, clock, log: log.named('kubelet-pins') });
  return { memory: pins, loops: [pins], notes: () => pins.problems };
}

interface Place {
  readonly namespace: string;
  readonly name: string;
}

/** One Secret with a key for each node, as the store of pins. */
export class SecretOfPins implements PinStore {
  readonly what: string;
  readonly #client: Pick<SecretClient, 'read' | 'create' | 'update'>;
  readonly #place: Place;
  /** The last one read, which an update is made of; undefined = there was none. */
  #last: StoredSecret | undefined;

  constructor(client: Pick<SecretClient, 'read' | 'create' | 'update'>, place: Place) {
    this.what = `Secret ${place.namespace}/${place.name}`;
    this.#client = client;
    this.#place = place;
  }

  async read(signal: AbortSignal): ReturnType<PinStore['read']> {
    const reading = await this.#client.read(this.#place.namespace, this.#place.name, signal);
    this.#last = reading.kind === 'found' ? reading.secret : undefined;
    if (reading.kind === 'absent') return { kind: 'found', pins: new Map() };
    if (reading.kind !== 'found') return { kind: 'refused', message: reading.message };
    return { kind: 'found', pins: new Map([...reading.secret.data].map(([uid, key]) => [uid, key.toString()])) };
  }

  async write(pins: Pins, signal: AbortSignal): ReturnType<PinStore['write']> {
    const data = new Map([...pins].map(([uid, key]) => [uid, Buffer.from(key)]));
    return writingOf(
      this.#last === undefined
        ? await this.#client.create({ ...this.#place, data, labels }, signal)
        : await this.#client.update(this.#last, data, signal),
    );
  }

  howToForget(uid: string): string {
    const { namespace, name } = this.#place;
    return `kubectl -n ${namespace} patch secret ${name} --type=merge -p '{"data":{"${uid}":null}}'`;
  }
}

function writingOf(outcome: SecretCreation | SecretUpdate): Awaited<ReturnType<PinStore['write']>> {
  switch (outcome.kind) {
    case 'written':
      return { kind: 'written' };
    case 'exists':
    case 'conflict':
    case 'absent':
      return { kind: 'taken' };
    case 'forbidden':
    case 'unavailable':
      return { kind: 'refused', message: outcome.message };
  }
}
