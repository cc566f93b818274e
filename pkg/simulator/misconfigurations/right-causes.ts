import { metricsServerAccount, type Right } from '../kube-apiserver/rights.ts';
import type { Patient } from './patient.ts';

/** Roles and bindings that are not there. */
export const rightCauses = {
  'right-to-nodes-missing': (patient: Patient) => {
    // The line is about nodes and pods; that about pods stays.
    patient.takeRights(isOurs('nodes'));
    patient.giveRight({ who: metricsServerAccount, verbs: ['get', 'list', 'watch'], group: '', resources: ['pods'] });
  },
  'right-to-metrics-missing': (patient: Patient) => patient.takeRights(isOurs('nodes/metrics')),
  'auth-delegator-missing': (patient: Patient) => {
    patient.takeRights(isOurs('tokenreviews'));
    patient.takeRights(isOurs('subjectaccessreviews'));
  },
  'auth-reader-missing': (patient: Patient) => patient.takeRights(isOurs('configmaps')),
  'right-to-events-missing': (patient: Patient) => patient.takeRights(isOurs('events')),
} as const;

const isOurs =
  (resource: string) =>
  ({ who, resources = [] }: Right): boolean =>
    who === metricsServerAccount && resources.includes(resource);
