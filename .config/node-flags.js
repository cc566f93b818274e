/**
 * How Node.js is to run the bundle. The young generation is 4 MB at most instead of 16. At 1,000 nodes of 30 pods, 1, 2, 4
 * and 8 MB took 353, 357, 376 and 373 MB of memory, and 255, 199, 215 and 227 mCPU: one run each on a shared machine, so
 * that only the memory is a finding, and 16 was not measured again. `--optimize-for-size` would save a little at the
 * start, and then collects the whole heap every second: a third of all CPU.
 */
export const nodeFlags = ['--max-semi-space-size=4'];
