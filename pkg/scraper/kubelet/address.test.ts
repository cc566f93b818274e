import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NodeRecord } from '../../model/cluster.ts';
import { type AddressOptions, hostAndPort, kubeletAddresses, kubeletPort, kubeletTarget, originOf } from './address.ts';

const defaults: AddressOptions = {
  preferredAddressTypes: ['Hostname', 'InternalDNS', 'InternalIP', 'ExternalDNS', 'ExternalIP'],
  port: 10250,
  useNodeStatusPort: false,
};

describe('the addresses of a kubelet', () => {
  const hostsOf = (node: NodeRecord, types: readonly string[]): readonly string[] => {
    const found = kubeletAddresses(node, types);
    return found.kind === 'hosts' ? found.hosts : assert.fail(found.message);
  };

  it('are all of the preferred types, type by type: first of all the one that the reference takes', () => {
    const node = nodeWith(
      ['InternalIP', '10.0.0.1'],
      ['InternalIP', 'fd00::1'],
      ['Hostname', 'n1'],
      ['InternalDNS', 'n1'],
    );
    assert.deepEqual(hostsOf(node, ['ExternalIP', 'InternalIP', 'Hostname']), ['10.0.0.1', 'fd00::1', 'n1']);
    assert.deepEqual(hostsOf(node, defaults.preferredAddressTypes), ['n1', '10.0.0.1', 'fd00::1']);
  });

  it('are explained where there are none', () => {
    assert.deepEqual(kubeletAddresses(nodeWith(['ExternalDNS', 'n1.example.com']), ['InternalIP', 'Hostname']), {
      kind: 'none',
      message:
        'it has no address of the types InternalIP, Hostname; it has ExternalDNS (see --kubelet-preferred-address-types)',
    });
    assert.deepEqual(kubeletAddresses(nodeWith(), ['InternalIP']), {
      kind: 'none',
      message: 'it has no address of the types InternalIP; it has no addresses at all',
    });
  });

  it('are nothing that could turn a URL', () => {
    for (const address of ['', 'a/b', 'user@host', 'host:80', 'h?x', 'h#x', ' h', 'fe80::1%eth0', '-x', '[::1]']) {
      assert.equal(kubeletAddresses(nodeWith(['Hostname', address]), ['Hostname']).kind, 'none', address);
      assert.deepEqual(hostsOf(nodeWith(['Hostname', address], ['Hostname', 'n1']), ['Hostname']), ['n1'], address);
    }
  });

  it('are eight at most, however many a node claims', () => {
    const many = Array.from({ length: 500 }, (_, at): [string, string] => ['InternalIP', `10.0.0.${at % 250}`]);
    assert.equal(hostsOf(nodeWith(...many), ['InternalIP']).length, 8);
  });

  it('may be IPv6, which URLs put in brackets', () => {
    assert.equal(originOf({ host: 'fd00::7', port: 10250 }, 'https'), 'https://[fd00::7]:10250');
    assert.equal(originOf({ host: 'n1', port: 10255 }, 'http'), 'http://n1:10255');
    assert.equal(hostAndPort({ host: 'fd00::7', port: 10250 }), '[fd00::7]:10250');
  });
});

describe('the port of a kubelet', () => {
  it('is that of the flag, or where asked for that of the node', () => {
    const node = { ...nodeWith(), kubeletPort: 4321 };
    assert.equal(kubeletPort(node, defaults), 10250);
    assert.equal(kubeletPort(node, { ...defaults, useNodeStatusPort: true }), 4321);
    assert.equal(kubeletPort(nodeWith(), { ...defaults, useNodeStatusPort: true }), 10250);
  });
});

describe('the path of resource metrics', () => {
  const pathOf = (path?: string): string =>
    kubeletTarget({ ...nodeWith(), ...(path !== undefined && { resourceMetricsPath: path }) }, 'n1', defaults).path;

  it('is the usual one, or that of the annotation', () => {
    assert.equal(pathOf(), '/metrics/resource');
    assert.equal(pathOf(''), '/metrics/resource');
    assert.equal(pathOf('/metrics/nodes/n1/metrics/resource'), '/metrics/nodes/n1/metrics/resource');
    assert.equal(pathOf('metrics'), '/metrics');
  });

  it('stays a path, whatever the annotation says', () => {
    assert.equal(pathOf('/a?b=c#d'), '/a%3Fb=c%23d');
    assert.equal(pathOf('/a b%20\r\nx: y'), '/a%20b%2520%0D%0Ax:%20y');
    assert.equal(pathOf('/\ud800'), '/%EF%BF%BD');
  });
});

function nodeWith(...addresses: [type: string, address: string][]): NodeRecord {
  return {
    name: 'n1',
    uid: 'u1',
    labels: {},
    addresses: addresses.map(([type, address]) => ({ type, address })),
    kubeletPort: 0,
    ready: true,
  };
}
