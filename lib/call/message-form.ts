import type { Message } from "./message.js";

/** Between protobuf bytes and the messages that a handler takes and gives. */
export interface MessageForm {
  deserializeRequest(bytes: Uint8Array): Message;
  serializeResponse(message: Message): Uint8Array;
  /** The messages are not in the representation of the services: only their bytes are common ground. */
  readonly isForeign: boolean;
}
