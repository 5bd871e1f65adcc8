import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { decodeBase64Pieces } from "../../lib/grpc-web/decode-base64-pieces.js";
import { status } from "../../lib/index.js";
import { collect, streamOf } from "../behaviour/messages.js";

async function decode(...pieces: string[]): Promise<string> {
  const decoded = await collect(decodeBase64Pieces(streamOf(...pieces.map((piece) => Buffer.from(piece)))));
  return Buffer.concat(decoded).toString("hex");
}

describe("decodeBase64Pieces", () => {
  const texts: [name: string, pieces: string[], bytes: string][] = [
    ["nothing", [], ""],
    ["one piece", ["AAECAw=="], "00010203"],
    ["padding in the middle", ["AAAAAQ==Ag==AwQ="], "00000001020304"],
    ["pieces that end within a group of four", ["A", "AEC", "A", "w=", "="], "00010203"],
    ["a piece that begins with padding", ["Ag", "==AA", "AA"], "02000000"],
    ["no padding at the end", ["AAECAw"], "00010203"],
    ["the alphabet of URLs", ["-_8="], "fbff"],
  ];
  for (const [name, pieces, bytes] of texts) {
    it(`reads ${name}`, async () => assert.equal(await decode(...pieces), bytes));
  }

  for (const text of ["AA=A", "====", "A", "AAA*", "AAAA\n", "A===AAAA"]) {
    it(`refuses ${JSON.stringify(text)}`, () =>
      assert.rejects(decode(text), { code: status.INVALID_ARGUMENT }));
  }
});
