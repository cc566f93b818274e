import { deploymentObject, installedArgs } from '../objects/installation-objects.ts';
import type { Patient } from './patient.ts';

/** Mistakes in what runs the server. */
export const workloadCauses = {
  'pod-not-ready': (patient: Patient) => notReady(patient, { phase: 'Running' }),
  'pod-crash-looping': (patient: Patient) => {
    notReady(patient, {
      phase: 'Running',
      containerStatuses: [
        {
          name: 'metrics-server',
          state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s restarting failed container' } },
          lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
        },
      ],
    });
  },
  'pod-pending': (patient: Patient) => {
    patient.changePods(({ spec }) => ({
      spec: { ...(spec as object), nodeName: undefined },
      status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False' }] },
    }));
    patient.loseEndpoints();
  },
  'flags-refused': (patient: Patient) => {
    withArgs(patient, '--metric-resolution=5s');
    notReady(patient, { phase: 'Running' });
  },
  'scaled-to-zero': (patient: Patient) => {
    patient.changeSpec('deployments.apps', 'metrics-server', () => ({ replicas: 0 }));
    removePods(patient);
  },
  'not-installed': (patient: Patient) => {
    patient.remove('deployments.apps', 'metrics-server');
    removePods(patient);
  },
  'installed-twice': (patient: Patient) => {
    const deployment = deploymentObject();
    patient.put('deployments.apps', {
      ...deployment,
      metadata: {
        name: 'metrics-server',
        namespace: 'monitoring',
        labels: { 'app.kubernetes.io/name': 'metrics-server', 'app.kubernetes.io/managed-by': 'Helm' },
        annotations: { 'meta.helm.sh/release-name': 'metrics-server' },
      },
    });
  },
  'addon-manager': (patient: Patient) => {
    patient.change('deployments.apps', 'metrics-server', ({ metadata }) => ({
      metadata: { ...metadata, labels: { ...metadata.labels, 'addonmanager.kubernetes.io/mode': 'Reconcile' } },
    }));
  },
  'host-network-on-10250': (patient: Patient) => {
    patient.changePods(({ spec }) => ({ spec: { ...(spec as object), hostNetwork: true } }));
  },
  'port-mismatch': (patient: Patient) => withArgs(patient, '--secure-port=4443'),
  'server-behind-proxy': (patient: Patient) => {
    patient.changeContainer(() => ({ env: [{ name: 'HTTPS_PROXY', value: 'http://proxy.example.com:3128' }] }));
  },
  'kubelet-insecure-tls': (patient: Patient) => withArgs(patient, '--kubelet-insecure-tls'),
  'node-selector': (patient: Patient) => {
    withArgs(patient, `--node-selector=kubernetes.io/hostname!=${patient.node}`);
  },
  'hpa-without-requests': (patient: Patient) => autoscaler(patient),
} as const;

function withArgs(patient: Patient, ...args: readonly string[]): void {
  patient.changeContainer(() => ({ args: [...installedArgs, ...args] }));
}

function notReady(patient: Patient, status: object): void {
  patient.changePods(() => ({ status: { ...status, conditions: [{ type: 'Ready', status: 'False' }] } }));
  patient.loseEndpoints([{ addresses: ['127.0.0.1'], conditions: { ready: false } }]);
}

function removePods(patient: Patient): void {
  patient.removePods();
  patient.loseEndpoints();
}

/** Of a Deployment whose pods have a container with requests, and one without. */
function autoscaler(patient: Patient): void {
  const metadata = { name: 'checkout', namespace: 'default' };
  const labels = { app: 'checkout' };
  const containers = [
    { name: 'app', image: 'pretend', resources: { requests: { cpu: '200m', memory: '256Mi' } } },
    { name: 'envoy', image: 'pretend', resources: { requests: { memory: '64Mi' } } },
  ];
  patient.put('deployments.apps', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  });
  patient.put('horizontalpodautoscalers.autoscaling', {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata,
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'checkout' },
      minReplicas: 1,
      maxReplicas: 5,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } },
      ],
    },
  });
}
