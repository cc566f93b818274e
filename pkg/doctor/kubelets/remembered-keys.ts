import type { KeyMemory, KeyOwner, Recognition } from '../../scraper/kubelet/trust/key-memory.ts';
import type { ObjectRef } from '../facts.ts';
import { kubectlIn } from '../shell.ts';

/** The keys that the server has pinned, as they are in its Secret. A doctor meets nobody for the first time: it pins none. */
export class RememberedKeys implements KeyMemory {
  readonly #pins: ReadonlyMap<string, string>;
  readonly #secret: ObjectRef;

  /** `pins` by uid of the node. */
  constructor(pins: ReadonlyMap<string, string>, secret: ObjectRef) {
    this.#pins = pins;
    this.#secret = secret;
  }

  async recognise({ uid }: KeyOwner, key: string): Promise<Recognition> {
    const remembered = this.#pins.get(uid);
    if (remembered === key) return { kind: 'known' };
    if (remembered !== undefined) return { kind: 'another', remembered, howToForget: this.howToForget(uid) };
    return { kind: 'unknown', message: 'the server has not met it yet, or could not write its key down' };
  }

  /** The command by which an administrator takes one pin out. */
  howToForget(uid: string): string {
    const { namespace, name } = this.#secret;
    return kubectlIn(namespace, 'patch', 'secret', name, '--type=merge', '-p', `{"data":{"${uid}":null}}`);
  }

  /** Who is vouched for needs no pin. */
  vouchedFor(): void {
    // Writing it down is the server's business.
  }
}
