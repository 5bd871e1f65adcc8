import type { Message } from "../call/message.js";

/** The bytes of a message that is its own bytes, as grpc-js takes them; they are not copied. */
export function toBuffer(message: Message): Buffer {
  if (Buffer.isBuffer(message)) return message;
  if (message instanceof Uint8Array)
    return Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  throw new TypeError("a message that is passed on is bytes");
}
