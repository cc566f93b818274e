import assert from 'node:assert/strict';
import { it } from 'node:test';
import { parseSniCertKeys } from './sni-cert-keys.ts';

it('pairs for names are taken as they are', () => {
  assert.deepEqual(parseSniCertKeys(['a.crt,a.key', 'b.crt,b.key:b.example, *.b.example']), {
    kind: 'value',
    value: [
      { certFile: 'a.crt', keyFile: 'a.key' },
      { certFile: 'b.crt', keyFile: 'b.key', names: ['b.example', '*.b.example'] },
    ],
  });
});

it('pairs for addresses are taken with a warning that hardly anybody will see them', () => {
  const parsed = parseSniCertKeys(['b.crt,b.key:b.example,10.0.0.1']);
  assert.ok(parsed.kind === 'value');
  assert.match(parsed.warning ?? '', /^names addresses \(10\.0\.0\.1\): who connects to an address asks for no name/);
});
