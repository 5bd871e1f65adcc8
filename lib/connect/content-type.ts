/** How the messages of a Connect request are written. */
export interface ConnectType {
  readonly format: "proto" | "json";
  /** Messages are framed, as all calls have them but unary ones. */
  readonly isFramed: boolean;
}

/**
 * Read the content type of a Connect request; `undefined` for any other.
 *
 *     parseConnectType("application/json")            // { format: "json", isFramed: false }
 *     parseConnectType("application/connect+proto")   // { format: "proto", isFramed: true }
 *
 * @see https://connectrpc.com/docs/protocol
 */
export function parseConnectType(contentType: string): ConnectType | undefined {
  const match =
    /^application\/(connect\+)?(?:proto|(json))\s*(?:;\s*charset\s*=\s*(?:utf-?8|"utf-?8")\s*)?$/i.exec(
      contentType,
    );
  if (match === null) return undefined;
  return { format: match[2] === undefined ? "proto" : "json", isFramed: match[1] !== undefined };
}

/** The same in the other direction. */
export function printConnectType({ format, isFramed }: ConnectType): string {
  return `application/${isFramed ? "connect+" : ""}${format}`;
}
