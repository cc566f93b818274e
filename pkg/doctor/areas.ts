/** What is looked at, in this order: what comes first explains what comes later. */
export const areas = [
  { name: 'apiservice', title: 'APIService' },
  { name: 'service', title: 'Service and endpoints' },
  { name: 'workload', title: 'Deployment and pods' },
  { name: 'control-plane', title: 'kube-apiserver' },
  { name: 'rights', title: 'Rights of the account' },
  { name: 'nodes', title: 'Nodes and kubelets' },
  { name: 'certificates', title: 'Certificates of kubelets' },
  { name: 'metrics', title: 'What is served' },
  { name: 'autoscalers', title: 'HorizontalPodAutoscalers' },
] as const;

/** The name of one of them. */
export type AreaName = (typeof areas)[number]['name'];

/** Without one of each of these nobody can say that all is well: what kubelets say, the server may know too. */
export const essentialAreas: readonly (readonly AreaName[])[] = [['apiservice'], ['rights'], ['nodes', 'metrics']];
