import type { Body } from '../exchange.ts';

/** A body whole, whatever form it has. */
export async function bodyBytes(body: Body): Promise<Buffer> {
  if (typeof body === 'string' || body instanceof Uint8Array) return Buffer.from(body as string);
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(Buffer.from(chunk as string));
  return Buffer.concat(chunks);
}
