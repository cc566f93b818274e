import type { Field, Json, JsonObject, TypeDescription, TypeShape } from './type-description.ts';

/** What the two versions of OpenAPI say differently of a type. */
export interface Dialect {
  /** What leads the name of a type in a reference. */
  readonly types: string;
  readonly quantity: JsonObject;
  /** Whether a reference can stand beside other members, and defaults be told. */
  readonly isRich: boolean;
}

/** OpenAPI v2: a reference swallows what stands beside it, which Kubernetes clients do not mind. */
export const swagger: Dialect = { types: '#/definitions/', quantity: { type: 'string' }, isRich: false };

/** OpenAPI v3. */
export const openapi3: Dialect = {
  types: '#/components/schemas/',
  quantity: { oneOf: [{ type: 'string' }, { type: 'number' }] },
  isRich: true,
};

/** The schema of a type. */
export function typeSchema(type: TypeDescription, dialect: Dialect): JsonObject {
  const { description, shape, kinds, extensions } = type;
  const kindMembers = kinds?.map(({ group, version, kind }) => ({ group, kind, version }));
  return {
    description,
    ...shapeSchema(shape, dialect),
    ...extensions,
    ...(kindMembers && { 'x-kubernetes-group-version-kind': kindMembers }),
  };
}

/** Names of the types a type is made of, those of its parts not included. */
export function typesWithin(shape: TypeShape): readonly string[] {
  switch (shape.kind) {
    case 'reference':
      return [shape.to];
    case 'list':
    case 'map':
      return typesWithin(shape.of);
    case 'object':
      return Object.values(shape.fields).flatMap((field) => typesWithin(field.shape));
    default:
      return [];
  }
}

function shapeSchema(shape: TypeShape, dialect: Dialect): JsonObject {
  switch (shape.kind) {
    case 'string':
      return shape.format === undefined ? { type: 'string' } : { type: 'string', format: shape.format };
    case 'boolean':
      return { type: 'boolean' };
    case 'int64':
      return { type: 'integer', format: 'int64' };
    case 'quantity':
      return dialect.quantity;
    case 'any-object':
      return { type: 'object' };
    case 'reference':
      return { $ref: dialect.types + shape.to };
    case 'list':
      return { type: 'array', items: shapeSchema(shape.of, dialect) };
    case 'map':
      return { type: 'object', additionalProperties: shapeSchema(shape.of, dialect) };
    case 'object':
      return objectSchema(shape, dialect);
  }
}

function objectSchema({ fields }: TypeShape & { readonly kind: 'object' }, dialect: Dialect): JsonObject {
  const members = Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
  const required = Object.entries(fields).flatMap(([name, field]) => (field.required === true ? [name] : []));
  return {
    type: 'object',
    ...(required.length > 0 && { required }),
    properties: Object.fromEntries(members.map(([name, field]) => [name, fieldSchema(field, dialect)])),
  };
}

function fieldSchema(field: Field, dialect: Dialect): JsonObject {
  const { description, shape, extensions } = field;
  const schema = shapeSchema(shape, dialect);
  const value = defaultOf(field);
  return {
    description,
    ...(dialect.isRich && value !== undefined && { default: value }),
    ...(dialect.isRich && shape.kind === 'reference' ? { allOf: [schema] } : schema),
    ...extensions,
  };
}

function defaultOf({ shape, required, default: told }: Field): Json | undefined {
  if (told !== undefined || required !== true) return told;
  if (shape.kind === 'string') return '';
  return shape.kind === 'boolean' ? false : undefined;
}
