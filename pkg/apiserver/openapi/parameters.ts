/** Something a request can say beyond its path. */
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly type: 'string' | 'boolean' | 'integer';
  readonly description: string;
}

const query = (name: string, type: Parameter['type'], description: string): Parameter => ({
  name,
  in: 'query',
  type,
  description,
});

/** Every object and every list can be asked for so. */
export const prettyParameter = query(
  'pretty',
  'string',
  '`true` lays the answer out for people. It is so anyway for browsers, curl and wget, unless `false`.',
);

/** What lists understand, by name; what is there for clients that send it to every server is said to do nothing. */
export const listParameters: readonly Parameter[] = [
  query('allowWatchBookmarks', 'boolean', 'Without effect: there is no watch.'),
  query('continue', 'string', 'Without effect: every list is sent whole.'),
  query('fieldSelector', 'string', 'Only objects with these values in their fields, such as `metadata.name=web-0`.'),
  query('labelSelector', 'string', 'Only objects with these labels, such as `app=web,tier!=cache`.'),
  query('limit', 'integer', 'Without effect: every list is sent whole.'),
  prettyParameter,
  query('resourceVersion', 'string', 'Without effect: what is answered is always the latest.'),
  query('resourceVersionMatch', 'string', 'Without effect: what is answered is always the latest.'),
  query('sendInitialEvents', 'boolean', 'Without effect: there is no watch.'),
  query('shardSelector', 'string', 'Without effect: nothing is divided into shares.'),
  query('timeoutSeconds', 'integer', 'Without effect: lists are answered at once.'),
  query('watch', 'boolean', 'Refused: usage is measured at intervals, ask again instead.'),
];

/** The namespace in a path. */
export const namespaceParameter: Parameter = {
  name: 'namespace',
  in: 'path',
  type: 'string',
  description: 'Namespace of the objects.',
};

/** The object's name in a path. */
export const nameParameter = (kind: string): Parameter => ({
  name: 'name',
  in: 'path',
  type: 'string',
  description: `Name of the ${kind}.`,
});
