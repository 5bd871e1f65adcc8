import protobuf from "protobufjs";

/** How the fields of a message are spread over a request. */
export interface Split {
  readonly pieces: readonly Piece[];
  /** A field, by its proto name. */
  readonly body: "*" | string | undefined;
}

/** A literal segment, or a variable over one or many segments with the path of the field that it sets. */
export type Piece = string | { readonly fields: readonly string[]; readonly isDeep: boolean };

/** A message as parsed ProtoJSON. */
export type Json = Record<string, unknown>;

export interface SplitRequest {
  readonly path: string;
  readonly body: string | undefined;
  /** What of the message the request says: a query cannot say everything. */
  readonly message: Json;
}

/** Chooses where a request may be written in several ways: a number below the count. */
export type Choose = (count: number) => number;

/** `/v1/{text=**}/{child.int32}` */
export function printSplit({ pieces }: Split): string {
  const printed = pieces.map((piece) => {
    if (typeof piece === "string") return piece;
    return `{${piece.fields.join(".")}${piece.isDeep ? "=**" : ""}}`;
  });
  return `/${printed.join("/")}`;
}

/** Write a message as a request; `undefined` where the path cannot say what the message has. */
export function splitMessage(
  message: Json,
  type: protobuf.Type,
  { split, choose }: { readonly split: Split; readonly choose: Choose },
): SplitRequest | undefined {
  const rest = structuredClone(message);
  const said: Json = {};
  const segments: string[] = [];
  for (const piece of split.pieces) {
    if (typeof piece === "string") segments.push(piece);
    else {
      const names = jsonNames(type, piece.fields);
      const value = take(rest, names);
      const text = textOf(value);
      if (text === undefined || !isCapturable(text, piece.isDeep)) return undefined;
      put(said, names, value);
      segments.push(
        piece.isDeep
          ? text
              .split("/")
              .map((part) => encodePart(part, choose))
              .join("/")
          : encodePart(text, choose),
      );
    }
  }
  const path = `/${segments.join("/")}`;
  if (split.body === "*") return { path, body: JSON.stringify(rest), message };

  let body: string | undefined;
  if (split.body !== undefined) {
    const name = jsonNames(type, [split.body])[0]!;
    if (rest[name] === undefined) return undefined;
    body = JSON.stringify(rest[name]);
    said[name] = merge(rest[name], said[name]);
    delete rest[name];
  }
  const parameters: string[] = [];
  const asked = writeQuery(rest, type, { prefix: "", parameters, choose });
  const query = parameters.length === 0 ? "" : `?${parameters.join("&")}`;
  return { path: path + query, body, message: merge(asked, said) as Json };
}

function jsonNames(type: protobuf.Type, fields: readonly string[]): string[] {
  let parent: protobuf.Type | null = type;
  return fields.map((name) => {
    const field: protobuf.Field = Object.values(parent!.fields).find((f) => protoNameOf(f) === name)!;
    parent = field.resolve().resolvedType as protobuf.Type | null;
    return jsonNameOf(field);
  });
}

/** Roots here are loaded with `keepCase`, so a field is called as in the proto. */
function protoNameOf(field: protobuf.Field): string {
  return field.name;
}

function jsonNameOf(field: protobuf.Field): string {
  const { json_name: given } = (field.options ?? {}) as { readonly json_name?: string };
  return given ?? field.name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Take a value out of a message; a parent that becomes empty is said by the path, too. */
function take(message: Json, names: readonly string[]): unknown {
  const parents: Json[] = [message];
  for (const name of names.slice(0, -1)) {
    const child = parents.at(-1)![name];
    if (typeof child !== "object" || child === null) return undefined;
    parents.push(child as Json);
  }
  const value = parents.at(-1)![names.at(-1)!];
  delete parents.at(-1)![names.at(-1)!];
  for (let i = names.length - 2; i >= 0; i--) {
    if (Object.keys(parents[i + 1]!).length === 0) delete parents[i]![names[i]!];
  }
  return value;
}

function put(message: Json, names: readonly string[], value: unknown): void {
  let parent = message;
  for (const name of names.slice(0, -1)) {
    parent[name] ??= {};
    parent = parent[name] as Json;
  }
  parent[names.at(-1)!] = value;
}

/** What a path or a query writes for a value that JSON writes as a scalar. */
function textOf(value: unknown): string | undefined {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : undefined;
}

function isCapturable(text: string, isDeep: boolean): boolean {
  if (!isDeep) return text !== "";
  // An escaped slash stays as it is in a variable of many segments.
  return !/%2f/i.test(text) && text.split("/").every((part) => part !== "");
}

/** Percent-encode what has to be, and some of the rest. */
function encodePart(text: string, choose: Choose): string {
  return encodeURIComponent(text).replace(/%(?:3A|40|24|2C|3B)/g, (part) =>
    choose(2) === 0 ? decodeURIComponent(part) : part,
  );
}

interface QueryContext {
  readonly prefix: string;
  readonly parameters: string[];
  readonly choose: Choose;
}

/** Write what a query can say of a message, and give that back. */
function writeQuery(message: Json, type: protobuf.Type, { prefix, parameters, choose }: QueryContext): Json {
  const said: Json = {};
  for (const field of type.fieldsArray) {
    const name = jsonNameOf(field);
    const value = message[name];
    if (value === undefined) continue;
    const key = prefix + (choose(2) === 0 ? name : protoNameOf(field));
    const { resolvedType } = field.resolve();
    const add = (suffix: string, text: string) => {
      const encoded = encodeURIComponent(text);
      parameters.push(
        `${encodeURIComponent(key + suffix)}=${choose(2) === 0 ? encoded.replace(/%20/g, "+") : encoded}`,
      );
    };
    if (field instanceof protobuf.MapField) {
      const entries = Object.entries(value as Json).filter(
        ([k, item]) => textOf(item) !== undefined && !/[[\]]/.test(k),
      );
      for (const [k, item] of entries) add(`[${k}]`, textOf(item)!);
      if (entries.length > 0) said[name] = fromEntries(entries);
    } else if (field.repeated) {
      const items = value as unknown[];
      if (items.length === 0 || !items.every((item) => textOf(item) !== undefined)) continue;
      if (isFreeForm(resolvedType)) continue;
      for (const item of items) add("", textOf(item)!);
      said[name] = items;
    } else if (isFreeForm(resolvedType)) {
      add("", JSON.stringify(value));
      said[name] = value;
    } else if (textOf(value) !== undefined) {
      add("", textOf(value)!);
      said[name] = value;
    } else if (resolvedType instanceof protobuf.Type) {
      const inner = writeQuery(value as Json, resolvedType, { prefix: `${key}.`, parameters, choose });
      if (Object.keys(inner).length > 0) said[name] = inner;
    }
  }
  return said;
}

/** Names such as `__proto__` are names like all others. */
function fromEntries(entries: readonly (readonly [string, unknown])[]): Json {
  return JSON.parse(`{${entries.map(([k, v]) => `${JSON.stringify(k)}:${JSON.stringify(v)}`).join()}}`);
}

function isFreeForm(type: protobuf.Type | protobuf.Enum | null): boolean {
  return /^\.google\.protobuf\.(Struct|Value|ListValue|Any)$/.test(type?.fullName ?? "");
}

function merge(first: unknown, second: unknown): unknown {
  if (!isObject(first) || !isObject(second)) return second === undefined ? first : second;
  const names = [...new Set([...Object.keys(first), ...Object.keys(second)])];
  return fromEntries(
    names.map((name) => [
      name,
      merge(
        Object.hasOwn(first, name) ? first[name] : undefined,
        Object.hasOwn(second, name) ? second[name] : undefined,
      ),
    ]),
  );
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
