/**
 * Goes into our server before it starts: SIGUSR2 begins to watch its event loop, and again ends it. What then stands in
 * the file that BENCH_LOOP names, as JSON: for how long the loop stood still at the longest, and the CPU that its thread
 * took in one turn at the most, both in ms. The first is what others feel, and holds what the machine gave to others
 * meanwhile; the second is our own doing. Watching wakes the process every millisecond, so that CPU is not measured
 * meanwhile. Plain JavaScript, because it must not weigh anything.
 */
const { writeFileSync } = require('node:fs');

const everyMs = 1;
const cpuMs = () => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

let timer;

process.on('SIGUSR2', () => {
  if (timer === undefined) timer = watch();
  else timer = timer.end();
});

function watch() {
  const most = { blockedMs: 0, cpuMs: 0 };
  let last = { at: performance.now(), cpu: cpuMs() };
  const turn = () => {
    const now = { at: performance.now(), cpu: cpuMs() };
    most.blockedMs = Math.max(most.blockedMs, now.at - last.at - everyMs);
    most.cpuMs = Math.max(most.cpuMs, now.cpu - last.cpu);
    last = now;
  };
  const interval = setInterval(turn, everyMs);
  const end = () => {
    clearInterval(interval);
    writeFileSync(process.env.BENCH_LOOP ?? '/dev/null', JSON.stringify(most));
  };
  return { end };
}
