import type protobuf from "protobufjs";
import type { Method } from "../schema/schema.js";
import type { Template } from "./template.js";

/**
 * A compiled HTTP rule: which requests it takes, and where each part of the request message comes from.
 *
 * It is made once, at startup; router, decoder, OpenAPI and CLI read it.
 */
export interface Binding {
  readonly method: Method;
  /** `"GET"`, ..., or `"*"` for any. */
  readonly httpMethod: string;
  readonly template: Template;
  /** From left to right. No two of them set one field, a part of it, or two fields of one oneof. */
  readonly variables: readonly BoundVariable[];
  /** The HTTP body is nothing, the whole message, or one top-level field of it, of which the path may set parts. */
  readonly body: undefined | "*" | protobuf.Field;
  /** The HTTP response is the whole message, or one top-level field of it. */
  readonly responseBody: undefined | protobuf.Field;
  /** Position within the annotation: 0 is the main rule. */
  readonly index: number;
}

/** A path variable with the fields that it leads through; the last one is set. */
export interface BoundVariable {
  readonly fields: readonly [protobuf.Field, ...protobuf.Field[]];
  /** Of one segment, everything is decoded; of many, `%2F` stays as sent. */
  readonly span: "one-segment" | "many-segments";
  /** The segments that it captures: indexes into the template's segments, end exclusive. */
  readonly start: number;
  readonly end: number;
}
