import { promisify } from "node:util";
import {
  brotliCompress,
  brotliDecompress,
  constants,
  deflate,
  gunzip,
  gzip,
  type InputType,
  inflate,
} from "node:zlib";
import { codes, RpcError } from "../call/rpc-error.js";

const compressBrotli = promisify(brotliCompress);
/** The default of zlib takes a hundred times as long, for a few percent. */
const brotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };

/** The compressions of single messages by the names that headers have for them. */
export const compressions = {
  gzip: { compress: promisify(gzip), decompress: promisify(gunzip) },
  deflate: { compress: promisify(deflate), decompress: promisify(inflate) },
  br: {
    compress: (bytes: InputType) => compressBrotli(bytes, brotliOptions),
    decompress: promisify(brotliDecompress),
  },
};

export type CompressionName = keyof typeof compressions;

/** What `grpc-encoding` may be. */
export const grpcCompressions: readonly CompressionName[] = ["gzip", "deflate"];

/** Shorter messages do not get shorter. */
export const leastCompressed = 1024;

/**
 * The compression that a header names; `undefined` for none.
 *
 * @throws RpcError UNIMPLEMENTED for one that is not supported.
 * @see https://github.com/grpc/grpc/blob/v1.66.0/doc/compression.md
 */
export function readCompression(
  header: string,
  value: string | undefined,
  supported: readonly CompressionName[],
): CompressionName | undefined {
  const lower = value?.toLowerCase() ?? "";
  if (value === undefined || lower === "" || lower === "identity") return undefined;
  const name = supported.find((one) => one === lower);
  if (name !== undefined) return name;
  const message = `unsupported ${header} "${value.slice(0, 80)}": send ${supported.join(", ")} or identity`;
  throw new RpcError(codes.UNIMPLEMENTED, message);
}

/**
 * The first compression of a list, such as that of `accept-encoding`, which is supported.
 *
 *     chooseCompression("zstd, br;q=0, gzip", ["gzip", "br"])   // "gzip"
 */
export function chooseCompression(
  accepted: string,
  supported: readonly CompressionName[],
): CompressionName | undefined {
  for (const item of accepted.split(",")) {
    const [name = "", ...parameters] = item.split(";").map((part) => part.trim());
    if (parameters.some((parameter) => /^q=0(\.0*)?$/i.test(parameter))) continue;
    const found = supported.find((one) => one === name.toLowerCase());
    if (found !== undefined) return found;
  }
  return undefined;
}
