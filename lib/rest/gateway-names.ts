import {
  isKey,
  isRequestMetadata,
  isResponseMetadata,
  type MetadataNames,
  plainNames,
} from "../http/metadata-names.js";

/** Headers that grpc-gateway hands on with a prefix, so that handlers written behind it find them. */
const permanent = new Set([
  "accept",
  "accept-charset",
  "accept-language",
  "accept-ranges",
  "authorization",
  "cache-control",
  "content-type",
  "cookie",
  "date",
  "expect",
  "from",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "if-schedule-tag-match",
  "if-unmodified-since",
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
      return isRequestMetadata(key) && !key.startsWith("grpcgateway-") && isKey(key) ? [key] : [];
    }
    if (header.startsWith("grpcgateway-")) return [];
    const keys = plainNames.keysOf(header);
    return permanent.has(header) ? [`grpcgateway-${header}`, ...keys] : keys;
  },
  headerOf: (key) => (isResponseMetadata(key) ? `grpc-metadata-${key}` : undefined),
  trailerOf: (key) => (isResponseMetadata(key) ? `grpc-trailer-${key}` : undefined),
};
