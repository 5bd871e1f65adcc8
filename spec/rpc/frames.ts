/** One frame of a body, as gRPC-Web and Connect have it. */
export interface SentFrame {
  readonly flags: number;
  readonly bytes: Buffer;
}

/** Messages, each behind its prefix. */
export function writeFrames(messages: readonly (string | Uint8Array)[], flags = 0): Buffer {
  return Buffer.concat(
    messages.map((message) => {
      const bytes = Buffer.from(message);
      const prefix = Buffer.alloc(5);
      prefix[0] = flags;
      prefix.writeUInt32BE(bytes.length, 1);
      return Buffer.concat([prefix, bytes]);
    }),
  );
}

/** The frames of a whole body. */
export function readFrames(body: Buffer): SentFrame[] {
  const frames: SentFrame[] = [];
  for (let at = 0; at < body.length; ) {
    const end = at + 5 + body.readUInt32BE(at + 1);
    frames.push({ flags: body.readUInt8(at), bytes: body.subarray(at + 5, end) });
    at = end;
  }
  return frames;
}
