/** Run as a process of its own: one port that answers like any number of kubelets, so that only the client is measured. */
import { createServer, type TLSSocket } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { issueCertificate } from '../../apiserver/certificates/issue-certificate.ts';

/** What is told to the parent once the port is open. */
export interface PretendKubelets {
  readonly port: number;
  readonly ca: string;
  readonly packedBytes: number;
  readonly plainBytes: number;
}

/** What Go's `net/http` writes at a time where the length is not known beforehand. */
const chunkBytes = 4096;

const endOfHead = '\r\n\r\n';

const now = Date.now();
const ca = await issueCertificate({
  commonName: 'ca',
  isCa: true,
  usages: [],
  notBefore: now - 6e4,
  notAfter: now + 9e6,
});
const pair = await issueCertificate({
  commonName: 'system:node:n1',
  ipAddresses: ['127.0.0.1'],
  usages: ['server'],
  issuer: ca,
  notBefore: now - 6e4,
  notAfter: now + 9e6,
});

const plain = usageOf(60);
const packed = gzipSync(plain);
const answers = { '/plain': answerOf(plain, ''), '/packed': answerOf(packed, 'content-encoding: gzip\r\n') };

const server = createServer({ cert: pair.certPem, key: pair.keyPem }, (socket: TLSSocket) => {
  socket.setNoDelay(true).on('error', () => undefined);
  socket.on('data', (bytes: Buffer) => {
    const text = bytes.toString('latin1');
    if (text.endsWith(endOfHead)) socket.write(text.startsWith('GET /packed') ? answers['/packed'] : answers['/plain']);
  });
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 2048 }, () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const told: PretendKubelets = { port, ca: ca.certPem, packedBytes: packed.length, plainBytes: plain.length };
  process.send?.(told);
});
process.on('disconnect', () => process.exit(0));

function answerOf(body: Buffer, field: string): Buffer {
  const head =
    `HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n${field}` +
    `Date: ${new Date().toUTCString()}\r\nTransfer-Encoding: chunked${endOfHead}`;
  const pieces: Buffer[] = [Buffer.from(head)];
  for (let at = 0; at < body.length; at += chunkBytes) {
    const piece = body.subarray(at, at + chunkBytes);
    pieces.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n'));
  }
  return Buffer.concat([...pieces, Buffer.from(`0${endOfHead}`)]);
}

/** As a kubelet 1.36 says it, of so many containers in half as many pods. */
function usageOf(containers: number): Buffer {
  const lines = (name: string, value: (at: number) => string): string[] => [
    `# HELP ${name} [STABLE] What the container uses`,
    `# TYPE ${name} gauge`,
    ...Array.from({ length: containers }, (_, at) => {
      const pod = `app-${Math.floor(at / 20)}-5d8f6b7c9d-${(at >> 1).toString(36).padStart(5, 'x')}`;
      const labels = `container="${at % 2 === 0 ? 'app' : 'sidecar'}",namespace="team-7",pod="${pod}"`;
      return `${name}{${labels}} ${value(at)} ${now + at * 7}`;
    }),
  ];
  const families = [
    ...lines('container_cpu_usage_seconds_total', (at) => `${1234 + at}.${123_456_789 + at * 7919}`),
    ...lines('container_memory_working_set_bytes', (at) => `${((4_291_788 + at * 4096) / 1e6).toFixed(6)}e+06`),
    ...lines('container_start_time_seconds', (at) => `1.79523144602${26_102 + at}e+09`),
    ...lines('container_swap_usage_bytes', () => '0'),
    `node_cpu_usage_seconds_total 9000.25 ${now}`,
    `node_memory_working_set_bytes 4.2917888e+07 ${now}`,
  ];
  return Buffer.from(`${families.join('\n')}\n`);
}
