/** More than a cluster has different containers and volumes of which there are many. */
const mostNames = 4_096;

const names = new Map<string, string>();

/**
 * One text for all equal names of containers, volumes and the like: every answer brings a text of its own for each, and a
 * layout would keep that. Of which pod something is never shows in them.
 */
export function sharedName(name: string): string {
  const known = names.get(name);
  if (known !== undefined) return known;
  if (names.size >= mostNames) names.clear();
  names.set(name, name);
  return name;
}
