import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KubeletTarget } from '../kubelet/address.ts';
import type { KubeletAnswer, KubeletClient } from '../kubelet/kubelet-client.ts';
import { SharedClient } from './shared-client.ts';

const target = (node: string, path: string): KubeletTarget => ({ host: node, port: 1, node, path });
const { signal } = new AbortController();

describe('a client that is shared', () => {
  it('asks by the first one for as long as nobody else asks the same kubelet', async () => {
    const [first, second] = [new SlowClient(), new SlowClient()];
    const shared = new SharedClient([first, second]);
    for (const path of ['/metrics/resource', '/stats/summary']) {
      const answers = ['a', 'b'].map((node) => shared.read(target(node, path), signal));
      first.answerAll();
      await Promise.all(answers);
    }
    assert.deepEqual(first.asked, [
      'a /metrics/resource',
      'b /metrics/resource',
      'a /stats/summary',
      'b /stats/summary',
    ]);
    assert.deepEqual(second.asked, []);
  });

  it('lets nobody wait for a slow answer to somebody else, and returns to the first one', async () => {
    const [first, second] = [new SlowClient(), new SlowClient()];
    const shared = new SharedClient([first, second]);
    const slow = shared.read(target('a', '/stats/summary'), signal);
    const quick = shared.read(target('a', '/metrics/resource'), signal);
    second.answerAll();
    assert.deepEqual(await quick, { kind: 'status', code: 204 });
    first.answerAll();
    await slow;
    const next = shared.read(target('a', '/metrics/resource'), signal);
    first.answerAll();
    await next;
    assert.deepEqual(first.asked, ['a /stats/summary', 'a /metrics/resource']);
    assert.deepEqual(second.asked, ['a /metrics/resource']);
  });

  it('frees its place when asking fails, and has all of them forget a node', async () => {
    const [broken, second] = [new SlowClient(), new SlowClient()];
    broken.read = async () => Promise.reject(new Error('no such case'));
    const shared = new SharedClient([broken, second]);
    for (const _ of [1, 2]) await assert.rejects(shared.read(target('a', '/'), signal), /no such case/);
    shared.forget('a');
    assert.deepEqual([broken.forgotten, second.forgotten], [['a'], ['a']]);
  });
});

/** Answers when it is told to. */
class SlowClient implements KubeletClient {
  readonly asked: string[] = [];
  readonly forgotten: string[] = [];
  readonly #waiting: ((answer: KubeletAnswer) => void)[] = [];

  read: KubeletClient['read'] = ({ node, path }) => {
    this.asked.push(`${node} ${path}`);
    return new Promise((resolve) => this.#waiting.push(resolve));
  };

  answerAll(): void {
    for (const answer of this.#waiting.splice(0)) answer({ kind: 'status', code: 204 });
  }

  forget(node: string): void {
    this.forgotten.push(node);
  }
}
