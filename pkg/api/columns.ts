import type { TableColumn } from '../apiserver/resource.ts';
import { formatDuration } from '../model/duration.ts';
import type { Usage } from '../model/sample.ts';
import { type UsageResource, usageResources } from './usage-resources.ts';

const windowColumn: TableColumn = { name: 'Window', type: 'string', format: 'duration' };
const byName: ReadonlyMap<string, UsageResource> = new Map(
  usageResources.map((resource) => [resource.name, resource] as const),
);

/** The columns after Name: each resource that the first object has, then the window. */
export function usageColumns(usages: readonly Usage[]): readonly TableColumn[] {
  const shown = usageResources.filter(({ amountOf }) => usages.some((usage) => amountOf(usage) !== undefined));
  const quantities = shown.map(({ name }) => ({ name, type: 'string', format: 'quantity' }));
  return [...quantities, windowColumn];
}

/** One cell per column: sums over `usages`; empty where none of them has the resource, so that cells stay aligned. */
export function usageCells(
  usages: readonly Usage[],
  windowNs: number,
  columns: readonly TableColumn[],
): readonly string[] {
  return columns.map(({ name }) => {
    const resource = byName.get(name);
    return resource === undefined ? formatDuration(windowNs) : sumText(usages, resource);
  });
}

function sumText(usages: readonly Usage[], { amountOf, text }: UsageResource): string {
  const amounts = usages.map(amountOf).filter((amount) => amount !== undefined);
  if (amounts.length === 0) return '';
  return text(amounts.reduce((sum, amount) => sum + amount, 0));
}
