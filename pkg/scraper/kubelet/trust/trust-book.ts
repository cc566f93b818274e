import type { Registry } from '../../../telemetry/exposition.ts';
import { Gauge } from '../../../telemetry/instruments.ts';
import type { AcceptedBy } from './acceptance.ts';

/** How one node's kubelet stands with us since the last connection: by what it was accepted, or not. */
export type TrustState = AcceptedBy | 'refused';

const states: readonly TrustState[] = ['certificate', 'pin', 'nothing', 'refused'];

/** By what each kubelet was accepted last. */
export class TrustBook {
  readonly #states = new Map<string, TrustState>();
  readonly #counts: Record<TrustState, number> = { certificate: 0, pin: 0, nothing: 0, refused: 0 };
  readonly #gauge: Gauge | undefined;

  /** Without a registry nobody counts. */
  constructor(registry?: Registry) {
    this.#gauge = registry?.register(
      new Gauge({
        name: 'tacho_kubelets_trusted',
        help: 'Kubelets by what they were accepted by on the last connection: certificate, pin, nothing (insecure); or refused.',
        labels: ['by'],
      }),
    );
    for (const state of states) this.#show(state);
  }

  /** Undefined for a node that was not connected to yet. */
  of(node: string): TrustState | undefined {
    return this.#states.get(node);
  }

  note(node: string, state: TrustState): void {
    const before = this.#states.get(node);
    if (before === state) return;
    this.forget(node);
    this.#states.set(node, state);
    this.#counts[state]++;
    this.#show(state);
  }

  forget(node: string): void {
    const state = this.#states.get(node);
    if (state === undefined) return;
    this.#states.delete(node);
    this.#counts[state]--;
    this.#show(state);
  }

  #show(state: TrustState): void {
    this.#gauge?.set(this.#counts[state], { by: state });
  }
}
