import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { silentLogger } from '../../telemetry/logger.ts';
import { sharedCertificate } from '../testing/kubelet-client.ts';
import { SimulatedKubelet } from './kubelet.ts';
import { TlsFronts } from './tls-fronts.ts';

test('kubelets of one certificate share a front, which is let go with the last of them', async () => {
  const pair = await sharedCertificate();
  const fronts = new TlsFronts(silentLogger);
  const front = fronts.front(pair);
  for (const port of [1, 2]) front.routes.set(port, unheardOf());
  fronts.forget(3);
  fronts.forget(1);
  assert.equal(fronts.front(pair), front);
  assert.deepEqual([...front.routes.keys()], [2]);
  fronts.forget(2);
  assert.notEqual(fronts.front(pair), front, 'nodes that come and go with certificates of their own leave nothing');
});

/** A kubelet whom nobody asks. */
const unheardOf = (): SimulatedKubelet =>
  new SimulatedKubelet({
    source: { listensAt: () => false, textAt: () => undefined },
    clock: new WoundClock(),
    acceptToken: () => false,
    bindAddress: '127.0.0.1',
    converse: () => undefined,
  });
