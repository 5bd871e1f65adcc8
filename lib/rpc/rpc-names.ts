import { isHttpHeader, isKey, type MetadataNames } from "../http/metadata-names.js";

/** Headers by which a protocol speaks to itself. */
const wireHeaders: ReadonlySet<string> = new Set([
  "grpc-accept-encoding",
  "grpc-encoding",
  "grpc-message",
  "grpc-status",
  "grpc-timeout",
]);

function isMetadata(name: string): boolean {
  return !isHttpHeader(name) && !wireHeaders.has(name) && !name.startsWith("connect-") && isKey(name);
}

/** Metadata under its own name, in either direction, except what HTTP and the protocols have names for. */
export const rpcNames: MetadataNames = {
  keysOf: (header) => (isMetadata(header) ? [header] : []),
  headerOf: (key) => (isMetadata(key) ? key : undefined),
  trailerOf: (key) => (isMetadata(key) ? key : undefined),
};
