import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SecretCreation, SecretData, SecretReading, SecretUpdate, StoredSecret } from '../../kube/secrets.ts';
import { SecretOfPins } from './kubelet-pins.ts';

const forever = new AbortController().signal;
const place = { namespace: 'monitoring', name: 'pins' };

describe('the Secret of pins', () => {
  it('is made with the first pin, and changed only as it was last read', async () => {
    const client = new FakeClient();
    const store = new SecretOfPins(client, place);
    assert.deepEqual(await store.read(forever), { kind: 'found', pins: new Map() });
    assert.deepEqual(await store.write(new Map([['uid-1', 'sha256/a']]), forever), { kind: 'written' });
    assert.deepEqual(await store.write(new Map(), forever), { kind: 'taken' }, 'it was not read since');
    assert.deepEqual(await store.read(forever), { kind: 'found', pins: new Map([['uid-1', 'sha256/a']]) });
    client.version++;
    assert.deepEqual(await store.write(new Map(), forever), { kind: 'taken' }, 'somebody else changed it');
    await store.read(forever);
    assert.deepEqual(await store.write(new Map(), forever), { kind: 'written' });
    client.secret = undefined;
    assert.deepEqual(await store.write(new Map(), forever), { kind: 'taken' }, 'somebody deleted it');
  });

  it('keeps what others wrote into it: a spoilt pin is no pin that is missing', async () => {
    const client = new FakeClient();
    client.secret = new Map([['uid-1', Buffer.from('nonsense')]]);
    const store = new SecretOfPins(client, place);
    assert.deepEqual(await store.read(forever), { kind: 'found', pins: new Map([['uid-1', 'nonsense']]) });
  });

  it('that may not be read or written is said in the words of the client', async () => {
    const client = new FakeClient();
    client.refusal = { kind: 'forbidden', message: 'it takes a Role' };
    const store = new SecretOfPins(client, place);
    const refused = { kind: 'refused', message: 'it takes a Role' };
    assert.deepEqual(await store.read(forever), refused);
    assert.deepEqual(await store.write(new Map(), forever), refused);
  });

  it('loses one pin by the command that is told', () => {
    const command = new SecretOfPins(new FakeClient(), place).howToForget('uid-1');
    assert.equal(command, `kubectl -n monitoring patch secret pins --type=merge -p '{"data":{"uid-1":null}}'`);
  });
});

class FakeClient {
  secret: SecretData | undefined;
  version = 1;
  refusal: { readonly kind: 'forbidden'; readonly message: string } | undefined;

  async read(): Promise<SecretReading> {
    if (this.refusal !== undefined) return this.refusal;
    return this.secret === undefined ? { kind: 'absent' } : { kind: 'found', secret: this.#stored() };
  }

  async create({ data }: { readonly data: SecretData }): Promise<SecretCreation> {
    if (this.refusal !== undefined) return this.refusal;
    if (this.secret !== undefined) return { kind: 'exists' };
    this.secret = data;
    return { kind: 'written', secret: this.#stored() };
  }

  async update({ resourceVersion }: StoredSecret, data: SecretData): Promise<SecretUpdate> {
    if (this.secret === undefined) return { kind: 'absent' };
    if (resourceVersion !== String(this.version)) return { kind: 'conflict' };
    this.version++;
    this.secret = data;
    return { kind: 'written', secret: this.#stored() };
  }

  #stored(): StoredSecret {
    const data = this.secret ?? new Map();
    return { ...place, uid: 'uid', resourceVersion: String(this.version), data, rest: {} };
  }
}
