import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import type { KubeletAnswer } from '../kubelet/kubelet-client.ts';
import { Candidates, type Reached } from './candidates.ts';

const ok: KubeletAnswer = { kind: 'ok', body: Buffer.from('usage') };
const refused: KubeletAnswer = { kind: 'unreachable', code: 'ECONNREFUSED' };
const unknown: KubeletAnswer = { kind: 'unreachable', code: 'ENOTFOUND' };

describe('the candidates for the address of a node', () => {
  it('are tried in order until one leads to the kubelet', async () => {
    const test = new Trial({ n1: unknown, '10.0.0.1': refused, 'fd00::1': ok });
    assert.deepEqual(await test.ask(), { host: 'fd00::1', answer: ok });
    assert.deepEqual(test.tried, ['n1', '10.0.0.1', 'fd00::1']);
  });

  it('remember the winner, and let go of it when it leads nowhere any more', async () => {
    const test = new Trial({ n1: unknown, '10.0.0.1': ok });
    await test.ask();
    test.tried.length = 0;
    await test.ask();
    assert.deepEqual(test.tried, ['10.0.0.1']);
    test.answers = { n1: ok, '10.0.0.1': refused };
    assert.equal((await test.ask()).host, 'n1');
    test.tried.length = 0;
    await test.ask();
    assert.deepEqual(test.tried, ['n1']);
  });

  it('are not tried further after a refusal: whoever says 401, 403, 404 or 500 is the kubelet', async () => {
    for (const code of [401, 403, 404, 500]) {
      const test: Trial = new Trial({ n1: { kind: 'status', code }, '10.0.0.1': ok });
      assert.deepEqual(await test.ask(), { host: 'n1', answer: { kind: 'status', code } });
      assert.deepEqual(test.tried, ['n1']);
    }
  });

  it('are not tried further when trust, not the address, is what is missing', async () => {
    const selfSigned: KubeletAnswer = { kind: 'tls', code: 'DEPTH_ZERO_SELF_SIGNED_CERT', message: '' };
    const test = new Trial({ n1: selfSigned, '10.0.0.1': ok });
    assert.equal((await test.ask()).answer, selfSigned);
  });

  it('are tried further when the certificate bears another name', async () => {
    const test = new Trial({
      n1: { kind: 'tls', code: 'ERR_TLS_CERT_ALTNAME_INVALID', message: '' },
      '10.0.0.1': ok,
    });
    assert.equal((await test.ask()).host, '10.0.0.1');
  });

  it('say of themselves what the one said with which we came furthest', async () => {
    const unreachable: KubeletAnswer = { kind: 'unreachable', code: 'EHOSTUNREACH' };
    const test = new Trial({ n1: unknown, '10.0.0.1': refused, 'fd00::1': unreachable });
    assert.deepEqual(await test.ask(), { host: '10.0.0.1', answer: refused });
  });

  it('share the time there is for connecting', async () => {
    const test = new Trial({ n1: 'silence', '10.0.0.1': 'silence', 'fd00::1': 'silence' });
    const asking = test.ask(9_000);
    for (const at of [3_000, 6_000]) {
      await test.clock.wind(2_999);
      assert.equal(test.tried.length, at / 3_000);
      await test.clock.wind(1);
      assert.equal(test.tried.length, at / 3_000 + 1);
    }
    await test.clock.wind(3_000);
    assert.deepEqual((await asking).answer, { kind: 'unreachable', code: 'ETIMEDOUT' });
    assert.equal(test.clock.waiting, 0);
  });

  it('that are a single one have all the time for themselves', async () => {
    const test = new Trial({ n1: 'silence' });
    let given = '';
    const asking = test.ask(9_000).then(({ host }) => {
      given = host;
    });
    await test.clock.wind(8_999);
    assert.equal(given, '');
    await test.clock.wind(1);
    await asking;
    assert.equal(given, 'n1');
  });
});

/** Some hosts, each with its answer; `silence` never connects. */
class Trial {
  readonly clock = new WoundClock();
  readonly tried: string[] = [];
  readonly #candidates = new Candidates(this.clock);
  answers: Readonly<Record<string, KubeletAnswer | 'silence'>>;

  constructor(answers: Readonly<Record<string, KubeletAnswer | 'silence'>>) {
    this.answers = answers;
  }

  ask(connectMs = 10_000): Promise<Reached> {
    const limits = { signal: new AbortController().signal, connectMs };
    return this.#candidates.ask(Object.keys(this.answers), limits, async (host, connectMs) => {
      this.tried.push(host);
      const answer = this.answers[host] ?? assert.fail(host);
      if (answer !== 'silence') return answer;
      await this.clock.sleep(connectMs, limits.signal);
      return { kind: 'unreachable', code: 'ETIMEDOUT' };
    });
  }
}
