import { createHash } from 'node:crypto';
import type { ApiGroupVersion } from '../resource.ts';
import { machineryTypes } from './machinery-types.ts';
import { type Operation, operationsOf } from './operations.ts';
import type { Parameter } from './parameters.ts';
import { openapi3, swagger, typeSchema, typesWithin } from './schema-json.ts';
import type { JsonObject, TypeDescription } from './type-description.ts';

/** What is described, and what the description calls itself. */
export interface Subject {
  readonly groups: readonly ApiGroupVersion[];
  /** What can be asked beside the groups. Absent = nothing. */
  readonly more?: Further;
  readonly title: string;
  readonly version: string;
}

/** What is served beside groups of resources, as OpenAPI tells it. */
export interface Further {
  readonly operations: readonly Operation[];
  /** The types of their answers. */
  readonly types: readonly TypeDescription[];
}

/** The one OpenAPI v2 document. */
export function swaggerDocument(subject: Subject): JsonObject {
  const operations = allOperations(subject);
  const shared = sharedParameters(operations);
  const paths = operations.map((operation) => [operation.path, swaggerPath(operation, shared)]);
  return {
    swagger: '2.0',
    info: { title: subject.title, version: subject.version },
    paths: Object.fromEntries(paths),
    definitions: schemas(reachable(operations, subject), swagger),
    parameters: Object.fromEntries([...shared].map(([parameter, name]) => [name, swaggerParameter(parameter)])),
  };
}

/** The OpenAPI v3 documents by name: one for each group, version and root, so that clients read only what they need. */
export function openapi3Documents(subject: Subject): ReadonlyMap<string, JsonObject> {
  const byDocument = Map.groupBy(allOperations(subject), ({ document }) => document);
  const documents = [...byDocument].sort(([a], [b]) => (a < b ? -1 : 1));
  return new Map(documents.map(([name, operations]) => [name, openapi3Document(subject, operations)]));
}

/** By path. */
const allOperations = ({ groups, more }: Subject): readonly Operation[] =>
  [...operationsOf(groups), ...(more?.operations ?? [])].sort((a, b) => (a.path < b.path ? -1 : 1));

function openapi3Document(subject: Subject, operations: readonly Operation[]): JsonObject {
  const { title, version } = subject;
  return {
    openapi: '3.0.0',
    info: { title, version },
    paths: Object.fromEntries(operations.map((operation) => [operation.path, openapi3Path(operation)])),
    components: { schemas: schemas(reachable(operations, subject), openapi3) },
  };
}

function openapi3Path(operation: Operation): JsonObject {
  const { produces, answer, parameters } = operation;
  const content = { schema: { $ref: openapi3.types + answer } };
  const get = {
    ...operationHead(operation),
    responses: {
      '200': { description: 'OK', content: Object.fromEntries(produces.toSorted().map((type) => [type, content])) },
    },
    ...operationTail(operation),
  };
  if (parameters.length === 0) return { get };
  return {
    get,
    parameters: parameters.map(({ name, in: place, description, type }) => ({
      name,
      in: place,
      description,
      ...(place === 'path' && { required: true }),
      schema: { type, uniqueItems: true },
    })),
  };
}

function swaggerPath(operation: Operation, shared: ReadonlyMap<Parameter, string>): JsonObject {
  const { tags, description, operationId } = operationHead(operation);
  const { produces, answer, parameters, about } = operation;
  const get = {
    description,
    consumes: about === undefined ? produces : ['*/*'],
    produces,
    schemes: ['https'],
    tags,
    operationId,
    responses: { '200': { description: 'OK', schema: { $ref: swagger.types + answer } } },
    ...operationTail(operation),
  };
  if (parameters.length === 0) return { get };
  const parameterOf = (parameter: Parameter): JsonObject => {
    const name = shared.get(parameter);
    return name === undefined ? swaggerParameter(parameter) : { $ref: `#/parameters/${name}` };
  };
  return { get, parameters: parameters.map(parameterOf) };
}

const operationHead = ({ tag, description, id }: Operation) => ({ tags: [tag], description, operationId: id });

const operationTail = ({ about }: Operation): JsonObject =>
  about === undefined
    ? {}
    : { 'x-kubernetes-action': about.action, 'x-kubernetes-group-version-kind': { ...about.kind } };

const swaggerParameter = ({ name, in: place, type, description }: Parameter): JsonObject => ({
  uniqueItems: true,
  type,
  description,
  name,
  in: place,
  ...(place === 'path' && { required: true }),
});

/** Parameters that more than one operation has, each with a name of its own: its content is in it, as in the reference. */
function sharedParameters(operations: readonly Operation[]): ReadonlyMap<Parameter, string> {
  const uses = Map.groupBy(
    operations.flatMap(({ parameters }) => parameters),
    (parameter) => parameter,
  );
  const shared = [...uses].filter(([, each]) => each.length > 1).map(([parameter]) => parameter);
  return new Map(
    shared
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((parameter) => [parameter, `${parameter.name}-${digest(parameter)}`]),
  );
}

const digest = (parameter: Parameter): string =>
  createHash('sha256').update(JSON.stringify(parameter)).digest('base64url').slice(0, 8);

function schemas(types: readonly TypeDescription[], dialect: typeof swagger): JsonObject {
  return Object.fromEntries(types.map((type) => [type.name, typeSchema(type, dialect)]));
}

/** The types of the operations' answers and of everything in them, by name. */
function reachable(operations: readonly Operation[], { groups, more }: Subject): readonly TypeDescription[] {
  const all = [...machineryTypes, ...groups.flatMap(({ types = [] }) => types), ...(more?.types ?? [])];
  const known = new Map(all.map((type) => [type.name, type]));
  const found = new Map<string, TypeDescription>();
  const visit = (name: string): void => {
    const type = known.get(name) ?? undescribed(name);
    if (found.has(name)) return;
    found.set(name, type);
    typesWithin(type.shape).forEach(visit);
  };
  for (const { answer } of operations) visit(answer);
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** So that no reference leads nowhere: one such reference makes clients drop the whole document. */
const undescribed = (name: string): TypeDescription => ({ name, description: '', shape: { kind: 'any-object' } });
