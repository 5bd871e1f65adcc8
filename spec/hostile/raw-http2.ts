import { once } from "node:events";
import { connect, type Socket } from "node:net";

// HTTP/2 by hand, for what no client library would send: https://www.rfc-editor.org/rfc/rfc9113

export const frameType = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
};
export const flag = { none: 0, endStream: 1, ack: 1, endHeaders: 4 };

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

export function printFrame({ type, flags, stream, payload }: Frame): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/**
 * HEADERS of a request, each field as a literal that is not indexed, without those that are undefined; with no body
 * unless more is said.
 */
export function printRequest(
  stream: number,
  fields: Readonly<Record<string, string | undefined>>,
  flags: number = flag.endHeaders | flag.endStream,
): Buffer {
  const all = { ":method": "GET", ":scheme": "http", ":authority": "localhost", ...fields };
  const payload = Buffer.concat(
    Object.entries(all).flatMap(([name, value]) =>
      value === undefined ? [] : [Buffer.from([0]), text(name), text(value)],
    ),
  );
  return printFrame({ type: frameType.headers, flags, stream, payload });
}

/** @see https://www.rfc-editor.org/rfc/rfc7541#section-5.2 */
function text(value: string): Buffer {
  return Buffer.concat([integer(value.length, 7, 0), Buffer.from(value, "latin1")]);
}

/** @see https://www.rfc-editor.org/rfc/rfc7541#section-5.1 */
export function integer(value: number, bits: number, pattern: number): Buffer {
  const most = 2 ** bits - 1;
  if (value < most) return Buffer.from([pattern | value]);
  const bytes = [pattern | most];
  let rest = value - most;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}

export function printSettings(settings: Readonly<Record<number, number>> = {}): Buffer {
  const payload = Buffer.concat(
    Object.entries(settings).map(([id, value]) => {
      const setting = Buffer.alloc(6);
      setting.writeUInt16BE(Number(id));
      setting.writeUInt32BE(value, 2);
      return setting;
    }),
  );
  return printFrame({ type: frameType.settings, flags: flag.none, stream: 0, payload });
}

export const initialWindowSize = 4;

export interface RawHttp2 {
  readonly socket: Socket;
  /** What the server has sent so far. */
  readonly frames: Frame[];
  /** Write as fast as the server reads; false once it has closed the connection. */
  write(bytes: Buffer): Promise<boolean>;
  /** Resolves when the server has closed the connection. */
  readonly closed: Promise<void>;
  /** Wait for a frame that has come, or will come; rejects when the connection closes before. */
  frame(matches: (frame: Frame) => boolean): Promise<Frame>;
}

export async function openRawHttp2(
  port: number,
  settings: Readonly<Record<number, number>> = {},
): Promise<RawHttp2> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  const frames: Frame[] = [];
  let pending = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 9 && pending.length >= 9 + pending.readUIntBE(0, 3)) {
      const end = 9 + pending.readUIntBE(0, 3);
      frames.push({
        type: pending[3]!,
        flags: pending[4]!,
        stream: pending.readUInt32BE(5) & 0x7fffffff,
        payload: pending.subarray(9, end),
      });
      pending = pending.subarray(end);
    }
  });
  await once(socket, "connect");
  socket.write(Buffer.concat([Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), printSettings(settings)]));
  return {
    socket,
    frames,
    closed,
    async write(bytes) {
      if (socket.destroyed) return false;
      if (!socket.write(bytes)) await Promise.race([once(socket, "drain").catch(() => {}), closed]);
      return !socket.destroyed;
    },
    async frame(matches) {
      for (;;) {
        const found = frames.find(matches);
        if (found !== undefined) return found;
        if (socket.destroyed) throw new Error("the server has closed the connection");
        await Promise.race([once(socket, "data").catch(() => {}), closed]);
      }
    },
  };
}
