import { createServer, type Http2Server } from 'node:http2';

/** As Go's server: what a client may send ahead of anybody reading it, and in one frame. */
const bufferBytes = 256 * 1024;

/**
 * Speaks HTTP/2 over connections that are handed to it; it listens nowhere itself. Every bound is per connection:
 * streams at once, headers, memory, and streams that are opened only to be reset (CVE-2023-44487), of which a proxy that
 * gives up for many users at once needs some.
 */
export function createHttp2Server(limits: {
  readonly maxStreams: number;
  readonly maxHeaders: number;
  readonly headerBytes: number;
}): Http2Server {
  const server = createServer({
    maxHeaderListPairs: limits.maxHeaders,
    maxSessionMemory: 32, // MB
    streamResetBurst: 500,
    streamResetRate: 33, // a second
    settings: {
      maxConcurrentStreams: limits.maxStreams,
      maxHeaderListSize: limits.headerBytes,
      initialWindowSize: bufferBytes,
      maxFrameSize: bufferBytes,
    },
  });
  server.on('session', (session) => session.setLocalWindowSize(bufferBytes));
  return server;
}
