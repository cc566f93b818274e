import { type AreaName, areas } from './areas.ts';
import { Cluster } from './cluster.ts';
import { Examination, type ExamineOptions } from './examination.ts';
import type { Verdict } from './finding.ts';
import { textAt } from './gathering/fields.ts';
import { KubeReader } from './gathering/kube-reader.ts';
import { type Report, reportOf } from './report/report.ts';
import { findSubject } from './subject.ts';

/** A report, or in one sentence why there is none. */
export type ExamineOutcome =
  | { readonly kind: 'examined'; readonly report: Report }
  | { readonly kind: 'blind'; readonly message: string };

/** Looks at a cluster, changes nothing in it, and says what is wrong. */
export async function examine(options: ExamineOptions): Promise<ExamineOutcome> {
  const { connection, place, clock, signal, timeoutMs, only, onProgress } = options;
  const reader = new KubeReader({ transport: connection, clock, timeoutMs, signal });
  onProgress(`asking ${connection.server}`);
  const version = await reader.get('/version');
  if (version.kind !== 'seen') {
    return { kind: 'blind', message: version.kind === 'unseen' ? version.why : 'this is no kube-apiserver' };
  }
  const cluster = new Cluster(reader);
  const subject = await findSubject(cluster, options);
  const user = await ownName(reader);
  const examination = new Examination({ ...options, reader, cluster, subject, user });
  const verdicts = new Map<AreaName, readonly Verdict[]>();
  for (const { name, title } of areas) {
    if (signal.aborted) return { kind: 'blind', message: 'interrupted before everything was looked at' };
    if (only !== undefined && !only.includes(name)) continue;
    onProgress(title);
    verdicts.set(name, await examination.lookAt(name));
  }
  return { kind: 'examined', report: reportOf({ server: connection.server, lookedFrom: place }, verdicts) };
}

/** Who we are to the kube-apiserver; empty where it does not say (before 1.28). */
async function ownName(reader: KubeReader): Promise<string> {
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  const status = await reader.review('/apis/authentication.k8s.io/v1/selfsubjectreviews', body);
  return status.kind === 'seen' ? textAt(status.value, 'userInfo', 'username') : '';
}
