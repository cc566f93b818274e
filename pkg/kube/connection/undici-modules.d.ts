/**
 * Single modules of undici, which has no types for them: whole, undici costs 29 MB of memory at the start (fetch, cache,
 * WebSocket, mocks), these 16 MB. Its version is pinned exactly; look here when it is raised.
 */
declare module 'undici/lib/dispatcher/pool.js' {
  import { Pool } from 'undici';
  export default Pool;
}

declare module 'undici/lib/api/api-request.js' {
  import type { Dispatcher } from 'undici';
  /** `dispatcher.request`, which only the whole undici puts there. */
  export default function request(
    this: Dispatcher,
    options: Dispatcher.RequestOptions,
  ): Promise<Dispatcher.ResponseData>;
}
