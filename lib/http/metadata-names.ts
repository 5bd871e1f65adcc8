import { connectionHeaders } from "./connection-headers.js";

/** Which headers are metadata, and under which names. */
export interface MetadataNames {
  /** The metadata keys that a request header is read as: none if it is not metadata. */
  keysOf(header: string): readonly string[];
  /** The response header for a key; `undefined` if it may not be one. */
  headerOf(key: string): string | undefined;
  /** The same for a trailer. */
  trailerOf(key: string): string | undefined;
}

/** Headers about how a message is sent, which are no metadata in either direction. */
const transportHeaders: ReadonlySet<string> = new Set([...connectionHeaders, "trailer"]);

/** Headers that only the server can know. */
const framingHeaders: ReadonlySet<string> = new Set(["content-length", "content-type"]);

/** Is a request header of use to HTTP alone? */
export function isHttpHeader(header: string): boolean {
  return (
    transportHeaders.has(header) ||
    header === "host" ||
    header === "accept-encoding" ||
    header.startsWith("content-")
  );
}

/** Is a request header metadata at all? HTTP's own headers are not, nor are those of gRPC's wire. */
export function isRequestMetadata(header: string): boolean {
  return !isHttpHeader(header) && !header.startsWith("grpc-");
}

/** May a key be a response header? */
export function isResponseMetadata(key: string): boolean {
  return !(transportHeaders.has(key) || framingHeaders.has(key) || key.startsWith("grpc-")) && isKey(key);
}

/** Is it a name that metadata may have? */
export function isKey(name: string): boolean {
  return /^[0-9a-z_.-]+$/.test(name);
}

/** Every header under its own name, except those of HTTP and of gRPC's own wire. */
export const plainNames: MetadataNames = {
  keysOf: (header) => (isRequestMetadata(header) && isKey(header) ? [header] : []),
  headerOf: (key) => (isResponseMetadata(key) ? key : undefined),
  trailerOf: (key) => (isTrailer(key) ? key : undefined),
};

/** A client has acted on these when the trailers come; what is said then, it must not believe. */
function isTrailer(key: string): boolean {
  return isResponseMetadata(key) && !key.startsWith("content-") && !lateHeaders.has(key);
}

/** @see https://www.rfc-editor.org/rfc/rfc9110#name-limitations-on-use-of-trail */
const lateHeaders: ReadonlySet<string> = new Set([
  "age",
  "authorization",
  "cache-control",
  "date",
  "expires",
  "host",
  "location",
  "proxy-authenticate",
  "retry-after",
  "set-cookie",
  "vary",
  "www-authenticate",
]);
