import protobuf from "protobufjs";
import type { Representation } from "../schema/representation.js";

// The declared type of protobufjs has the constructor alone.
const Long = protobuf.util.Long as unknown as {
  fromNumber(value: number, isUnsigned: boolean): protobuf.Long;
  fromString(digits: string, isUnsigned: boolean): protobuf.Long;
};

/** The form that `Type.encode` takes: what is set, enum numbers, `Long` and `Buffer`. */
export const wireRepresentation: Representation = {
  keepCase: false,
  longs: undefined,
  enums: undefined,
  bytes: Buffer,
  defaults: false,
  arrays: false,
  objects: false,
  oneofs: false,
};

/** The digits of a 64-bit integer → the form that handlers see. */
export function longForm(representation: Representation, isUnsigned: boolean): (digits: string) => unknown {
  switch (representation.longs) {
    case String:
      return (digits) => digits;
    case Number:
      return Number;
    case BigInt:
      return BigInt;
    default:
      // Fifteen digits are exact in a number, and much faster to take.
      return (digits) =>
        digits.length <= 15
          ? Long.fromNumber(Number(digits), isUnsigned)
          : Long.fromString(digits, isUnsigned);
  }
}

/** Bytes → the form that handlers see. */
export function bytesForm(representation: Representation): (bytes: Buffer) => unknown {
  switch (representation.bytes) {
    case String:
      return (bytes) => bytes.toString("base64");
    case Array:
      return (bytes) => Array.from(bytes);
    default:
      return (bytes) => bytes;
  }
}

/** The number of an enum value → the form that handlers see; a number without a name stays a number. */
export function enumForm(representation: Representation, type: protobuf.Enum): (number: number) => unknown {
  return representation.enums === String ? (number) => type.valuesById[number] ?? number : (number) => number;
}
