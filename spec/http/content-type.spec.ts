import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { createTextDecoder, decodeText, isJson, parseContentType } from "../../lib/http/content-type.js";

describe("parseContentType", () => {
  for (const [header, mediaType, charset] of [
    ["application/json", "application/json", "utf-8"],
    ["Application/JSON; Charset=UTF-16LE", "application/json", "utf-16le"],
    ['text/plain;charset="latin1"', "text/plain", "latin1"],
    ["text/plain ; boundary=x; charset = utf-8 ; y", "text/plain", "utf-8"],
    ["text/plain; charset=", "text/plain", "utf-8"],
    ["text/plain; xcharset=latin1", "text/plain", "utf-8"],
    ["text/plain; charset", "text/plain", "utf-8"],
    ["text/plain; charsetx", "text/plain", "utf-8"],
    ['text/plain; charset="utf-8', "text/plain", '"utf-8'],
    ["text/plain; charset=x y", "text/plain", "x y"],
    [";;;", "", "utf-8"],
    ["", "", "utf-8"],
  ] as const) {
    it(`reads ${header}`, () => assert.deepEqual(parseContentType(header), { mediaType, charset }));
  }
});

describe("isJson", () => {
  for (const [mediaType, expected] of [
    ["application/json", true],
    ["application/vnd.acme.v1+json", true],
    ["text/x+json", true],
    ["application/jsonp", false],
    ["application/json-seq", false],
    ["+json", false],
    ["a/b/c+json", false],
    ["", false],
  ] as const) {
    it(`is ${expected} for "${mediaType}"`, () => assert.equal(isJson(mediaType), expected));
  }
});

describe("decodeText", () => {
  it("reads UTF-8, whose mark it drops", () => {
    assert.equal(decodeText(Buffer.from("\ufeffGrüße 😀"), "utf-8"), "Grüße 😀");
    assert.equal(decodeText(Buffer.from(""), "utf-8"), "");
  });

  it("refuses what is not of the charset", () => {
    const error = { name: "RpcError", code: 3, message: "the request body is not valid utf-8 text" };
    for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xe2, 0x82]]) {
      assert.throws(() => decodeText(Buffer.from(bytes), "utf-8"), error);
    }
  });

  it("refuses a charset that nobody knows", () => {
    assert.throws(() => decodeText(Buffer.from("a"), "klingon"), {
      httpStatus: 415,
      message: 'unknown charset "klingon"',
    });
  });

  it("reads windows-1252 with the characters that it has in place of controls", () => {
    const bytes = Buffer.from(Array.from({ length: 128 }, (_, i) => i + 128));
    const text = decodeText(bytes, "windows-1252");
    assert.equal(text.length, 128);
    assert.equal(text.slice(0, 32), "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ");
    assert.equal(text.slice(32), Buffer.from(bytes.subarray(32)).toString("latin1"));
    assert.equal(decodeText(Buffer.from([0x80]), "iso-8859-1"), "€");
  });
});

describe("createTextDecoder", () => {
  it("reads text that comes in pieces", () => {
    const bytes = Buffer.from("€😀");
    const decoder = createTextDecoder("utf-8");
    const text = [...bytes].map((byte) => decoder.decode(Buffer.from([byte]), { stream: true })).join("");
    assert.equal(text + decoder.decode(), "€😀");
  });

  it("refuses text that breaks off", () => {
    const decoder = createTextDecoder("utf-8");
    decoder.decode(Buffer.from([0xe2]), { stream: true });
    assert.throws(() => decoder.decode(), TypeError);
  });
});
