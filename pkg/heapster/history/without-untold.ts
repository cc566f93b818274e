import { isEntity, Layout, timesPerEntity } from '../rows/layout.ts';
import type { CurrentFrame } from './subject-history.ts';

/** Fewer dead rows than this are not worth a layout of their own. */
const fewest = 8;

/** One frame at a time is moved. */
const room = { cells: new Float64Array(4_096), times: new Float64Array(1_024) };

/** A frame and its layout. The numbers are gone when another one is moved. */
export interface Moved {
  readonly layout: Layout;
  readonly frame: CurrentFrame;
}

/**
 * A frame in a layout of its own that has only the rows it tells of, those that are 1 in `told`; undefined where it tells of
 * three quarters of all.
 */
export function withoutUntold(from: Layout, told: Uint8Array, frame: CurrentFrame): Moved | undefined {
  const alive = told.reduce((sum, one) => sum + one, 0);
  if (from.length - alive < Math.max(fewest, from.length / 4)) return undefined;
  const layout = new Layout(alive);
  const moved = new Int32Array(from.length).fill(-1);
  const { cells, times } = roomFor(from);
  for (let row = 0; row < from.length; row++) {
    if (told[row] !== 1) continue;
    // Parents stand before their children, and are told of where they are.
    const parent = from.parentOf(row);
    const to = layout.adopt(from, row, parent < 0 ? -1 : (moved[parent] ?? -1));
    moved[row] = to;
    cells.set(frame.cells.subarray(from.startOf(row), from.startOf(row + 1)), layout.startOf(to));
    if (!isEntity(from.columnsOf(row).kind)) continue;
    const at = from.timesOf(row);
    times.set(frame.times.subarray(at, at + timesPerEntity), layout.timesOf(to));
  }
  return {
    layout,
    frame: { beat: frame.beat, cells: cells.subarray(0, layout.cells), times: times.subarray(0, layout.times) },
  };
}

function roomFor(layout: Layout): typeof room {
  if (room.cells.length < layout.cells) room.cells = new Float64Array(layout.cells);
  if (room.times.length < layout.times) room.times = new Float64Array(layout.times);
  return room;
}
