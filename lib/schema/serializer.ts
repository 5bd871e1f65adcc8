import protobuf from "protobufjs";
import { compileEncoder, type Encode, type EncoderSlot } from "./compile-encoder.js";
import type { Representation } from "./representation.js";
import { qualifiedName } from "./walk.js";
import { hasOwnFields, WrongValue } from "./wire-values.js";

/** Between messages as handlers have them and protobuf bytes. */
export interface Serializer {
  serialize(message: unknown): Buffer;
  deserialize(bytes: Uint8Array): Record<string, unknown>;
}

/**
 * Make the serializer of a message type.
 *
 *     const { serialize, deserialize } = createSerializer(helloRequest, defaultRepresentation);
 *     deserialize(serialize({ name: "Ada" }))   // { name: "Ada", homeTown: "" }
 *
 * `deserialize` gives what `@grpc/proto-loader` gives with the same options. `serialize` takes whatever handlers are
 * used to answer there, and more: 64-bit integers as numbers, text, bigints or `Long`s; enum values by name or
 * number; bytes as `Buffer`, `Uint8Array`, list or base64; maps as objects or `Map`s; fields by their names in
 * handlers, in JSON or in the `.proto` file; an Any as `{ "@type": "type.googleapis.com/...", ... }`; messages that
 * protobufjs made. What does not fit its field, and would arrive as something else, is an error that names the field.
 */
export function createSerializer(type: protobuf.Type, representation: Representation): Serializer {
  const slot = slotOf(type);
  const { longs, enums, bytes, defaults, arrays, objects, oneofs } = representation;
  const conversion = {
    longs,
    enums,
    bytes,
    defaults,
    arrays,
    objects,
    oneofs,
  } as protobuf.IConversionOptions;
  return {
    serialize(message) {
      try {
        // Whether it is an object is seen there; in Node the writer makes Buffers.
        return slot.encode(message as object, protobuf.Writer.create(), 0).finish() as Buffer;
      } catch (error) {
        throw error instanceof WrongValue ? error.within(qualifiedName(type)) : error;
      }
    },
    deserialize(bytes) {
      const buffer = Buffer.isBuffer(bytes)
        ? bytes
        : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return type.toObject(type.decode(buffer), conversion);
    },
  };
}

/** A cache: an encoder depends on nothing but its type. */
const slots = new WeakMap<protobuf.Type, EncoderSlot>();

function slotOf(type: protobuf.Type): EncoderSlot {
  const known = slots.get(type);
  if (known !== undefined) return known;
  const slot: EncoderSlot = {
    encode(message, writer, depth) {
      const encode = compileEncoder(type, slotOf);
      slot.encode = type.fullName === ".google.protobuf.Any" ? encodeAny(type, encode) : encode;
      return slot.encode(message, writer, depth);
    },
  };
  slots.set(type, slot);
  return slot;
}

/** An Any may hold its message as it is: `{ "@type": "type.googleapis.com/library.v1.Shelf", name: "shelves/1" }`. */
function encodeAny(type: protobuf.Type, encode: Encode): Encode {
  return (message, writer, depth) => {
    hasOwnFields(message, depth);
    const url: unknown = Reflect.get(message, "@type");
    if (typeof url !== "string") return encode(message, writer, depth);
    const held = type.root.lookup(`.${url.slice(url.lastIndexOf("/") + 1)}`);
    if (!(held instanceof protobuf.Type)) throw new WrongValue(message, `type "${url}" is not known`);
    const value = slotOf(held)
      .encode(message, protobuf.Writer.create(), depth + 1)
      .finish();
    return encode({ type_url: url.includes("/") ? url : `/${url}`, value }, writer, depth);
  };
}
