import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { describe, it } from 'node:test';
import { createServer } from 'node:tls';
import { issueCertificate } from '../../apiserver/certificates/issue-certificate.ts';
import { seeCertificate } from './seen-certificate.ts';

const patient = new AbortController().signal;

describe('the certificate of whoever listens', () => {
  it('is seen, whoever signed it, and not a byte is sent', async () => {
    const { certPem, keyPem } = await issueCertificate({
      commonName: 'n1@1764316800',
      dnsNames: ['n1'],
      usages: ['server'],
      notBefore: Date.now() - 60_000,
      notAfter: Date.now() + 60_000,
    });
    const received: Buffer[] = [];
    const server = createServer({ cert: certPem, key: keyPem }, (socket) => {
      socket.on('error', () => undefined).on('data', (piece: Buffer) => received.push(piece));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const seen = await seeCertificate('127.0.0.1', (server.address() as AddressInfo).port, patient);
    server.close();
    await once(server, 'close');
    assert.match(seen?.subject ?? '', /CN=n1@1764316800/);
    assert.equal(seen?.names, 'DNS:n1');
    assert.deepEqual(received, []);
  });

  it('is not seen where nobody listens, where nobody speaks TLS, or when time is up', async () => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end('220 mail.example.com ESMTP\r\n'));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    assert.equal(await seeCertificate('127.0.0.1', port, patient), undefined);
    assert.equal(await seeCertificate('127.0.0.1', port, AbortSignal.abort()), undefined);
    server.close();
    await once(server, 'close');
    assert.equal(await seeCertificate('127.0.0.1', port, patient), undefined);
  });
});
