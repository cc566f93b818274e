import { kubeletCauses } from './kubelet-causes.ts';
import type { MisconfigurationName } from './misconfiguration.ts';
import type { Patient } from './patient.ts';
import { registrationCauses } from './registration-causes.ts';
import { rightCauses } from './right-causes.ts';
import { workloadCauses } from './workload-causes.ts';

/** Makes one mistake. */
export type Cause = (patient: Patient) => void | Promise<void>;

/** How each mistake is made. */
export const causes: Readonly<Record<MisconfigurationName, Cause>> = {
  ...registrationCauses,
  ...workloadCauses,
  ...rightCauses,
  ...kubeletCauses,
};
