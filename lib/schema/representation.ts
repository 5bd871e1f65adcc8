/**
 * How messages look to handlers: the conversion options of `@grpc/proto-loader`, with the same meaning.
 *
 * Every door (REST, native gRPC, clients) hands out messages in the representation that the services were
 * loaded with.
 */
export interface Representation {
  /** Keep field names as written in the `.proto` (`page_size`) instead of camelCase (`pageSize`). */
  readonly keepCase: boolean;
  /** The form of 64-bit integers: `String`, `Number`, `BigInt`, or `undefined` for `Long` objects. */
  readonly longs: StringConstructor | NumberConstructor | BigIntConstructor | undefined;
  /** `String` for value names, `undefined` for numbers. */
  readonly enums: StringConstructor | undefined;
  /** `Buffer`, `String` for base64 text, or `Array` for arrays of byte values. */
  readonly bytes: BufferConstructor | StringConstructor | ArrayConstructor;
  /** Write the default value of fields that are not set (`null` for messages). Implies `arrays` and `objects`. */
  readonly defaults: boolean;
  /** Write `[]` for empty repeated fields. */
  readonly arrays: boolean;
  /** Write `{}` for empty maps. */
  readonly objects: boolean;
  /** Add a property named like the oneof that holds the name of the field that is set; a proto3 `optional` is none. */
  readonly oneofs: boolean;
}

export const defaultRepresentation: Representation = {
  keepCase: false,
  longs: String,
  enums: String,
  bytes: Buffer,
  defaults: true,
  arrays: false,
  objects: false,
  oneofs: true,
};
