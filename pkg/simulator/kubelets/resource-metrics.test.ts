import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseFamilies, type RecordedFamily } from '../replay/recording.ts';
import { recordingFolder } from '../replay/recording-folder.ts';
import { type ResourceReport, type ResourceRow, resourceMetricsText } from './resource-metrics.ts';

test('the layout is that of a real kubelet, line by line', async () => {
  const recorded = await readFile(join(recordingFolder(), 'm01-steady.txt'), 'utf8');
  const ours = resourceMetricsText(reportOf(parseFamilies(recorded)));
  // One recorded container, just restarted, has its swap dated 10 ms after the rest: we have one time for both.
  const untimed = (text: string): string => text.replace(/^(container_swap_.*) \d+$/gm, '$1 TIME');
  assert.deepEqual(untimed(ours).split('\n'), untimed(recorded).split('\n'));
});

test('a family that has nothing to say is left out', () => {
  const node: ResourceRow = { labels: '', sampledAt: 1_795_231_530_946, cpu: 1.5e9, memory: 2 ** 30, swap: 0 };
  const text = resourceMetricsText({ containers: [], node, pods: [] });
  assert.deepEqual(
    text.split('\n').filter((line) => line !== '' && !line.startsWith('#')),
    [
      'node_cpu_usage_seconds_total 1.5 1795231530946',
      'node_memory_working_set_bytes 1.073741824e+09 1795231530946',
      'node_swap_usage_bytes 0 1795231530946',
      'resource_scrape_error 0',
    ],
  );
});

function reportOf(families: readonly RecordedFamily[]): ResourceReport {
  const [node] = rowsOf(families, 'node');
  assert.ok(node);
  return { containers: rowsOf(families, 'container'), node, pods: rowsOf(families, 'pod') };
}

function rowsOf(families: readonly RecordedFamily[], of: string): ResourceRow[] {
  const lines = families.flatMap((family) => family.lines);
  const valueOf = (name: string, labels: string): number | undefined => {
    const line = lines.find((each) => each.family === `${of}_${name}` && each.labels === labels);
    return line && Number(line.value);
  };
  return lines
    .filter(({ family }) => family === `${of}_cpu_usage_seconds_total`)
    .map(({ labels, value, sampledAt = 0 }) => {
      const swapLimit = valueOf('swap_limit_bytes', labels);
      const startedAt = valueOf('start_time_seconds', labels);
      return {
        labels,
        sampledAt,
        cpu: Math.round(Number(value) * 1e9),
        memory: valueOf('memory_working_set_bytes', labels) ?? 0,
        swap: valueOf('swap_usage_bytes', labels) ?? 0,
        ...(swapLimit === undefined ? {} : { swapLimit }),
        ...(startedAt === undefined ? {} : { startedAt }),
      };
    });
}
