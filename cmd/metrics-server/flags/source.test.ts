import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseSource, parseSourceIn, withSource } from './source.ts';

describe("Heapster's source", () => {
  it('becomes the flags that its options mean', () => {
    const text =
      'kubernetes.summary_api:https://kubernetes.default?kubeletPort=10250&kubeletHttps=true&inClusterConfig=false&useServiceAccount=true&auth=/etc/kubeconfig';
    assert.deepEqual(flagsOf(text), { catalogue: 'true', 'kubelet-port': '10250', kubeconfig: '/etc/kubeconfig' });
  });

  it('switches the catalogue on, whatever stands behind the key', () => {
    for (const text of [
      'kubernetes.summary_api',
      'kubernetes.summary_api:',
      "kubernetes.summary_api:''",
      'Kubernetes.Summary_API:',
    ])
      assert.deepEqual(flagsOf(text), { catalogue: 'true' }, text);
  });

  it('says of plain http and of unverified kubelets what they mean', () => {
    assert.deepEqual(flagsOf('kubernetes.summary_api:?kubeletHttps=false'), {
      catalogue: 'true',
      'deprecated-kubelet-completely-insecure': 'true',
    });
    assert.deepEqual(flagsOf('kubernetes.summary_api:?insecure=true'), {
      catalogue: 'true',
      'kubelet-insecure-tls': 'true',
    });
    assert.match(warningOf('kubernetes.summary_api:?insecure=t'), /without verifying them/);
  });

  it('warns of what has no effect any more', () => {
    assert.match(warningOf('kubernetes:'), /read as kubernetes.summary_api/);
    assert.match(warningOf('kubernetes.summary_api:?apiVersion=v1'), /apiVersion has no effect/);
    assert.match(
      warningOf('kubernetes.summary_api:https://10.0.0.1:6443'),
      /address https:\/\/10.0.0.1:6443 has no effect/,
    );
    assert.equal(warningOf('kubernetes.summary_api:https://kubernetes.default'), '');
  });

  it('refuses what is misspelt, and says what may have been meant', () => {
    const refusals: readonly (readonly [string, RegExp])[] = [
      [
        'kubernetes.summary_api:?inClusterConfig=flase',
        /inClusterConfig must be true or false, got "flase" \(did you mean false\?\)/,
      ],
      ['kubernetes.summary_api:?inClusterConfig=false/', /got "false\/" \(did you mean false\?\)/],
      ['kubernetes.summary_api:?kubletPort=10250', /no option kubletPort \(did you mean kubeletPort\?\)/],
      ['kubernetes.summary_api:?kubeletPort=https', /kubeletPort must be a port, got "https"/],
      ['kubernetes.sumary_api:', /got "kubernetes.sumary_api" \(did you mean kubernetes.summary_api\?\)/],
      ['kubernetes.summary_api:?inClusterConfig=false', /needs auth=/],
      ['cadvisor:external', /must begin with kubernetes.summary_api, got "cadvisor"/],
      ['kubernetes.summary_api:?constructor=1', /no option constructor/],
    ];
    for (const [text, message] of refusals) {
      const parsed = parseSource([text]);
      assert.match(parsed.kind === 'problem' ? parsed.message : '', message, text);
    }
    assert.equal(parseSource(['kubernetes:', 'kubernetes:']).kind, 'problem');
  });

  it('yields to flags that were given themselves', () => {
    const texts = withSource(
      new Map([
        ['source', ['kubernetes.summary_api:?kubeletPort=10255']],
        ['kubelet-port', ['10250']],
      ]),
    );
    assert.deepEqual(texts.get('kubelet-port'), ['10250']);
    assert.deepEqual(texts.get('catalogue'), ['true']);
    assert.equal(withSource(new Map()).size, 0);
  });
});

describe('variables in a source', () => {
  const source = 'kubernetes.summary_api:?inClusterConfig=false&auth=${HOME_DIR}/config&kubeletPort=$PORT';

  it('stand for what the environment says, as in Heapster', () => {
    const parsed = parseSourceIn({ HOME_DIR: '/home/one', PORT: '10250' }, [source]);
    assert.ok(parsed.kind === 'value');
    assert.equal(parsed.value?.flags['kubeconfig'], '/home/one/config');
    assert.equal(parsed.value?.flags['kubelet-port'], '10250');
  });

  it('that are not set are mistakes, all of them named', () => {
    const parsed = parseSourceIn({}, [source]);
    assert.ok(parsed.kind === 'problem');
    assert.match(JSON.stringify(parsed), /HOME_DIR, PORT/);
  });
});

function flagsOf(text: string): unknown {
  const parsed = parseSource([text]);
  assert.ok(parsed.kind === 'value', parsed.kind === 'problem' ? parsed.message : '');
  return parsed.value?.flags;
}

function warningOf(text: string): string {
  const parsed = parseSource([text]);
  return parsed.kind === 'value' ? (parsed.warning ?? '') : '';
}
