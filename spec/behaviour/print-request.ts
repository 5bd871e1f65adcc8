import protobuf from "protobufjs";
import type { Binding, BoundVariable } from "../../lib/http-rule/binding.js";

export interface PrintedRequest {
  readonly httpMethod: string;
  /** Path and query. */
  readonly target: string;
  readonly body: string | undefined;
}

type Json = Record<string, unknown>;

/**
 * The HTTP request that carries a message through a binding: what the rule says the client does.
 *
 *     printRequest(binding, { name: "shelves/1", pageSize: 5 })
 *     // { httpMethod: "GET", target: "/v1/shelves/1?pageSize=5", body: undefined }
 *
 * @param message as ProtoJSON.
 * @throws Error when the binding has no place for a part of the message.
 */
export function printRequest(binding: Binding, message: Json): PrintedRequest {
  const rest = structuredClone(message);
  const path = printPath(binding, rest);
  const body = takeBody(binding, rest);
  const query = binding.body === "*" ? "" : printQuery(rest, binding.method.requestType);
  return {
    httpMethod: binding.httpMethod === "*" ? "POST" : binding.httpMethod,
    target: query === "" ? path : `${path}?${query}`,
    body,
  };
}

/** Print the path, and take the fields that are in it out of the message. */
function printPath({ template, variables }: Binding, message: Json): string {
  const segments = template.segments.map((segment) => (segment.kind === "literal" ? segment.value : "any"));
  let shift = 0;
  for (const variable of [...variables].sort((one, other) => one.start - other.start)) {
    const pieces = encodeVariable(variable, takeField(message, variable.fields));
    segments.splice(variable.start + shift, variable.end - variable.start, ...pieces);
    shift += pieces.length - (variable.end - variable.start);
  }
  return `/${segments.join("/")}${template.verb === undefined ? "" : `:${template.verb}`}`;
}

function encodeVariable({ span }: BoundVariable, value: unknown): string[] {
  if (typeof value === "object") throw new Error("a path has no place for a message");
  const pieces = span === "one-segment" ? [String(value)] : String(value).split("/");
  return pieces.map(encodeURIComponent);
}

function takeField(message: Json, fields: readonly protobuf.Field[]): unknown {
  const [field, ...below] = fields;
  if (field === undefined) throw new Error("a field path has at least one field");
  const name = jsonNameOf(field);
  const value = message[name];
  if (below.length === 0) {
    delete message[name];
    return value;
  }
  const inner = value as Json;
  const taken = takeField(inner, below);
  // The path is enough to make the message that it leads into.
  if (Object.keys(inner).length === 0) delete message[name];
  return taken;
}

function takeBody({ body }: Binding, message: Json): string | undefined {
  if (body === undefined) return undefined;
  if (body === "*") return JSON.stringify(message);
  const name = jsonNameOf(body);
  const value = message[name];
  delete message[name];
  return JSON.stringify(value ?? (body.repeated ? [] : {}));
}

function printQuery(message: Json, type: protobuf.Type): string {
  return Object.entries(message)
    .flatMap(([name, value]) => printParameter(name, value, fieldOf(type, name)))
    .map(([name, text]) => `${encodeURIComponent(name)}=${encodeURIComponent(text)}`)
    .join("&");
}

function printParameter(name: string, value: unknown, field: protobuf.Field): [string, string][] {
  if (field.map) {
    return Object.entries(value as Json).map(([key, one]) => [`${name}[${key}]`, printScalar(name, one)]);
  }
  if (field.repeated) return (value as unknown[]).map((one) => [name, printScalar(name, one)]);
  const { resolvedType } = field.resolve();
  const isMessage = resolvedType instanceof protobuf.Type && !isWellKnown(resolvedType);
  if (!isMessage) return [[name, printScalar(name, value)]];
  const below = Object.entries(value as Json);
  if (below.length === 0) throw new Error(`a query has no place for the empty message "${name}"`);
  return below.flatMap(([key, one]) => printParameter(`${name}.${key}`, one, fieldOf(resolvedType, key)));
}

function printScalar(name: string, value: unknown): string {
  if (typeof value === "object") throw new Error(`a query has no place for the message "${name}"`);
  return String(value);
}

function fieldOf(type: protobuf.Type, jsonName: string): protobuf.Field {
  const field = type.fieldsArray.find((one) => jsonNameOf(one) === jsonName);
  if (field === undefined) throw new Error(`no field "${jsonName}" in ${type.fullName}`);
  return field;
}

function isWellKnown(type: protobuf.Type): boolean {
  return type.fullName.startsWith(".google.protobuf.") && type.name !== "Empty";
}

function jsonNameOf(field: protobuf.Field): string {
  return field.jsonName ?? field.name;
}
