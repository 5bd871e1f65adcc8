import { inspect } from "node:util";
import type protobuf from "protobufjs";
import type { Message } from "../call/message.js";
import { isHeaderValue } from "../http/header-value.js";
import type { Representation } from "../schema/representation.js";

/** Between HTTP bodies and HttpBody messages, in the representation of the services. */
export interface HttpBodyForm {
  /** Fill a message made by the type's codec. */
  write(message: Message, contentType: string, data: Buffer): Message;
  read(message: Message): { readonly contentType: string; readonly data: Uint8Array };
}

export function createHttpBodyForm(type: protobuf.Type, representation: Representation): HttpBodyForm {
  const contentTypeName = fieldName(type, "content_type");
  const dataName = fieldName(type, "data");
  return {
    write(message, contentType, data) {
      message[contentTypeName] = contentType;
      message[dataName] = representBytes(data, representation);
      return message;
    },
    read: (message) => ({
      contentType: readContentType(message[contentTypeName]),
      data: readBytes(message[dataName]),
    }),
  };
}

function fieldName(type: protobuf.Type, protoName: string): string {
  return type.fieldsArray.find((field) => (field.protoName ?? field.name) === protoName)?.name ?? protoName;
}

function readContentType(contentType: unknown): string {
  if (contentType === undefined || contentType === null || contentType === "")
    return "application/octet-stream";
  if (typeof contentType === "string" && isHeaderValue(contentType)) return contentType;
  throw wrongValue("content_type", contentType);
}

function representBytes(data: Buffer, { bytes }: Representation): Buffer | string | number[] {
  if (bytes === String) return data.toString("base64");
  return bytes === Array ? [...data] : data;
}

function readBytes(data: unknown): Uint8Array {
  if (data instanceof Uint8Array) return data;
  if (typeof data === "string") return Buffer.from(data, "base64");
  if (Array.isArray(data)) return Buffer.from(data);
  if (data === undefined || data === null) return new Uint8Array();
  throw wrongValue("data", data);
}

function wrongValue(field: string, value: unknown): TypeError {
  const text = inspect(value, { depth: 0 }).slice(0, 80);
  return new TypeError(`invalid value ${text} for field "${field}" of google.api.HttpBody`);
}
