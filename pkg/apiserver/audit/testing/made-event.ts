import type { AuditEvent } from '../event.ts';

/** An event for tests, of nobody in particular, unless told. */
export function madeEvent(id: string, changes: Partial<AuditEvent> = {}): AuditEvent {
  return {
    level: 'Metadata',
    auditID: id,
    stage: 'ResponseComplete',
    requestURI: '/apis/metrics.k8s.io/v1beta1/nodes',
    verb: 'list',
    user: { username: 'alice' },
    requestReceivedTimestamp: '2026-11-21T12:00:00.000000Z',
    stageTimestamp: '2026-11-21T12:00:00.001000Z',
    ...changes,
  };
}
