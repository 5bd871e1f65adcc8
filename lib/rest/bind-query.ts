import type protobuf from "protobufjs";
import type { Message } from "../call/message.js";
import { invalidField, type RpcError } from "../call/rpc-error.js";
import type { BoundFields } from "../http-rule/bound-fields.js";
import type { JsonCodecs } from "../json/codec.js";
import { setOwn } from "../json/own-property.js";
import { fieldsByName } from "../schema/field-names.js";
import type { Representation } from "../schema/representation.js";
import { didYouMean } from "../schema/suggest-name.js";
import { type BindableField, createBindableField, findHolder } from "./bindable-field.js";
import { Claims } from "./claims.js";
import { eachParameter, type ParameterName, parseParameterName } from "./parse-query.js";
import { findWellKnownParent, type WellKnownParent } from "./well-known-parts.js";

export interface QueryBinderOptions {
  readonly codecs: JsonCodecs;
  readonly representation: Representation;
  /** What the query must not touch, under any name. */
  readonly bound: BoundFields;
  readonly unknownQueryParameters: "ignore" | "reject";
  readonly ignoredQueryParameters: ReadonlySet<string>;
  /** Parameters that are not unknown, whatever the message has. */
  readonly systemParameters: ReadonlySet<string>;
}

/** Writes a query into a message. */
export type QueryBinder = (message: Message, query: string) => void;

/** The deepest field path that a parameter may name, as deep as JSON may nest. */
const maxDepth = 100;

/**
 * Compile the binding of query parameters to the fields of a message.
 *
 *     ?page_size=10&filter.tags=a&filter.tags=b&labels[env]=prod
 *
 * Names are proto or JSON names, dotted; a repeated field is given by repetition, also as `tags[]`; a map as
 * `m[key]`. Nothing is written before its name and its value have been read.
 */
export function createQueryBinder(type: protobuf.Type, options: QueryBinderOptions): QueryBinder {
  const fieldsOf = createFieldIndex(options);
  const isForeign = createForeignCheck(options);
  const rejectsUnknown = options.unknownQueryParameters === "reject";

  return (message, query) => {
    const claims = new Claims();
    const wellKnown = new Map<string, WellKnownParent>();
    eachParameter(query, ({ name, readValue }) => {
      if (isForeign(name)) return;
      const target = findTarget(type, parseParameterName(name), fieldsOf, options.bound);
      if (typeof target === "object") {
        assign(message, target, readValue(), claims);
        const parent = target.path.length === 1 ? undefined : findWellKnownParent(target.path);
        if (parent !== undefined) wellKnown.set(parent.name, parent);
      } else if (rejectsUnknown && target === "bound") throw boundParameter(name);
      else if (rejectsUnknown && !options.systemParameters.has(name)) throw unknownParameter(name, type);
    });
    for (const parent of wellKnown.values()) parent.check(message);
  };
}

/**
 * The same for a message that leaves nothing to the query: parameters are skipped, or refused if the options say so.
 */
export function createQueryRefusal(options: Omit<QueryBinderOptions, "bound">): (query: string) => void {
  if (options.unknownQueryParameters === "ignore") return () => {};
  const isForeign = createForeignCheck(options);
  return (query) => {
    eachParameter(query, ({ name }) => {
      if (!isForeign(name) && !options.systemParameters.has(name)) throw boundParameter(name);
    });
  };
}

/** Parameters that are for somebody else. */
function createForeignCheck({
  ignoredQueryParameters,
}: Pick<QueryBinderOptions, "ignoredQueryParameters">): (name: string) => boolean {
  return (name) => name === "" || name.startsWith("$") || ignoredQueryParameters.has(name);
}

type FieldIndex = (type: protobuf.Type) => ReadonlyMap<string, BindableField>;

/** The fields of each type by JSON name and by proto name; where one is both, the JSON name wins. */
function createFieldIndex(options: QueryBinderOptions): FieldIndex {
  const indexes = new Map<protobuf.Type, Map<string, BindableField>>();
  return (type) => {
    let index = indexes.get(type);
    if (index === undefined) {
      const fields = new Map(type.fieldsArray.map((field) => [field, createBindableField(field, options)]));
      // Each field that has a name is among those of its type.
      index = new Map([...fieldsByName(type)].map(([name, field]) => [name, fields.get(field)!]));
      indexes.set(type, index);
    }
    return index;
  };
}

interface Target {
  readonly path: readonly [BindableField, ...BindableField[]];
  /** Those of the path. */
  readonly names: readonly string[];
  readonly key: string | undefined;
}

/** What a parameter names: a field, `"bound"` for one that the query must not touch, `undefined` for none. */
function findTarget(
  type: protobuf.Type,
  { steps, key }: ParameterName,
  fieldsOf: FieldIndex,
  bound: BoundFields,
): Target | "bound" | undefined {
  const path: BindableField[] = [];
  let at: protobuf.Type | undefined = type;
  let boundHere: BoundFields | undefined = bound;
  for (const step of steps) {
    const bindable: BindableField | undefined = at === undefined ? undefined : fieldsOf(at).get(step);
    if (bindable === undefined) return undefined;
    const below: BoundFields | "bound" | undefined = boundHere?.get(bindable.field);
    if (below === "bound") return "bound";
    boundHere = below;
    path.push(bindable);
    at = bindable.type;
  }
  // A name has a step at least.
  const { field } = path.at(-1) as BindableField;
  // A part of it is bound, which the whole would replace.
  if (boundHere !== undefined) return "bound";
  if (key !== undefined && !field.map && !(field.repeated && key === "")) return undefined;
  if (path.length > maxDepth) throw tooDeep(path);
  return { path: path as [BindableField, ...BindableField[]], names: path.map(({ name }) => name), key };
}

function assign(message: Message, target: Target, text: string, claims: Claims): void {
  const { path, names } = target;
  const { field } = leafOf(target);
  claims.claimOneofs(path, names);
  if (field.map) addEntry(message, target, text, claims);
  else if (field.repeated) addElement(message, target, text, claims);
  else setValue(message, target, text, claims);
}

function setValue(message: Message, target: Target, text: string, claims: Claims): void {
  const { path, names } = target;
  const { codec, set } = leafOf(target);
  const value = codec.parse(text, names.join("."));
  claims.claim(names);
  set(findHolder(message, path), value);
}

function addElement(message: Message, target: Target, text: string, claims: Claims): void {
  const { path, names } = target;
  const { field, codec, set } = leafOf(target);
  const value = codec.parse(text, names.join("."));
  claims.claimParents(names);
  const holder = findHolder(message, path);
  const list: unknown[] = holder[field.name] ?? [];
  list.push(value);
  set(holder, list);
}

function addEntry(message: Message, target: Target, text: string, claims: Claims): void {
  const { path, names, key } = target;
  const { field, codec, set } = leafOf(target);
  const name = names.join(".");
  if (key === undefined)
    throw invalidField(name, `the map "${name}" takes parameters of the form ${name}[key]=value`);
  const mapKey = codec.parseKey(key, `${name}[${key}]`);
  const value = codec.parse(text, `${name}[${key}]`);
  claims.claimParents(names);
  claims.claim([`${name}[${mapKey}]`]);
  const holder = findHolder(message, path);
  const map: Record<string, unknown> = holder[field.name] ?? {};
  setOwn(map, mapKey, value);
  set(holder, map);
}

function leafOf({ path }: Target): BindableField {
  return path[path.length - 1] as BindableField;
}

function tooDeep(path: readonly BindableField[]): RpcError {
  const name = `${path
    .slice(0, 8)
    .map(({ name }) => name)
    .join(".")
    .slice(0, 80)}…`;
  return invalidField(name, `query parameter "${name}" is nested deeper than ${maxDepth} levels`);
}

function unknownParameter(name: string, type: protobuf.Type): RpcError {
  const hint = didYouMean(name, [...fieldsByName(type).keys()]);
  return invalidField(name, `unknown query parameter "${name.slice(0, 80)}"${hint}`);
}

function boundParameter(name: string): RpcError {
  return invalidField(
    name,
    `query parameter "${name.slice(0, 80)}" is not taken: path and body say what it would say`,
  );
}
