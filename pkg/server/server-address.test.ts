import assert from 'node:assert/strict';
import { it } from 'node:test';
import { serverAddress } from './server-address.ts';
import { type ConfigChanges, madeConfig } from './testing/made-config.ts';

it('clients outside the cluster are told the external host, or else the advertised address, with a port', () => {
  const rows: readonly [generic: ConfigChanges['generic'], address: string][] = [
    [{}, ':10250'],
    [{ advertiseAddress: '192.0.2.1' }, '192.0.2.1:10250'],
    [{ advertiseAddress: '2001:db8::1' }, '[2001:db8::1]:10250'],
    [{ externalHostname: 'metrics.example', advertiseAddress: '192.0.2.1' }, 'metrics.example:10250'],
    [{ externalHostname: 'metrics.example:8443' }, 'metrics.example:8443'],
    [{ externalHostname: '[2001:db8::1]:8443' }, '[2001:db8::1]:8443'],
  ];
  for (const [generic = {}, address] of rows)
    assert.equal(serverAddress(madeConfig({ generic, serving: { port: 10250 } })), address);
});
