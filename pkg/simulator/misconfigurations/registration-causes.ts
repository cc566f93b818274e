import { apiServicesKey } from '../aggregation/api-service.ts';
import { apiServiceObject } from '../objects/metrics-server-objects.ts';
import type { Patient } from './patient.ts';

const v1beta1 = 'v1beta1.metrics.k8s.io';
const configMap = 'extension-apiserver-authentication';
const base64 = (pem: string): string => Buffer.from(pem, 'utf8').toString('base64');

/** Mistakes between the kube-apiserver and the pod. */
export const registrationCauses = {
  'apiservice-missing': (patient: Patient) => patient.remove(apiServicesKey, v1beta1, ''),
  'apiservice-local': (patient: Patient) => {
    patient.changeSpec(apiServicesKey, v1beta1, () => ({ service: undefined }));
  },
  'apiservice-of-another-server': (patient: Patient) => {
    patient.change(apiServicesKey, v1beta1, ({ metadata, spec }) => ({
      metadata: { ...metadata, annotations: { 'meta.helm.sh/release-name': 'prometheus-adapter' } },
      spec: { ...(spec as object), service: { namespace: 'monitoring', name: 'prometheus-adapter', port: 443 } },
    }));
  },
  'apiservice-version-not-served': (patient: Patient) => patient.put(apiServicesKey, apiServiceObject('v1', undefined)),
  'apiservice-wrong-ca': (patient: Patient) => trust(patient, patient.certificates.frontProxyCa.certPem),
  'apiservice-expired-ca': (patient: Patient) => trust(patient, patient.certificates.wrong.expired.certPem),
  'service-missing': (patient: Patient) => patient.remove('services', 'metrics-server'),
  'service-wrong-port': (patient: Patient) => {
    patient.changeSpec('services', 'metrics-server', () => ({
      ports: [{ name: 'https', port: 8443, protocol: 'TCP', targetPort: 'https' }],
    }));
  },
  'service-wrong-target': (patient: Patient) => {
    patient.changeSpec('services', 'metrics-server', () => ({
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 'webhook' }],
    }));
    patient.loseEndpoints();
  },
  'service-wrong-selector': (patient: Patient) => {
    patient.changeSpec('services', 'metrics-server', () => ({ selector: { app: 'metrics' } }));
    patient.loseEndpoints();
  },
  'port-unreachable': (patient: Patient) => {
    // Port 1 is nobody's.
    patient.change('endpointslices.discovery.k8s.io', 'metrics-server-0', () => ({
      ports: [{ name: 'https', port: 1, protocol: 'TCP' }],
    }));
  },
  'apiserver-behind-proxy': (patient: Patient) => {
    const env = [
      { name: 'HTTPS_PROXY', value: 'http://proxy.example.com:3128' },
      { name: 'NO_PROXY', value: 'localhost,127.0.0.1,.example.com' },
    ];
    changeApiServer(patient, () => ({ env }));
  },
  'apiserver-without-aggregation': (patient: Patient) => {
    changeApiServer(patient, () => ({ command: ['kube-apiserver', '--v=2'] }));
  },
  'requestheader-missing': (patient: Patient) => {
    patient.change('configmaps', configMap, ({ data }) => ({
      data: { ...(data as object), 'requestheader-client-ca-file': undefined },
    }));
  },
  'requestheader-expired': (patient: Patient) => {
    patient.change('configmaps', configMap, ({ data }) => ({
      data: { ...(data as object), 'requestheader-client-ca-file': patient.certificates.wrong.expired.certPem },
    }));
  },
} as const;

function trust(patient: Patient, pem: string): void {
  patient.changeSpec(apiServicesKey, v1beta1, () => ({ caBundle: base64(pem), insecureSkipTLSVerify: undefined }));
}

function changeApiServer(patient: Patient, how: () => object): void {
  patient.changePodsOf('kube-apiserver', (pod) => {
    const spec = pod.spec as { readonly containers: readonly object[] };
    return { spec: { ...spec, containers: spec.containers.map((container) => ({ ...container, ...how() })) } };
  });
}
