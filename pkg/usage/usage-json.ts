import type { Point } from './model-client.ts';
import type { ResourceUsage, UsageKind, UsageRow } from './usage-row.ts';

/** The rows for programs: millicores and bytes, moments in RFC 3339; what is not known is not there. */
export function usageJson(rows: readonly UsageRow[], of: UsageKind, sinceText: string): string {
  const items = rows.map(({ cpu, memory, ...names }) => ({
    ...names,
    cpu: { unit: 'millicores', ...resourceJson(cpu) },
    memory: { unit: 'bytes', ...resourceJson(memory) },
  }));
  return `${JSON.stringify({ kind: 'Usage', of, since: sinceText, items }, null, 2)}\n`;
}

const resourceJson = ({ points, ...figures }: ResourceUsage) => ({ ...figures, points: points.map(pointJson) });

const pointJson = ({ at, value }: Point) => ({ timestamp: new Date(at).toISOString(), value });
