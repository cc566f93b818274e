/**
 * How Node.js is to run the bundle, and in which environment. Without them all is well, and takes more memory. One run each
 * on a shared machine, 500 nodes of 30 pods, every one of them served, RSS after 100 s and CPU in the 45 s before:
 *
 *   --max-semi-space-size=4 alone                        223 MB   1.48 ms per scrape
 *   and --heap-growing-percent=50 (undici still there)   176 MB   1.52 ms
 *   and the environment                                  167 MB   1.50 ms
 *   all of it, --max-semi-space-size=2                   166 MB   1.81 ms, while something else was running
 *
 * --max-semi-space-size       The young generation is 4 MB at most instead of 16. With 2 MB it is collected twice as often,
 *                             and only the start takes less: 76 instead of 79 MB.
 * --heap-growing-percent      The old generation is collected when it has grown by half. Left to itself it grew to three times
 *                             what was alive before anybody looked.
 *                             With --catalogue the program itself makes it 100 (cmd/metrics-server/catalogue-heap.ts).
 * MALLOC_ARENA_MAX            One heap of the C library for all threads.
 * MALLOC_TRIM_THRESHOLD_      What is free at its end goes back to the machine, and large pieces stay out of it. Otherwise
 *                             both limits grow with what was used at the start, when all connections are made at a time.
 * MALLOC_MMAP_THRESHOLD_      Pieces of 32 KiB and more lie outside of that heap where it would have to grow for them. At the start
 *                             these are what V8's compilers work in (170 MB at 500 nodes, piece by piece); what they left
 *                             behind in the heap went to the connections' buffers of 64 KiB, every page of which stayed
 *                             resident then. RSS at 500 nodes 158 MB instead of 163, at 1,000 nodes 216 instead of 234.
 *                             musl knows none of the three variables, and needs none.
 *
 * The cache of the bundle is made under these flags, and taken under no others. `--optimize-for-size` collects the whole heap
 * so often that it takes a third of all CPU. `--single-threaded`, `--v8-pool-size=0`, `--max-lazy` and `--jitless` change
 * nothing of what Node.js takes by itself. `--no-concurrent-recompilation` saves 10 MB that compilers beside the program leave
 * behind, and has each large function stop it once while it is optimized: for 709 ms in all at the first lists of 150,000 pods.
 *
 * What was tried at 500 nodes and changes less than two runs alike do (155 to 164 MB): `MALLOC_TOP_PAD_`, a
 * second heap of the C library, `--heap-growing-percent=25`, `--no-sparkplug`. There the C library has 55 of these MB, V8 40 and
 * Node.js' own file 50. By heaptrack a connection to a kubelet has 64 KiB in which Node.js takes what TLS has not read yet, of
 * which few pages are ever touched where they are fresh, 25 KB of OpenSSL's own, and 7.7 KB of a post-quantum key (ML-KEM) that
 * OpenSSL keeps after the handshake.
 */
export const nodeFlags = ['--max-semi-space-size=4', '--heap-growing-percent=50'];

/** Read by the C library when the process begins, so that the program cannot set them itself. */
export const nodeEnvironment = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_TRIM_THRESHOLD_: '131072',
  MALLOC_MMAP_THRESHOLD_: '32768',
};
