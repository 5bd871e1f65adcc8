import type protobuf from "protobufjs";
import type { Message } from "../call/message.js";
import { invalidField, type RpcError } from "../call/rpc-error.js";
import type { JsonCodecs } from "../json/codec.js";
import type { Representation } from "../schema/representation.js";
import { didYouMean } from "../schema/suggest-name.js";
import { type BindableField, createBindableField, findHolder, protoNameOf } from "./bindable-field.js";
import type { BoundFields } from "./bound-fields.js";

export interface QueryBinderOptions {
  readonly codecs: JsonCodecs;
  readonly representation: Representation;
  /** What the query must not touch, under any name. */
  readonly bound: BoundFields;
  readonly unknownQueryParameters: "ignore" | "reject";
  readonly ignoredQueryParameters: ReadonlySet<string>;
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

  function bindParameter(message: Message, rawName: string, rawValue: string, seen: Seen): void {
    const name = decodeComponent(rawName, rawName);
    if (name === "" || name.startsWith("$") || options.ignoredQueryParameters.has(name)) return;
    const target = findTarget(type, parseName(name), fieldsOf, options.bound);
    if (target === undefined) {
      if (options.unknownQueryParameters === "reject") throw unknownParameter(name, type);
      return;
    }
    assign(message, target, decodeComponent(rawValue, rawName), seen);
  }

  return (message, query) => {
    const seen: Seen = { fields: new Set(), oneofs: new Map() };
    for (let start = 0; start < query.length; ) {
      let end = query.indexOf("&", start);
      if (end === -1) end = query.length;
      if (end > start) {
        const parameter = query.slice(start, end);
        const equals = parameter.indexOf("=");
        if (equals === -1) bindParameter(message, parameter, "", seen);
        else bindParameter(message, parameter.slice(0, equals), parameter.slice(equals + 1), seen);
      }
      start = end + 1;
    }
  };
}

type FieldIndex = (type: protobuf.Type) => ReadonlyMap<string, BindableField>;

/** The fields of each type by JSON name and by proto name; where one is both, the JSON name wins. */
function createFieldIndex(options: QueryBinderOptions): FieldIndex {
  const indexes = new Map<protobuf.Type, Map<string, BindableField>>();
  return (type) => {
    let index = indexes.get(type);
    if (index === undefined) {
      index = new Map();
      const fields = type.fieldsArray.map((field) => createBindableField(field, options));
      for (const bindable of fields) index.set(protoNameOf(bindable.field), bindable);
      for (const bindable of fields) index.set(bindable.field.jsonName ?? bindable.field.name, bindable);
      indexes.set(type, index);
    }
    return index;
  };
}

interface ParameterName {
  readonly steps: readonly string[];
  /** `"env"` in `labels[env]`, `""` in `tags[]`. */
  readonly key: string | undefined;
}

function parseName(name: string): ParameterName {
  const bracket = name.indexOf("[");
  if (bracket === -1 || !name.endsWith("]")) return { steps: name.split("."), key: undefined };
  return { steps: name.slice(0, bracket).split("."), key: name.slice(bracket + 1, -1) };
}

interface Target {
  readonly path: readonly [BindableField, ...BindableField[]];
  readonly key: string | undefined;
}

/** What a parameter names, or `undefined` when it is no field or one that the query must not touch. */
function findTarget(
  type: protobuf.Type,
  { steps, key }: ParameterName,
  fieldsOf: FieldIndex,
  bound: BoundFields,
): Target | undefined {
  if (steps.length > maxDepth) return undefined;
  const path: BindableField[] = [];
  let at: protobuf.Type | undefined = type;
  let boundHere: BoundFields | undefined = bound;
  for (const step of steps) {
    const bindable: BindableField | undefined = at === undefined ? undefined : fieldsOf(at).get(step);
    if (bindable === undefined) return undefined;
    const below: BoundFields | "bound" | undefined = boundHere?.get(bindable.field);
    if (below === "bound") return undefined;
    boundHere = below;
    path.push(bindable);
    at = bindable.type;
  }
  const last = path.at(-1);
  if (last === undefined) return undefined;
  if (key !== undefined && !last.field.map && !(last.field.repeated && key === "")) return undefined;
  return { path: path as [BindableField, ...BindableField[]], key };
}

/** What the parameters before have set. */
interface Seen {
  readonly fields: Set<string>;
  /** The member that was set of each oneof. */
  readonly oneofs: Map<string, string>;
}

function assign(message: Message, { path, key }: Target, text: string, seen: Seen): void {
  const names = path.map(({ field }) => protoNameOf(field));
  const name = names.join(".");
  const leaf = path[path.length - 1] as BindableField;
  checkOneofs(path, names, seen);
  if (leaf.field.map) {
    if (key === undefined)
      throw invalidField(name, `the map "${name}" takes parameters of the form ${name}[key]=value`);
    const mapKey = leaf.codec.parseKey(key, `${name}[${key}]`);
    claim(seen, `${name}[${mapKey}]`);
    const value = leaf.codec.parse(text, `${name}[${key}]`);
    const holder = findHolder(message, path);
    const map: Record<string, unknown> = holder[leaf.field.name] ?? {};
    // A key may be "__proto__".
    Object.defineProperty(map, mapKey, { value, writable: true, enumerable: true, configurable: true });
    leaf.set(holder, map);
    return;
  }
  const value = leaf.codec.parse(text, name);
  if (leaf.field.repeated) {
    const holder = findHolder(message, path);
    const list: unknown[] = holder[leaf.field.name] ?? [];
    list.push(value);
    leaf.set(holder, list);
    return;
  }
  claim(seen, name);
  leaf.set(findHolder(message, path), value);
}

function claim(seen: Seen, name: string): void {
  if (seen.fields.has(name)) throw invalidField(name, `the parameter "${name}" is given more than once`);
  seen.fields.add(name);
}

/** Of a oneof, one member at most, on every level of the path. */
function checkOneofs(path: readonly BindableField[], names: readonly string[], seen: Seen): void {
  path.forEach(({ oneof }, depth) => {
    if (oneof === undefined) return;
    const name = names.slice(0, depth + 1).join(".");
    const scope = [...names.slice(0, depth), oneof.name].join(".");
    const other = seen.oneofs.get(scope);
    if (other !== undefined && other !== name) {
      throw invalidField(
        name,
        `the parameters "${other}" and "${name}" exclude each other: they are of one oneof`,
      );
    }
    seen.oneofs.set(scope, name);
  });
}

function unknownParameter(name: string, type: protobuf.Type): RpcError {
  const names = type.fieldsArray.flatMap((field) => [protoNameOf(field), field.jsonName ?? field.name]);
  return invalidField(name, `unknown query parameter "${name.slice(0, 80)}"${didYouMean(name, names)}`);
}

function decodeComponent(text: string, name: string): string {
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text;
  if (!spaced.includes("%")) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch (cause) {
    throw invalidField(name, `malformed escape in query parameter "${name.slice(0, 80)}"`, { cause });
  }
}
