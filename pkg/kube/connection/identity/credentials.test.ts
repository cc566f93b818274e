import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WoundClock } from '../../../lifecycle/wound-clock.ts';
import { KeptLog } from '../../testing/kept-log.ts';
import { HttpConnection } from '../http-connection.ts';
import { LiveCredentials } from './credentials.ts';
import type { Credentials, Identity } from './identity.ts';

describe('live credentials', () => {
  it('are read at most once a minute, however many ask', async () => {
    const { credentials, clock, readings } = live();
    for (let second = 0; second < 120; second++) {
      await Promise.all([credentials.fresh(), credentials.fresh()]);
      void credentials.current;
      await clock.wind(1_000);
    }
    assert.equal(readings(), 1);
  });

  it('are the same object while they say the same', async () => {
    const { credentials, clock } = live();
    const before = credentials.current;
    await clock.wind(60_000);
    assert.equal(await credentials.fresh(), before);
  });

  it('are not read again for somebody whose credentials are old news', async () => {
    const { credentials, readings } = live();
    assert.equal(await credentials.renew({ token: 'older' }), true);
    assert.equal(readings(), 0);
  });

  it('are read once when many are refused at once', async () => {
    const { credentials, clock, readings } = live();
    const refused = credentials.current;
    await Promise.all(Array.from({ length: 100 }, () => credentials.renew(refused)));
    assert.equal(readings(), 1);
    await clock.wind(5_000);
    await credentials.renew(refused);
    assert.equal(readings(), 2);
  });

  it('that hang hold no request beyond its time', async () => {
    const { credentials, identity, clock } = live(() => new Promise(() => undefined));
    const client = { send: () => assert.fail('it was sent'), [Symbol.asyncDispose]: () => Promise.resolve() };
    await using connection = new HttpConnection({ identity, credentials, client, userAgent: 'test' });
    await clock.wind(60_000);
    const limit = new AbortController();
    const answer = connection.request({ method: 'GET', path: '/', signal: limit.signal });
    limit.abort(new Error('time is up'));
    await assert.rejects(answer, /time is up/);
  });
});

/** Credentials that say `first` for ever, unless `read` says otherwise. */
function live(read: () => Promise<Credentials> = () => Promise.resolve({ token: 'first' })) {
  let readings = 0;
  const identity: Identity = {
    server: 'http://127.0.0.1:9',
    insecureTls: false,
    read() {
      readings++;
      return read();
    },
    forget: () => undefined,
  };
  const clock = new WoundClock();
  const credentials = new LiveCredentials({ identity, first: { token: 'first' }, clock, log: new KeptLog() });
  return { credentials, identity, clock, readings: () => readings };
}
