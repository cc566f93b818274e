import { frontProxyName } from '../certificates-kit.ts';
import type { KubernetesObject } from '../kube-apiserver/object-store.ts';

/** Where metrics-server listens, and how the kube-apiserver is to check its certificate. */
export interface MetricsServerAddress {
  /** An IP address. */
  readonly host: string;
  readonly port: number;
  /** PEM; absent = the certificate is not verified, as metrics-server's own manifest has it. */
  readonly caBundle?: string;
}

/** The versions of metrics.k8s.io that get an APIService. */
export type MetricsVersion = 'v1beta1' | 'v1';

const namespace = 'kube-system';
const name = 'metrics-server';
const labels = { 'k8s-app': name };

/** How the kube-apiserver's front proxy is recognised, as every aggregated API server reads it. */
export function authenticationConfigMap(clientCa: string, requestHeaderCa: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'extension-apiserver-authentication', namespace },
    data: {
      'client-ca-file': clientCa,
      'requestheader-client-ca-file': requestHeaderCa,
      'requestheader-allowed-names': JSON.stringify([frontProxyName]),
      'requestheader-username-headers': '["X-Remote-User"]',
      'requestheader-uid-headers': '["X-Remote-Uid"]',
      'requestheader-group-headers': '["X-Remote-Group"]',
      'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
    },
  };
}

/** Port 443 named https, as in metrics-server's manifest. */
export function serviceObject(): KubernetesObject {
  const ports = [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 'https', appProtocol: 'https' }];
  const spec = { type: 'ClusterIP', clusterIP: '10.96.0.11', selector: labels, ports };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace, labels }, spec };
}

/** Without an address a slice without endpoints: the pod is not there yet. */
export function endpointSliceObject(address: MetricsServerAddress | undefined): KubernetesObject {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${name}-0`, namespace, labels: { ...labels, 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    endpoints: address === undefined ? [] : [{ addresses: [address.host], conditions: { ready: true } }],
    ports: address === undefined ? [] : [{ name: 'https', port: address.port, protocol: 'TCP' }],
  };
}

/** The same for clients that still read Endpoints. */
export function endpointsObject(address: MetricsServerAddress | undefined): KubernetesObject {
  const subsets =
    address === undefined
      ? []
      : [{ addresses: [{ ip: address.host }], ports: [{ name: 'https', port: address.port, protocol: 'TCP' }] }];
  return { apiVersion: 'v1', kind: 'Endpoints', metadata: { name, namespace, labels }, subsets };
}

/** Hands a version of metrics.k8s.io to the metrics-server Service. */
export function apiServiceObject(version: MetricsVersion, caBundle: string | undefined): KubernetesObject {
  const trust =
    caBundle === undefined
      ? { insecureSkipTLSVerify: true }
      : { caBundle: Buffer.from(caBundle, 'utf8').toString('base64') };
  return {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: `${version}.metrics.k8s.io`, labels },
    spec: {
      group: 'metrics.k8s.io',
      version,
      service: { name, namespace, port: 443 },
      groupPriorityMinimum: 100,
      versionPriority: version === 'v1' ? 200 : 100,
      ...trust,
    },
  };
}
