import { areas } from '../../../pkg/doctor/areas.ts';
import type { FlagSection } from '../flags/flag.ts';
import { listEntries } from '../flags/list-entries.ts';
import { type Parsed, problem, value } from '../flags/parsed.ts';
import { nearest } from '../nearest.ts';
import type { SubcommandDescription } from './subcommand-flags.ts';

/** The flags of doctor. */
export const doctorFlags = {
  kubeconfig: {
    kind: 'text',
    default: '',
    help: 'Kubeconfig to look with. Empty: the identity of the pod we run in; outside of one, $KUBECONFIG or ~/.kube/config.',
  },
  namespace: {
    kind: 'text',
    default: '',
    alias: 'n',
    help: 'Namespace the server is in. Empty: where the APIService leads, else kube-system.',
  },
  output: {
    kind: 'choice',
    choices: ['text', 'json'],
    default: 'text',
    alias: 'o',
    help: 'How to tell what was found; json has a stable schema for scripts.',
  },
  only: {
    kind: 'other',
    shown: 'array',
    default: '',
    parse: parseAreas,
    help: `Look at these only, comma-separated: ${areas.map(({ name }) => name).join(', ')}.`,
  },
  'list-codes': {
    kind: 'switch',
    default: false,
    help: 'Print every code that a finding may bear, with what it stands for, and exit.',
  },
  timeout: {
    kind: 'duration',
    default: '10s',
    minMs: 100,
    help: 'How long each request, to the kube-apiserver or to a kubelet, may take.',
  },
} as const satisfies FlagSection;

/** Doctor, as its help describes it. */
export const doctorDescription: SubcommandDescription<typeof doctorFlags> = {
  name: 'doctor',
  usage: '[flags]',
  about:
    'Finds out why metrics are missing: looks at the APIService, the Service, the pods, the rights of their account, every ' +
    'kubelet and its certificate, and at autoscalers that lack requests. For each finding it says what it saw, why that is ' +
    'wrong, and the command or the lines of a manifest that cure it. It changes nothing.',
  flags: doctorFlags,
  examples: [
    ['metrics-server doctor', 'with your own kubeconfig, from anywhere'],
    [
      'kubectl -n kube-system exec deploy/metrics-server -- metrics-server doctor',
      'from within the pod: reaches what the server reaches, with its rights',
    ],
    ['metrics-server doctor --only=nodes,rights', 'two areas only'],
    ["metrics-server doctor -o json | jq -r '.areas[].findings[].code'", 'the codes of all findings'],
  ],
  epilogue:
    'From a laptop kubelets are often out of reach: that is said, and is no finding; what the server in the cluster reports ' +
    'of them is looked at instead. No token is ever shown to a kubelet but by the account of the server itself.\n\n' +
    'Exit codes: 0 nothing is wrong, 1 there are findings, 2 could not look (or flags that make no sense).',
};

type AreaName = (typeof areas)[number]['name'];

/** Area names; undefined = all. */
function parseAreas(texts: readonly string[]): Parsed<readonly AreaName[] | undefined> {
  const names = listEntries(texts).filter((name) => name !== '');
  const known = areas.flatMap(({ name }) => (names.includes(name) ? [name] : []));
  const unknown = names.find((name) => !areas.some((area) => area.name === name));
  if (unknown !== undefined) {
    const all = areas.map(({ name }) => name);
    const meant = nearest(unknown, all);
    return problem(`has no area "${unknown}": ${meant ? `did you mean ${meant}?` : `there are ${all.join(', ')}`}`);
  }
  return value(known.length === 0 ? undefined : known);
}
