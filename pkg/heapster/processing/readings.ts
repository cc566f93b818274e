import { place, placesOfFilesystem, placesOfPressure } from '../../model/kubelet-summary.ts';
import { type Columns, columnsOf } from '../rows/columns.ts';

/** Where the figures of the catalogue stand in a summary. What is not here is computed, or comes from elsewhere. */
const placesByMetric: Readonly<Record<string, number>> = {
  'cpu/usage': place.cpu.usage,
  'memory/usage': place.memory.usage,
  'memory/working_set': place.memory.workingSet,
  'memory/rss': place.memory.rss,
  'memory/available': place.memory.available,
  'memory/page_faults': place.memory.pageFaults,
  'memory/major_page_faults': place.memory.majorPageFaults,
  'memory/swap_usage': place.swap.usage,
  'memory/swap_available': place.swap.available,
  'network/rx': place.network.rx,
  'network/rx_errors': place.network.rxErrors,
  'network/tx': place.network.tx,
  'network/tx_errors': place.network.txErrors,
  'process/count': place.processes.count,
  'process/limit': place.processes.limit,
  ...pressurePlaces('cpu'),
  ...pressurePlaces('memory'),
  ...pressurePlaces('io'),
};

const filesystemPlaces: Readonly<Record<string, number>> = {
  'filesystem/usage': placesOfFilesystem.used,
  'filesystem/limit': placesOfFilesystem.capacity,
  'filesystem/available': placesOfFilesystem.available,
  'filesystem/inodes': placesOfFilesystem.inodes,
  'filesystem/inodes_free': placesOfFilesystem.inodesFree,
};

/** Which figures go into which cells of a row, one of each by the other. */
export interface Readings {
  readonly columns: readonly number[];
  /** Counted from where the subject's figures begin. */
  readonly places: readonly number[];
  /** Cells are whole numbers: a figure times this. */
  readonly scales: readonly number[];
}

/** What to read for the rows of subjects, by what they are of. */
export const readings = {
  node: inColumns(columnsOf('node'), placesByMetric),
  sys_container: inColumns(columnsOf('sys_container'), placesByMetric),
  pod: inColumns(columnsOf('pod'), placesByMetric),
  pod_container: inColumns(columnsOf('pod_container'), placesByMetric),
  filesystem: inColumns(columnsOf('filesystem'), filesystemPlaces),
};

/** Looked up once, because it is needed for every row of every answer. */
function inColumns({ metrics, scales }: Columns, places: Readonly<Record<string, number>>): Readings {
  const read = metrics.flatMap(({ name }, column) => {
    const at = places[name];
    return at === undefined ? [] : [{ column, at, scale: scales[column] ?? 1 }];
  });
  return {
    columns: read.map(({ column }) => column),
    places: read.map(({ at }) => at),
    scales: read.map(({ scale }) => scale),
  };
}

function pressurePlaces(resource: 'cpu' | 'memory' | 'io'): Readonly<Record<string, number>> {
  const from = place[resource].pressure;
  return Object.fromEntries(
    (['some', 'full'] as const).flatMap((kind) =>
      Object.entries(placesOfPressure[kind]).map(([figure, at]) => [`${resource}/psi_${kind}_${figure}`, from + at]),
    ),
  );
}
