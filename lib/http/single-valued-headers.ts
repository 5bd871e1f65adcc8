/** What node sends but once over HTTP/2: a list of these is refused with ERR_HTTP2_HEADER_SINGLE_VALUE. */
const singleValuedHeaders: ReadonlySet<string> = new Set([
  "access-control-allow-credentials",
  "access-control-max-age",
  "access-control-request-method",
  "age",
  "authorization",
  "content-encoding",
  "content-language",
  "content-length",
  "content-location",
  "content-md5",
  "content-range",
  "content-type",
  "date",
  "dnt",
  "etag",
  "expires",
  "from",
  "host",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "if-range",
  "if-unmodified-since",
  "last-modified",
  "location",
  "max-forwards",
  "proxy-authorization",
  "range",
  "referer",
  "retry-after",
  "tk",
  "upgrade-insecure-requests",
  "user-agent",
  "x-content-type-options",
]);

/**
 * The values of a header that HTTP/2 can carry: all, or the last where there may be one only.
 *
 *     toHttp2Value("retry-after", ["1", "2"]) // "2"
 *     toHttp2Value("vary", ["origin", "accept"]) // ["origin", "accept"]
 *
 * @param name in small letters.
 */
export function toHttp2Value<Value>(name: string, value: Value): Value | string {
  return Array.isArray(value) && isSingleValued(name) ? value.at(-1) : value;
}

/** @param name in small letters. */
export function isSingleValued(name: string): boolean {
  return singleValuedHeaders.has(name);
}
