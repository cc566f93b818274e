import {
  type ContainerSummary,
  type KubeletSummary,
  place,
  placesOfFilesystem,
  placesOfPressure,
  type SubjectSummary,
} from '../../../model/kubelet-summary.ts';

/** What is known of a subject, by names like `memory.workingSet` and `cpu.pressure.some.avg10`. */
export type KnownFigures = Readonly<Record<string, number>>;

/** A summary by the names of its figures, without what is not known. */
export interface KnownSummary {
  readonly node: KnownSubject & { readonly systemContainers: readonly KnownContainer[] };
  readonly pods: readonly KnownPod[];
}

/** What is known of anything. */
export interface KnownSubject {
  readonly name: string;
  readonly figures: KnownFigures;
}

/** What is known of a pod. */
export interface KnownPod extends KnownSubject {
  readonly namespace: string;
  readonly uid: string;
  readonly containers: readonly KnownContainer[];
  readonly volumes: readonly KnownSubject[];
}

/** What is known of a container. */
export type KnownContainer = KnownSubject & Pick<ContainerSummary, 'accelerators' | 'custom'>;

/** Where everything stands, by the names of figures. */
const places = known({
  ...{ ...place, filesystem: from(place.filesystem, placesOfFilesystem), logs: from(place.logs, placesOfFilesystem) },
  cpu: { ...place.cpu, pressure: pressureFrom(place.cpu.pressure) },
  memory: { ...place.memory, pressure: pressureFrom(place.memory.pressure) },
  io: { ...place.io, pressure: pressureFrom(place.io.pressure) },
});

/** What a summary says. */
export function knownIn({ figures, node, pods }: KubeletSummary): KnownSummary {
  const figuresOf = ({ at }: SubjectSummary, where: KnownFigures = places): KnownFigures =>
    known(Object.fromEntries(Object.entries(where).map(([name, which]) => [name, figures[at + which]])));
  const container = ({ at, ...told }: ContainerSummary): KnownContainer => ({ ...told, figures: figuresOf({ at }) });
  return {
    node: { name: node.name, figures: figuresOf(node), systemContainers: node.systemContainers.map(container) },
    pods: pods.map(({ namespace, name, uid, ...pod }) => ({
      ...{ namespace, name, uid, figures: figuresOf(pod), containers: pod.containers.map(container) },
      volumes: pod.volumes.map((volume) => ({ name: volume.name, figures: figuresOf(volume, placesOfFilesystem) })),
    })),
  };
}

/** The numbers of a tree by the names on the way to them, but for those that are none. */
export function known(tree: object): KnownFigures {
  return Object.fromEntries(
    Object.entries(tree).flatMap(([name, value]: [string, unknown]): [string, number][] => {
      if (typeof value === 'number') return Number.isNaN(value) ? [] : [[name, value]];
      if (typeof value !== 'object' || value === null) return [];
      return Object.entries(known(value)).map(([inner, figure]) => [`${name}.${inner}`, figure]);
    }),
  );
}

function from(at: number, parts: KnownFigures): KnownFigures {
  return Object.fromEntries(Object.entries(parts).map(([name, which]) => [name, at + which]));
}

function pressureFrom(at: number) {
  return { some: from(at, placesOfPressure.some), full: from(at, placesOfPressure.full) };
}
