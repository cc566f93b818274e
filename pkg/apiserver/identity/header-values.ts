import type { IncomingHttpHeaders } from 'node:http';

/** The values of a header, each as it was sent. They are UTF-8 on the wire; Node reads them byte by byte. */
export function headerValues(headers: IncomingHttpHeaders, name: string): readonly string[] {
  const value = headers[name.toLowerCase()];
  const values = value === undefined ? [] : [value].flat();
  return values.map((text) => Buffer.from(text, 'latin1').toString('utf8'));
}
