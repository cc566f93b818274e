/**
 * Goes into our server before it starts: SIGUSR2 begins to watch its event loop, and again ends it. What the loop was
 * blocked for at the longest, in ms, then stands in the file that BENCH_LOOP names. Watching wakes the process every
 * millisecond, so that CPU is not measured meanwhile. Plain JavaScript, because it must not weigh anything.
 */
const { writeFileSync } = require('node:fs');
const { monitorEventLoopDelay } = require('node:perf_hooks');

const resolutionMs = 1;
const delays = monitorEventLoopDelay({ resolution: resolutionMs });
let isWatching = false;

process.on('SIGUSR2', () => {
  isWatching = !isWatching;
  if (isWatching) {
    delays.reset();
    delays.enable();
  } else {
    delays.disable();
    writeFileSync(process.env.BENCH_LOOP ?? '/dev/null', String(delays.max / 1e6 - resolutionMs));
  }
});
