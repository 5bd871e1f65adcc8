/** How the messages of a gRPC-Web request are written. */
export interface GrpcWebType {
  readonly format: "proto" | "json";
  /** The frames are base64, for clients that can read nothing but text. */
  readonly isText: boolean;
}

/**
 * Read the content type of a gRPC-Web request; `undefined` for any other.
 *
 *     parseGrpcWebType("application/grpc-web+json")   // { format: "json", isText: false }
 *     parseGrpcWebType("application/grpc-web-text")   // { format: "proto", isText: true }
 *
 * @see https://github.com/grpc/grpc/blob/v1.66.0/doc/PROTOCOL-WEB.md
 */
export function parseGrpcWebType(contentType: string): GrpcWebType | undefined {
  const match = /^application\/grpc-web(-text)?(?:\+(proto|json))?\s*(?:;|$)/i.exec(contentType);
  if (match === null) return undefined;
  return { format: match[2]?.toLowerCase() === "json" ? "json" : "proto", isText: match[1] !== undefined };
}

/** The same in the other direction. */
export function printGrpcWebType({ format, isText }: GrpcWebType): string {
  return `application/grpc-web${isText ? "-text" : ""}+${format}`;
}
