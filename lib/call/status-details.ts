import protobuf from "protobufjs";

/** A `google.protobuf.Any`: the type of a message and its bytes. */
export interface AnyMessage {
  readonly typeUrl: string;
  readonly value: Uint8Array;
}

/** The metadata key under which gRPC carries a `google.rpc.Status` with its details. */
export const statusDetailsKey = "grpc-status-details-bin";

const tags = { code: 8, message: 18, details: 26, typeUrl: 10, value: 18 };

/**
 * The bytes of a `google.rpc.Status`, for `grpc-status-details-bin`.
 *
 * @param details each the bytes of a `google.protobuf.Any`.
 * @see https://github.com/googleapis/googleapis/blob/ecb1cf0a0021267dd452289fc71c75674ae29fe3/google/rpc/status.proto
 */
export function encodeStatus(code: number, message: string, details: readonly Uint8Array[]): Buffer {
  const writer = protobuf.Writer.create();
  writer.uint32(tags.code).int32(code).uint32(tags.message).string(message);
  for (const detail of details) writer.uint32(tags.details).bytes(detail);
  return Buffer.from(writer.finish());
}

/** The details in the bytes of a `google.rpc.Status`; `undefined` when they are not one. */
export function decodeStatusDetails(bytes: Uint8Array): AnyMessage[] | undefined {
  try {
    const details: AnyMessage[] = [];
    readFields(bytes, (tag, reader) => {
      if (tag !== tags.details) return false;
      details.push(decodeAny(reader.bytes()));
      return true;
    });
    return details;
  } catch {
    // Whatever a remote server has put there, it is no status.
    return undefined;
  }
}

function decodeAny(bytes: Uint8Array): AnyMessage {
  let typeUrl = "";
  let value: Uint8Array = new Uint8Array();
  readFields(bytes, (tag, reader) => {
    if (tag === tags.typeUrl) typeUrl = reader.string();
    else if (tag === tags.value) value = reader.bytes();
    else return false;
    return true;
  });
  return { typeUrl, value };
}

/** @param read takes the field of a tag, or says no. */
function readFields(bytes: Uint8Array, read: (tag: number, reader: protobuf.Reader) => boolean): void {
  const reader = protobuf.Reader.create(bytes);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (!read(tag, reader)) reader.skipType(tag & 7);
  }
}
