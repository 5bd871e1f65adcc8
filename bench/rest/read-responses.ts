/** Takes the bytes of a connection as they come. */
export type ResponseReader = (bytes: Buffer) => void;

/**
 * Find the ends of the responses on a connection, by their lengths or their chunks.
 *
 * @param onEnd is called at the end of each; of a response other than 200 the reader throws.
 */
export function createResponseReader(onEnd: () => void): ResponseReader {
  let state: "head" | "body" | "chunk size" | "chunk" | "trailer" = "head";
  /** Bytes of the body or of the chunk that are still to come. */
  let missing = 0;
  /** The beginning of a head or a line whose end has not come yet. */
  let begun = Buffer.alloc(0);

  /** Take a head, or a line between chunks. */
  function takeText(text: string): void {
    if (state === "head") {
      if (!text.startsWith("HTTP/1.1 200 ")) throw new Error(text);
      const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1];
      state = length === undefined ? "chunk size" : "body";
      missing = Number(length ?? 0);
    } else if (state === "chunk size") {
      missing = Number.parseInt(text, 16) + 2;
      state = missing === 2 ? "trailer" : "chunk";
      if (missing === 2) missing = 0;
    } else if (text === "") {
      state = "head";
      onEnd();
    }
  }

  function takeBytes(available: number): number {
    const taken = Math.min(missing, available);
    missing -= taken;
    if (missing > 0) return taken;
    if (state === "chunk") state = "chunk size";
    else {
      state = "head";
      onEnd();
    }
    return taken;
  }

  return (incoming) => {
    const bytes = begun.length === 0 ? incoming : Buffer.concat([begun, incoming]);
    begun = Buffer.alloc(0);
    let at = 0;
    while (at < bytes.length) {
      if (state === "body" || state === "chunk") {
        at += takeBytes(bytes.length - at);
        continue;
      }
      const mark = state === "head" ? "\r\n\r\n" : "\r\n";
      const end = bytes.indexOf(mark, at, "latin1");
      if (end === -1) {
        begun = Buffer.from(bytes.subarray(at));
        return;
      }
      takeText(bytes.toString("latin1", at, end));
      at = end + mark.length;
    }
  };
}
