import type { KubernetesObject } from '../kube-apiserver/object-store.ts';

const namespace = 'kube-system';
const labels = { 'k8s-app': 'metrics-server' };

/** How the pretend Deployment starts the server: as the manifests do. */
export const installedArgs = [
  '--cert-dir=/tmp',
  '--secure-port=10250',
  '--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname',
  '--kubelet-use-node-status-port',
  '--metric-resolution=15s',
] as const;

/** What the container of the pretend server looks like in a manifest. */
export function serverContainer(args: readonly string[] = installedArgs): object {
  return {
    name: 'metrics-server',
    image: 'tacho/metrics-server:v0.1.0',
    args,
    ports: [{ name: 'https', containerPort: 10_250, protocol: 'TCP' }],
    resources: { requests: { cpu: '100m', memory: '200Mi' } },
  };
}

/** The Deployment of the manifests. */
export function deploymentObject(): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'metrics-server', namespace, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { serviceAccountName: 'metrics-server', containers: [serverContainer()] },
      },
    },
  };
}

/** Its pod, at work. No kubelet knows it, so it has no usage. */
export function serverPodObject(node: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'metrics-server-7d9c5b8f6d-x2k4p', namespace, labels },
    spec: { nodeName: node, serviceAccountName: 'metrics-server', containers: [serverContainer()] },
    status: {
      phase: 'Running',
      podIP: '127.0.0.1',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [
        { name: 'metrics-server', ready: true, started: true, restartCount: 0, state: { running: {} } },
      ],
    },
  };
}

/** A kube-apiserver as kubeadm runs it. */
export function apiServerPodObject(node: string): KubernetesObject {
  const args = [
    'kube-apiserver',
    '--requestheader-client-ca-file=/etc/kubernetes/pki/front-proxy-ca.crt',
    '--proxy-client-cert-file=/etc/kubernetes/pki/front-proxy-client.crt',
    '--proxy-client-key-file=/etc/kubernetes/pki/front-proxy-client.key',
  ];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `kube-apiserver-${node}`,
      namespace,
      labels: { component: 'kube-apiserver', tier: 'control-plane' },
    },
    spec: {
      nodeName: node,
      hostNetwork: true,
      containers: [{ name: 'kube-apiserver', image: 'registry.k8s.io/kube-apiserver:v1.36.3', command: args }],
    },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  };
}

/** The Service through which pods reach the kube-apiserver. */
export function kubernetesServiceObject(): KubernetesObject {
  const ports = [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }];
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kubernetes', namespace: 'default' },
    spec: { type: 'ClusterIP', clusterIP: '10.96.0.1', ports },
  };
}
