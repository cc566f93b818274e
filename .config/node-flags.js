/**
 * How Node.js is to run the bundle, and in which environment. Without them all is well, and takes more memory: 500 nodes of
 * 30 pods took 219 MB and 62 mCPU after two minutes, and 128 MB and 60 mCPU with them; then with three of them, one of them
 * left out, in turns beside each other on a busy machine, so that 10 MB mean something and 5 mCPU do not:
 *
 * --max-semi-space-size       The young generation is 2 MB at most instead of 16. With 1, 2 and 4 MB there were 69, 71 and
 *                             72 MB once all was loaded; with 2 and 4 MB 154 and 169 in the end, and 67 and 71 mCPU.
 * --heap-growing-percent      The old generation is collected when it has grown by half. Left to itself it grew to four
 *                             times what was alive, which is 30 MB, before anybody looked. With 100 there were 148 MB. 30 %
 *                             would save little more, and shows in the CPU under lists.
 * --no-wasm-tier-up           undici reads HTTP with WebAssembly. Compiling that once more, and better, takes 12 MB for
 *                             good, and what is read with it here are a few watches.
 * MALLOC_ARENA_MAX            One heap of the C library for all threads: 11 MB.
 * MALLOC_TRIM_THRESHOLD_      What is free at its end goes back to the machine, and large pieces stay out of it. Otherwise
 *                             both limits grow with what was used at the start, when all connections are made at a time:
 *                             13 MB. musl knows neither variable, and needs neither.
 *
 * The cache of the bundle is made under these flags, and taken under no others. `--optimize-for-size` collects the whole heap
 * so often that it takes a third of all CPU. `--single-threaded`, `--v8-pool-size=0`, `--max-lazy` and `--jitless` change
 * nothing of what Node.js takes by itself.
 */
export const nodeFlags = ['--max-semi-space-size=2', '--heap-growing-percent=50', '--no-wasm-tier-up'];

/** Read by the C library when the process begins, so that the program cannot set them itself. */
export const nodeEnvironment = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '131072' };
