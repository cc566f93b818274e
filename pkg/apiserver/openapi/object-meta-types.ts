import {
  anyText,
  atomicList,
  flag,
  integer,
  reference,
  required,
  type TypeDescription,
  text,
} from './type-description.ts';

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';

const names = {
  fields: `${meta}.FieldsV1`,
  managedFields: `${meta}.ManagedFieldsEntry`,
  objectMeta: `${meta}.ObjectMeta`,
  owner: `${meta}.OwnerReference`,
  time: `${meta}.Time`,
} as const;

const texts = (description: string) => ({ description, shape: { kind: 'map', of: anyText } }) as const;

const objectMeta: TypeDescription = {
  name: names.objectMeta,
  description: 'What is said of an object whatever its kind.',
  shape: {
    kind: 'object',
    fields: {
      annotations: texts('Notes that tools leave at the object; nothing can be selected by them.'),
      creationTimestamp: reference(names.time, 'When the object was made.'),
      deletionGracePeriodSeconds: integer('How long the object may take to end once it is being deleted, in seconds.'),
      deletionTimestamp: reference(
        names.time,
        'When the object will be gone at the latest. Missing while nobody deletes it.',
      ),
      finalizers: {
        description: 'Who has to agree before the object is gone. Whoever agrees takes their name off the list.',
        shape: { kind: 'list', of: anyText },
        extensions: { 'x-kubernetes-list-type': 'set', 'x-kubernetes-patch-strategy': 'merge' },
      },
      generateName: text('What a name made by the server begins with, used when no name was given.'),
      generation: integer('Grows with every change of what is wanted of the object.'),
      labels: texts('Names and values by which objects are grouped and selected.'),
      managedFields: atomicList(
        { kind: 'reference', to: names.managedFields },
        'Who set which fields, kept by the server for its own use.',
      ),
      name: text(
        'Name of the object. No other of the same kind has it, in the same namespace if the kind has namespaces.',
      ),
      namespace: text('Namespace the object lives in. Missing for kinds that live in none.'),
      ownerReferences: {
        description: 'Objects this one belongs to: it goes when they all are gone.',
        shape: { kind: 'list', of: { kind: 'reference', to: names.owner } },
        extensions: {
          'x-kubernetes-list-map-keys': ['uid'],
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-patch-merge-key': 'uid',
          'x-kubernetes-patch-strategy': 'merge',
        },
      },
      resourceVersion: text(
        'The state of the object, changed by every change of it. Only to be compared and handed back.',
      ),
      selfLink: text('No longer used.'),
      uid: text('Tells the object from all that ever had or will have the same name.'),
    },
  },
};

const ownerReference: TypeDescription = {
  name: names.owner,
  description: 'Another object, in the same namespace or in none, that an object belongs to.',
  shape: {
    kind: 'object',
    fields: {
      apiVersion: required(text('Group and version of the owner.')),
      blockOwnerDeletion: flag('Whether the owner stays until this object is gone, when it is deleted in that order.'),
      controller: flag('Whether the owner is the controller in charge of the object.'),
      kind: required(text('Kind of the owner.')),
      name: required(text('Name of the owner.')),
      uid: required(text('UID of the owner.')),
    },
  },
  extensions: { 'x-kubernetes-map-type': 'atomic' },
};

const managedFieldsEntry: TypeDescription = {
  name: names.managedFields,
  description: 'What one manager set in an object.',
  shape: {
    kind: 'object',
    fields: {
      apiVersion: text('Group and version in which the fields are named.'),
      fieldsType: text('How the fields are written down; there is only `FieldsV1`.'),
      fieldsV1: reference(names.fields, 'The fields.'),
      manager: text('Name of the manager.'),
      operation: text('How they were set: `Apply` or `Update`.'),
      subresource: text('The subresource through which they were set; empty for the object itself.'),
      time: reference(names.time, 'When the manager last added, changed or gave up one of them.'),
    },
  },
};

const fieldsV1: TypeDescription = {
  name: names.fields,
  description:
    'Some fields of an object, as a tree: `f:` leads the name of a field, `k:` the keys and `v:` the value of an item, `i:` its place; a dot is the thing itself.',
  shape: { kind: 'any-object' },
};

/** ObjectMeta and what it consists of. */
export const objectMetaTypes: readonly TypeDescription[] = [objectMeta, ownerReference, managedFieldsEntry, fieldsV1];
