import protobuf from "protobufjs";
import { typesIn } from "./walk.js";

/**
 * Turn the defaults of bytes fields into bytes. protobufjs would take the text of a default for base64 if it can be,
 * so `[default = "none"]` would be three other bytes.
 */
export function decodeBytesDefaults(root: protobuf.Root): void {
  for (const type of typesIn(root)) {
    if (!(type instanceof protobuf.Type)) continue;
    for (const field of type.fieldsArray) {
      const text: unknown = field.options?.default;
      if (field.type === "bytes" && typeof text === "string") field.setOption("default", toBytes(text));
    }
  }
}

/** Escapes have become characters below 256, one for each byte; anything above was written as it is. */
function toBytes(text: string): Buffer {
  const isLatin1 = [...text].every((character) => character.charCodeAt(0) < 256);
  return Buffer.from(text, isLatin1 ? "latin1" : "utf8");
}
