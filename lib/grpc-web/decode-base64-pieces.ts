import { codes, RpcError } from "../call/rpc-error.js";
import { decodeBase64 } from "../json/base64.js";

/**
 * The bytes of a body in base64. Its client encodes piece by piece, so that padding may stand anywhere.
 *
 *     "AAAA" + "AQ==" + "Ag=="   // 00 00 00 01 02
 *
 * @throws RpcError INVALID_ARGUMENT for what is not base64.
 */
export async function* decodeBase64Pieces(pieces: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  let rest = "";
  for await (const piece of pieces) {
    const text = rest + piece.toString("latin1");
    const whole = text.length - (text.length % 4);
    rest = text.slice(whole);
    for (const part of splitAfterPadding(text.slice(0, whole))) yield decode(part);
  }
  if (rest !== "") yield decode(rest);
}

/** Whole groups of four characters, apart after each group that is padded. */
function* splitAfterPadding(text: string): Iterable<string> {
  let start = 0;
  for (let at = text.indexOf("="); at !== -1; at = text.indexOf("=", start)) {
    const end = at - (at % 4) + 4;
    yield text.slice(start, end);
    start = end;
  }
  if (start < text.length) yield text.slice(start);
}

function decode(text: string): Buffer {
  const bytes = decodeBase64(text);
  if (bytes === undefined)
    throw new RpcError(codes.INVALID_ARGUMENT, "the request body is not base64, as its content type says");
  return bytes;
}
