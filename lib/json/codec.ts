import type protobuf from "protobufjs";
import type { Representation } from "../schema/representation.js";

/** How JSON is written and how strictly it is read; everything is off unless asked for. */
export interface JsonSwitches {
  /** Write fields without presence that hold their default value, `[]` and `{}`. */
  readonly emitDefaults?: boolean | undefined;
  /** Write `page_size`, not `pageSize`. Both are always read. */
  readonly protoFieldNames?: boolean | undefined;
  /** Write `1`, not `"ACTIVE"`. Both are always read. */
  readonly enumsAsIntegers?: boolean | undefined;
  /** Write 64-bit integers as JSON numbers; digits beyond 2^53 are for readers that keep them. */
  readonly int64AsNumbers?: boolean | undefined;
  /** Indent by two spaces. */
  readonly pretty?: boolean | undefined;
  /** Skip unknown members instead of refusing them. */
  readonly ignoreUnknownFields?: boolean | undefined;
  /** Read `"active"` and `"Active"` for `ACTIVE`. */
  readonly caseInsensitiveEnums?: boolean | undefined;
  /** Read `PAGESIZE` for `pageSize`. */
  readonly caseInsensitiveFieldNames?: boolean | undefined;
  /** Write and read `ACTIVE` for `STATE_ACTIVE` of `enum State`. */
  readonly removeEnumPrefix?: boolean | undefined;
  /** Read the field mask `"page_size"` for `"pageSize"`, as Google's APIs do. */
  readonly snakeCaseFieldMasks?: boolean | undefined;
}

/** ProtoJSON of one message type. Every fault of a text is an `RpcError` INVALID_ARGUMENT that names field and value. */
export interface MessageCodec {
  /** A message with nothing set, as a handler sees it. */
  create(): Record<string, unknown>;
  /** JSON text → the message as a handler sees it. */
  decode(text: string): Record<string, unknown>;
  /** What a handler answered → JSON text. */
  encode(message: unknown): string;
  /** The same as UTF-8, faster than by way of a string. */
  encodeToBytes(message: unknown): Buffer;
  /** The same as it is cheapest to send: a short one as text, which goes out in one piece with the headers before it. */
  encodeToSend(message: unknown): string | Buffer;
  /** JSON text → protobuf bytes. */
  toBinary(text: string): Uint8Array;
  /** Protobuf bytes → JSON text. */
  fromBinary(bytes: Uint8Array): string;
}

/** ProtoJSON of one field, for the places where HTTP carries a field alone: path, query, `body`, `response_body`. */
export interface FieldCodec {
  /**
   * JSON text of the whole field (an array if it is repeated, an object if it is a map) → its value.
   *
   * @param path what errors call the field, its proto name unless given: `book.page_size`.
   */
  decode(text: string, path?: string): unknown;
  /** The whole field's value → JSON text; `undefined` and `null` are written as the field's default or `null`. */
  encode(value: unknown): string;
  /** The same as UTF-8, faster than by way of a string. */
  encodeToBytes(value: unknown): Buffer;
  /** The same as it is cheapest to send. */
  encodeToSend(value: unknown): string | Buffer;
  /**
   * Text from a path or a query → the value of the field, of one element if it is repeated, or of one entry's
   * value if it is a map. The text is ProtoJSON without the quotes: `true`, `12`, `ACTIVE`, `1.5s`.
   *
   * @param path what errors call the field, its proto name unless given: `book.page_size`.
   */
  parse(text: string, path?: string): unknown;
  /** Text of a map's key → the key as it stands in the message: checked, and `"01"` is `"1"` for an int32. */
  parseKey(text: string, path?: string): string;
}

/** The codecs of all types of a schema, each compiled when it is first asked for. */
export interface JsonCodecs {
  message(type: protobuf.Type): MessageCodec;
  field(field: protobuf.Field): FieldCodec;
  /**
   * The ProtoJSON text of an Any, for the details of an error: a type that is not known, and bytes that are not
   * of their type, are written as `{"@type", "value": base64}`.
   */
  encodeDetail(any: { readonly typeUrl: string; readonly value: Uint8Array }): string;
  /**
   * The bytes of the `google.protobuf.Any` for a detail given as ProtoJSON. The details of `google.rpc` are known
   * without being imported.
   *
   * @throws Error when the type is not known or the detail is not of its type.
   */
  encodeAny(detail: { readonly "@type": string }): Uint8Array;
  /** The same with other switches. Asking twice for the same switches gives the same object. */
  with(switches: JsonSwitches): JsonCodecs;
  /** The same for messages in another representation, that object for each time it is asked for. */
  as(representation: Representation): JsonCodecs;
}
