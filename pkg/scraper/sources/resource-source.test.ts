import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import type { KubeletClient } from '../kubelet/kubelet-client.ts';
import { nodeNamed } from '../testing/fake-targets.ts';
import { KubeletDoor } from './kubelet-door.ts';
import { ResourceSource } from './resource-source.ts';

const limits = { signal: new AbortController().signal, limitMs: 10_000, connectMs: 10_000 };
const line = (pod: number): string =>
  `container_cpu_usage_seconds_total{container="app",namespace="shop",pod="web-${pod}"} ${pod} 5\n`;

describe('the memory of a body', () => {
  for (const [what, pods] of [
    ['a usual one', 10],
    ['one so long that it is read in turns', 20_000],
  ] as const) {
    it(`is given back once, when all of it has been read: ${what}`, async () => {
      const lender = new Lender(Array.from({ length: pods }, (_, pod) => line(pod)).join(''));
      const address = { preferredAddressTypes: ['Hostname'], port: 10_250, useNodeStatusPort: false };
      const source = new ResourceSource(new KubeletDoor({ client: lender, address, clock: new WoundClock() }));
      const { usage } = await source.ask(nodeNamed('n1'), limits);
      assert.equal(lender.released, 1);
      assert.deepEqual([usage?.layout.pods.at(-1), usage?.cpu.at(-1)], [`web-${pods - 1}`, (pods - 1) * 1e9]);
    });
  }
});

/** A kubelet's client that lends a body, and uses its memory for something else once it is back. */
class Lender implements KubeletClient {
  released = 0;
  readonly #body: Buffer;

  constructor(text: string) {
    this.#body = Buffer.from(text);
  }

  read: KubeletClient['read'] = async () => {
    const release = (): void => {
      this.released++;
      this.#body.fill('"} 7\n');
    };
    return { kind: 'ok', body: this.#body, release };
  };

  forget(): void {}
}
