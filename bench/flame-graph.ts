/** A `.cpuprofile` of V8, as far as it is drawn. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

/** A function called from a certain place, however often. */
interface Frame {
  readonly name: string;
  readonly place: string;
  /** Microseconds, callees included. */
  total: number;
  readonly callees: Map<string, Frame>;
}

const width = 1600;
const rowHeight = 17;
/** Narrower frames cannot be seen. */
const narrowest = 0.4;

/** One self-contained page: the flame graph, root at the top, with names and shares where the mouse points. */
export function flameGraph(profile: CpuProfile, title: string): string {
  const root = merged(profile);
  const boxes: string[] = [];
  const depth = draw(root, { left: 0, row: 0 }, width / root.total, boxes);
  const height = (depth + 2) * rowHeight;
  return `<!doctype html><meta charset="utf-8"><title>${escaped(title)}</title>
<style>body{font:13px system-ui,sans-serif;margin:12px}rect{stroke:#fff;stroke-width:.4}text{font:11px monospace;pointer-events:none}
g:hover rect{stroke:#000}#find{margin:8px 0;width:20em}.dim{opacity:.25}</style>
<h1>${escaped(title)}</h1><p>${(root.total / 1e6).toFixed(1)} s busy. Width is CPU time; below a function are those it called.</p>
<input id="find" placeholder="highlight functions by name">
<svg width="${width}" height="${height}">${boxes.join('\n')}</svg>
<script>document.getElementById('find').oninput=({target})=>{for(const g of document.querySelectorAll('g'))
g.classList.toggle('dim',target.value!==''&&!g.textContent.includes(target.value))}</script>
`;
}

/** Calls of one function from one place are one frame; idle time is none. */
function merged({ nodes, samples, timeDeltas }: CpuProfile): Frame {
  const own = new Map<number, number>();
  for (const [at, id] of samples.entries()) own.set(id, (own.get(id) ?? 0) + (timeDeltas[at] ?? 0));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const add = (id: number, parent: Frame): number => {
    const node = byId.get(id);
    if (node === undefined || node.callFrame.functionName === '(idle)') return 0;
    const { functionName, url, lineNumber } = node.callFrame;
    const name = functionName === '' ? '(anonymous)' : functionName;
    const place = `${url.replace(/^.*\/(dist|node_modules)\//, '')}:${lineNumber + 1}`;
    const key = `${name} ${place}`;
    const frame = parent.callees.get(key) ?? { name, place, total: 0, callees: new Map<string, Frame>() };
    parent.callees.set(key, frame);
    const spent = (own.get(id) ?? 0) + (node.children ?? []).reduce((sum, child) => sum + add(child, frame), 0);
    frame.total += spent;
    return spent;
  };
  const root: Frame = { name: 'all', place: '', total: 0, callees: new Map() };
  for (const child of nodes[0]?.children ?? []) root.total += add(child, root);
  return root;
}

interface Corner {
  readonly left: number;
  readonly row: number;
}

/** Returns how deep it goes. */
function draw(frame: Frame, { left, row }: Corner, pxPerUs: number, boxes: string[]): number {
  const px = frame.total * pxPerUs;
  if (px < narrowest) return row;
  const label =
    px > 30
      ? `<text x="${(left + 3).toFixed(1)}" y="${row * rowHeight + 12}">${escaped(cut(frame.name, px))}</text>`
      : '';
  const tip = `${frame.name} ${frame.place} ${(frame.total / 1000).toFixed(1)} ms`;
  boxes.push(
    `<g><title>${escaped(tip)}</title><rect x="${left.toFixed(1)}" y="${row * rowHeight}" width="${px.toFixed(1)}" ` +
      `height="${rowHeight - 1}" fill="${colourOf(frame.place)}"/>${label}</g>`,
  );
  let deepest = row;
  let at = left;
  for (const callee of [...frame.callees.values()].sort((a, b) => b.total - a.total)) {
    deepest = Math.max(deepest, draw(callee, { left: at, row: row + 1 }, pxPerUs, boxes));
    at += callee.total * pxPerUs;
  }
  return deepest;
}

const cut = (name: string, px: number): string => name.slice(0, Math.floor((px - 6) / 6.6));

/** Ours, libraries', Node.js' own, and V8's. */
function colourOf(place: string): string {
  if (place.startsWith('node:')) return '#9ecae1';
  if (/^(pkg|cmd)\//.test(place)) return '#fdae6b';
  return place.startsWith(':') ? '#d9d9d9' : '#a1d99b';
}

const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
