/**
 * A status message as `grpc-message` carries it: UTF-8, with percent signs and what is not printable escaped.
 *
 *     encodeGrpcMessage("50 % of größe")   // "50 %25 of gr%C3%B6%C3%9Fe"
 *
 * @see https://github.com/grpc/grpc/blob/v1.60.0/doc/PROTOCOL-HTTP2.md
 */
export function encodeGrpcMessage(message: string): string {
  if (/^[ -$&-~]*$/.test(message)) return message;
  return [...Buffer.from(message)]
    .map((byte) =>
      byte < 0x20 || byte > 0x7e || byte === 0x25
        ? `%${byte.toString(16).toUpperCase().padStart(2, "0")}`
        : String.fromCharCode(byte),
    )
    .join("");
}
