const opening = ',"managedFields":[';
const closing = ']';

/**
 * Parses an object, an event or a list of a kube-apiserver without the `managedFields` in it: nobody here reads them, and
 * they are more than half of what is sent of a pod, and two thirds of what parsing costs. Everything else is what
 * `JSON.parse` makes of the text; throws as that does. Damage within `managedFields` may go unnoticed.
 */
export function parseObjects(text: string): unknown {
  const shorter = withoutManagedFields(text);
  try {
    return JSON.parse(shorter);
  } catch (cause) {
    if (shorter.length === text.length) throw cause;
    // A bracket within a text, or a list within the list, was taken for the end: what is left of it makes no sense.
    return JSON.parse(text);
  }
}

/**
 * The opening cannot stand within a text, where its quotes would be escaped. Cutting up to a bracket that is not its
 * counterpart leaves quotes or brackets without theirs.
 */
function withoutManagedFields(text: string): string {
  let kept = '';
  let at = 0;
  for (let from = text.indexOf(opening); from >= 0; from = text.indexOf(opening, at)) {
    const end = text.indexOf(closing, from + opening.length);
    if (end < 0) break;
    kept += text.slice(at, from);
    at = end + 1;
  }
  return at === 0 ? text : kept + text.slice(at);
}
