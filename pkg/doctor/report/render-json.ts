import type { Report } from './report.ts';

/** A report for programs: the fields in a fixed order, two spaces deep. */
export function renderJson({ schemaVersion, server, lookedFrom, result, areas }: Report): string {
  const ordered = areas.map(({ name, findings, fine, unseen }) => ({
    name,
    findings: findings.map(({ code, severity, about, what, why, cure }) => {
      const { advice, commands = [], manifest = [] } = cure;
      return { code, severity, about, what, why, cure: { advice, commands, manifest } };
    }),
    fine,
    unseen,
  }));
  return JSON.stringify({ schemaVersion, server, lookedFrom, result, areas: ordered }, undefined, 2);
}
