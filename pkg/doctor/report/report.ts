import { type AreaName, areas, essentialAreas } from '../areas.ts';
import type { Place } from '../facts.ts';
import type { Finding, Verdict } from '../finding.ts';

/** Rises when a field changes its meaning or goes; fields may be added without. */
export const schemaVersion = 1;

/** What looking at a cluster came to, as `-o json` prints it. */
export interface Report {
  readonly schemaVersion: typeof schemaVersion;
  /** Base URL of the kube-apiserver. */
  readonly server: string;
  readonly lookedFrom: Place;
  /** `findings` = something is wrong; `unknown` = nothing was found, but too little could be seen to say that all is well. */
  readonly result: 'healthy' | 'findings' | 'unknown';
  readonly areas: readonly AreaReport[];
}

/** What was seen of one area. */
export interface AreaReport {
  readonly name: AreaName;
  readonly findings: readonly Finding[];
  /** What is as it should be: a sentence each. */
  readonly fine: readonly string[];
  /** What could not be looked at, and why. */
  readonly unseen: readonly { readonly what: string; readonly why: string }[];
}

/** Sorts what was found into a report. */
export function reportOf(
  seenFrom: Pick<Report, 'server' | 'lookedFrom'>,
  verdicts: ReadonlyMap<AreaName, readonly Verdict[]>,
): Report {
  const reports = areas.flatMap(({ name }) => {
    const found = verdicts.get(name);
    return found === undefined ? [] : [areaReport(name, found)];
  });
  return { schemaVersion, ...seenFrom, result: resultOf(reports), areas: reports };
}

function areaReport(name: AreaName, verdicts: readonly Verdict[]): AreaReport {
  return {
    name,
    findings: verdicts.flatMap((verdict) => (verdict.kind === 'finding' ? [verdict.finding] : [])),
    fine: verdicts.flatMap((verdict) => (verdict.kind === 'fine' ? [verdict.text] : [])),
    unseen: verdicts.flatMap((verdict) =>
      verdict.kind === 'unseen' ? [{ what: verdict.what, why: verdict.why }] : [],
    ),
  };
}

function resultOf(reports: readonly AreaReport[]): Report['result'] {
  if (reports.some(({ findings }) => findings.length > 0)) return 'findings';
  const dark = essentialAreas.some((group) => {
    const looked = reports.filter(({ name }) => group.includes(name));
    return looked.some(({ unseen }) => unseen.length > 0) && looked.every(({ fine }) => fine.length === 0);
  });
  const empty = reports.every(({ fine }) => fine.length === 0);
  return dark || empty ? 'unknown' : 'healthy';
}

/** 0 = healthy, 1 = findings, 2 = could not look. */
export const exitCodeOf = ({ result }: Pick<Report, 'result'>): 0 | 1 | 2 => exitCodes[result];

const exitCodes = { healthy: 0, findings: 1, unknown: 2 } as const;
