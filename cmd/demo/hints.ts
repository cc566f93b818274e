import { relative } from 'node:path';

/** What the hints depend on. */
export interface HintOptions {
  /** Absent where there is none on the PATH. */
  readonly kubectl: string | undefined;
  readonly kubeconfig: string;
  readonly once: boolean;
}

/** What to try next, below the tables. */
export function hints({ kubectl, kubeconfig, once }: HintOptions): string {
  const command = `kubectl --kubeconfig ${relative(process.cwd(), kubeconfig)}`;
  const lines = [
    ...(kubectl === undefined ? missing : []),
    ...(once ? ['Leave out ONCE=1, and while the demo runs try:'] : ['While this runs, try in another terminal:']),
    `  ${command} get podmetrics -A`,
    `  ${command} top pods -n shop --containers --sort-by=cpu`,
    `  ${command} get --raw /apis/metrics.k8s.io/v1beta1/nodes`,
    `  ${command} get --raw '/apis/metrics.k8s.io/v1beta1/pods?labelSelector=app'`,
    ...(once ? [] : ['', 'Logs: .demo/metrics-server.log, .demo/simulator.log. Ctrl-C ends everything.']),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

const missing = [
  'No kubectl on the PATH, so this is a small viewer of ours. To get kubectl:',
  '  apt-get install kubernetes-client    (Debian, Ubuntu)',
  '  brew install kubectl                 (macOS)',
  '  https://kubernetes.io/docs/tasks/tools/',
  '',
];
