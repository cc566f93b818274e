import type { Resource } from '../resource.ts';

/** A resource of one thing that says `text`, for answers as long as wanted. */
export function longResource(text: string): Resource<unknown> {
  const creationTimestamp = 0;
  return {
    name: 'things',
    kind: 'Thing',
    namespaced: false,
    verbs: ['get', 'list'],
    wire: {
      metadata: () => ({ name: 'long', labels: {}, creationTimestamp }),
      jsonMembers: (_, out) => out.text(`"text":${JSON.stringify(text)}`),
      protobufFields: (_, out) => out.string(2, text),
      columns: () => [{ name: 'Text', type: 'string', format: '' }],
      cells: () => [text],
    },
    get: (name) => ({ kind: 'found', object: name }),
    list: () => ['long'],
  };
}
