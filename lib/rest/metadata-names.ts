/** Which headers are metadata, and under which names. */
export interface MetadataNames {
  /** The metadata keys that a request header is read as: none if it is not metadata. */
  keysOf(header: string): readonly string[];
  /** The response header for a key; `undefined` if it may not be one. */
  headerOf(key: string): string | undefined;
  /** The same for a trailer. */
  trailerOf(key: string): string | undefined;
}

/** Headers that belong to HTTP itself, in either direction. */
const reserved = new Set([
  "accept-encoding",
  "connection",
  "host",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

function isReserved(name: string): boolean {
  return (
    reserved.has(name) || name.startsWith("content-") || name.startsWith("grpc-") || name.startsWith(":")
  );
}

function isKey(name: string): boolean {
  return /^[0-9a-z_.-]+$/.test(name);
}

function unlessReserved(key: string): string | undefined {
  return isReserved(key) ? undefined : key;
}

/** Every header under its own name, except those of HTTP and of gRPC's own wire. */
export const plainNames: MetadataNames = {
  keysOf: (header) => (isReserved(header) || !isKey(header) ? [] : [header]),
  headerOf: unlessReserved,
  trailerOf: unlessReserved,
};

/** Headers that grpc-gateway hands on with a prefix, so that handlers written behind it find them. */
const permanent = new Set([
  "accept",
  "accept-charset",
  "accept-language",
  "accept-ranges",
  "authorization",
  "cache-control",
  "cookie",
  "date",
  "expect",
  "from",
  "max-forwards",
  "origin",
  "pragma",
  "referer",
  "user-agent",
  "via",
  "warning",
]);

const inboundPrefix = "grpc-metadata-";

/**
 * As grpc-gateway has them: `Grpc-Metadata-X` is `x`, permanent headers are `grpcgateway-<name>` too. A client cannot
 * give itself a `grpcgateway-` key, which handlers take for a header that the gateway has seen.
 *
 * @see https://grpc-ecosystem.github.io/grpc-gateway/docs/mapping/customizing_your_gateway/
 */
export const gatewayNames: MetadataNames = {
  keysOf(header) {
    if (header.startsWith(inboundPrefix)) {
      const key = header.slice(inboundPrefix.length);
      return isReserved(key) || key.startsWith("grpcgateway-") || !isKey(key) ? [] : [key];
    }
    if (header.startsWith("grpcgateway-")) return [];
    const keys = plainNames.keysOf(header);
    return permanent.has(header) ? [`grpcgateway-${header}`, ...keys] : keys;
  },
  headerOf: (key) => (isReserved(key) ? undefined : `grpc-metadata-${key}`),
  trailerOf: (key) => (isReserved(key) ? undefined : `grpc-trailer-${key}`),
};
