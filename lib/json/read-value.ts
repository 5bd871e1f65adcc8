import type protobuf from "protobufjs";
import type { Representation } from "../schema/representation.js";
import type { JsonReader } from "./json-reader.js";
import type { LazyFunction } from "./lazy-function.js";

/** Reads a value of one field or type and leaves the cursor after it; a `null` that means "not set" gives `whenNull`. */
export type ReadValue = (reader: JsonReader, whenNull: unknown) => unknown;

/** The reader of a message type. */
export type LazyReader = LazyFunction<ReadValue>;

/** What the readers of well-known types need from their surroundings. */
export interface ReadContext {
  readonly representation: Representation;
  readonly ignoreUnknownFields: boolean;
  readonly snakeCaseFieldMasks: boolean;
  /** The reader of a field's value, or of one element or entry value of it. */
  element(field: protobuf.Field): ReadValue;
  /** The type that the URL of an Any names. */
  resolveType(typeUrl: string): protobuf.Type | undefined;
  /** The reader of a type in the form that `Type.encode` takes. */
  wireReader(type: protobuf.Type): LazyReader;
}
