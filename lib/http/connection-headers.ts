/**
 * Headers of one connection, in either direction: they are no metadata, and HTTP/2 forbids them.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9113#name-connection-specific-header-
 */
export const connectionHeaders: ReadonlySet<string> = new Set([
  "connection",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "te",
  "transfer-encoding",
  "upgrade",
]);
