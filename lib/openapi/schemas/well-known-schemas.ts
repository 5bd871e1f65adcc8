import protobuf from "protobufjs";
import type { JsonSwitches } from "../../json/codec.js";
import { qualifiedName } from "../../schema/walk.js";
import { isWrapper, isWrittenAsString, wrappedScalar } from "../../schema/well-known.js";
import type { JsonSchema } from "../document.js";
import { scalarSchema } from "./scalar-schemas.js";

/**
 * A well-known type as ProtoJSON writes it; `undefined` for every message that is an object with its fields.
 *
 *     wellKnownSchema(timestamp, {})    // { type: "string", format: "date-time", examples: [...] }
 *
 * `google.protobuf.Any` is not here, but among the components.
 *
 * @see https://protobuf.dev/programming-guides/json/
 */
export function wellKnownSchema(type: protobuf.Type, switches: JsonSwitches): JsonSchema | undefined {
  const scalar = wrappedScalar(type);
  return scalar === undefined ? wellKnownSchemas.get(qualifiedName(type)) : scalarSchema(scalar, switches);
}

/**
 * How a message or an enum stands in a query: as text without quotes, as JSON, not at all, or field by field
 * (`undefined`).
 */
export function queryForm(type: protobuf.Type | protobuf.Enum): "text" | "json" | "none" | undefined {
  const name = qualifiedName(type);
  // They have one value each: there is nothing to say.
  if (name === "google.protobuf.Empty" || name === "google.protobuf.NullValue") return "none";
  if (type instanceof protobuf.Enum || isWrittenAsString(type) || isWrapper(type)) return "text";
  return wellKnownSchemas.has(name) || name === "google.protobuf.Any" ? "json" : undefined;
}

const wellKnownSchemas = new Map<string, JsonSchema>([
  ["google.protobuf.Timestamp", { type: "string", format: "date-time", examples: ["2026-01-15T01:30:15Z"] }],
  // JSON Schema's format "duration" is ISO 8601, which this is not.
  [
    "google.protobuf.Duration",
    { type: "string", pattern: "^-?[0-9]+(\\.[0-9]{1,9})?s$", examples: ["1.5s"] },
  ],
  ["google.protobuf.FieldMask", { type: "string", examples: ["displayName,author.givenName"] }],
  ["google.protobuf.Struct", { type: "object", additionalProperties: true }],
  ["google.protobuf.ListValue", { type: "array", items: {} }],
  ["google.protobuf.Value", {}],
  ["google.protobuf.Empty", { type: "object" }],
]);

export type KnownComponentName =
  | "google.protobuf.Any"
  | "google.rpc.Status"
  | "error"
  | "problem"
  | "connect error";

/** A component that is the same in every document; it refers to others through `refer`. */
interface KnownComponent {
  readonly shortName: string;
  schema(refer: (name: KnownComponentName) => JsonSchema): JsonSchema;
}

export const knownComponents: Readonly<Record<KnownComponentName, KnownComponent>> = {
  "google.protobuf.Any": {
    shortName: "Any",
    schema: () => ({
      type: "object",
      description: "A message of any type, which `@type` names, with its fields beside it.",
      properties: { "@type": { type: "string", examples: ["type.googleapis.com/google.protobuf.Duration"] } },
      additionalProperties: true,
    }),
  },
  "google.rpc.Status": {
    shortName: "Status",
    schema: (refer) => ({
      type: "object",
      description: "How a call ended that failed.",
      properties: {
        code: { type: "integer", format: "int32", description: "The code of gRPC: `5` is NOT_FOUND." },
        message: { type: "string", description: "What went wrong, for developers." },
        details: { type: "array", items: refer("google.protobuf.Any") },
      },
      examples: [{ code: 5, message: "not found", details: [] }],
    }),
  },
  // What servers of Google answer, see https://google.aip.dev/193.
  error: {
    shortName: "Error",
    schema: (refer) => ({
      type: "object",
      description: "How a call ended that failed.",
      properties: {
        error: {
          type: "object",
          properties: {
            code: { type: "integer", format: "int32", description: "The status of HTTP." },
            message: { type: "string", description: "What went wrong, for developers." },
            status: { type: "string", description: "The code of gRPC by name." },
            details: { type: "array", items: refer("google.protobuf.Any") },
          },
        },
      },
      examples: [{ error: { code: 404, message: "not found", status: "NOT_FOUND", details: [] } }],
    }),
  },
  // What Connect answers, see https://connectrpc.com/docs/protocol#error-end-stream.
  "connect error": {
    shortName: "ConnectError",
    schema: () => ({
      type: "object",
      description: "How a call ended that failed.",
      properties: {
        code: { type: "string", description: "The code of gRPC by name.", examples: ["not_found"] },
        message: { type: "string", description: "What went wrong, for developers." },
        details: {
          type: "array",
          items: {
            type: "object",
            properties: {
              type: {
                type: "string",
                description: "The full name of a message.",
                examples: ["google.rpc.BadRequest"],
              },
              value: { type: "string", description: "The message in base64, without padding." },
              debug: { description: "The same as JSON, for people." },
            },
            required: ["type", "value"],
          },
        },
      },
      required: ["code"],
    }),
  },
  // What `problemJson` writes, see https://www.rfc-editor.org/rfc/rfc9457.
  problem: {
    shortName: "Problem",
    schema: (refer) => ({
      type: "object",
      description: "How a call ended that failed.",
      properties: {
        type: { type: "string", description: "`about:blank` where the status of HTTP says it all." },
        title: { type: "string", description: "The status of HTTP in words." },
        status: { type: "integer", format: "int32", description: "The status of HTTP." },
        detail: { type: "string", description: "What went wrong, for developers." },
        code: { type: "string", description: "The code of gRPC by name." },
        details: { type: "array", items: refer("google.protobuf.Any") },
      },
      examples: [
        {
          type: "about:blank",
          title: "Not Found",
          status: 404,
          detail: "not found",
          code: "NOT_FOUND",
          details: [],
        },
      ],
    }),
  },
};
