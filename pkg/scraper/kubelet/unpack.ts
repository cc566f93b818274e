import { gunzip, gunzipSync } from 'node:zlib';
import type { KubeletAnswer } from './kubelet-client.ts';

/** The largest answer we take, packed or unpacked: more than the largest node has to say. */
export const bodyLimit = 16 * 2 ** 20;

/** Up to here unpacking takes about 2 ms at most; more is left to the thread pool, so that nobody else waits for it. */
const smallPacked = 64 * 1024;
const smallUnpacked = 2 ** 20;

/** Undoes the content encoding of a body, within bounds. */
export async function unpack(body: Buffer, encoding: string | undefined): Promise<KubeletAnswer> {
  if (encoding === undefined || encoding === 'identity') return { kind: 'ok', body };
  if (encoding !== 'gzip') return { kind: 'bad-body', message: `content encoding ${encoding} was not asked for` };
  const quick = body.length <= smallPacked ? unpackNow(body) : undefined;
  return quick ?? (await unpackLater(body));
}

function unpackNow(body: Buffer): KubeletAnswer | undefined {
  try {
    return { kind: 'ok', body: gunzipSync(body, { maxOutputLength: smallUnpacked }) };
  } catch (error) {
    return isTooLarge(error) ? undefined : broken(error);
  }
}

function unpackLater(body: Buffer): Promise<KubeletAnswer> {
  return new Promise((resolve) => {
    gunzip(body, { maxOutputLength: bodyLimit }, (error, unpacked) => {
      if (error === null) resolve({ kind: 'ok', body: unpacked });
      else resolve(isTooLarge(error) ? { kind: 'too-large', limitBytes: bodyLimit } : broken(error));
    });
  });
}

const isTooLarge = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';

const broken = (error: unknown): KubeletAnswer => ({
  kind: 'bad-body',
  message: `gzip: ${error instanceof Error ? error.message : String(error)}`,
});
