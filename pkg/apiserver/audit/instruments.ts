import type { Registry } from '../../telemetry/exposition.ts';
import { Counter } from '../../telemetry/instruments.ts';

/** What the audit log counts, in the reference's families; both without labels are there from the start. */
export class AuditInstruments {
  readonly events = new Counter({
    name: 'apiserver_audit_event_total',
    help: '[ALPHA] Events that were made for the audit log and handed to its backends.',
  });
  readonly errors = new Counter({
    name: 'apiserver_audit_error_total',
    help: '[ALPHA] Events that never reached the audit log, by the backend that lost them.',
    labels: ['plugin'],
  });
  readonly rejected = new Counter({
    name: 'apiserver_audit_requests_rejected_total',
    help: '[ALPHA] Requests refused because they could not be recorded in the audit log.',
  });
  readonly levels = new Counter({
    name: 'apiserver_audit_level_total',
    help: '[ALPHA] Counter of policy levels for audit events (1 per request).',
    labels: ['level'],
  });

  constructor(registry: Registry) {
    for (const family of [this.events, this.errors, this.rejected, this.levels]) registry.register(family);
  }
}
