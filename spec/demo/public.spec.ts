import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, it } from "vitest";

const publicDir = fileURLToPath(new URL("../../demo/public/", import.meta.url));
/** What is answered without a file of that name. */
const answers = [".", "browser", "docs", "openapi.json"];

for (const name of ["index.html", "browser.html"]) {
  describe(`the page ${name} of the demo`, () => {
    const html = readFileSync(`${publicDir}${name}`, "utf8");

    it("runs under a policy that allows the server's own files and nothing inline", () => {
      assert.doesNotMatch(html, /<script(?![^>]* src=)[^>]*>/);
      assert.doesNotMatch(html, /<style|\sstyle=|\son[a-z]+=/);
    });

    it("asks for files that are there, and for none of another server", () => {
      const files = readdirSync(publicDir);
      const references = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(
        ([, reference]) => reference ?? "",
      );
      assert.ok(references.length > 0);
      for (const reference of references) assert.ok([...files, ...answers].includes(reference), reference);
    });

    it("labels its fields", () => {
      const ids = [...html.matchAll(/<input id="([^"]+)"/g)].map(([, id]) => id);
      assert.ok(ids.includes("name"));
      for (const id of ids) assert.ok(html.includes(`<label for="${id}">`), id);
    });
  });
}

describe("readJsonLines", async () => {
  // The browser's script has no types of its own.
  const script: { readJsonLines(response: Response): AsyncIterable<unknown> } = await import(
    new URL("../../demo/public/json-lines.js", import.meta.url).href
  );

  async function collect(response: Response): Promise<unknown[]> {
    const values: unknown[] = [];
    for await (const value of script.readJsonLines(response)) values.push(value);
    return values;
  }

  /** A response whose body arrives in these pieces. */
  function respond(pieces: readonly (string | Uint8Array)[], init?: ResponseInit): Response {
    const encoder = new TextEncoder();
    const bytes = pieces.map((piece) => (typeof piece === "string" ? encoder.encode(piece) : piece));
    return new Response(ReadableStream.from(bytes), init);
  }

  const umlaut = Buffer.from('{"a":"ü"}\n');

  for (const { about, pieces, values } of [
    { about: "a line", pieces: ['{"a":1}\n'], values: [{ a: 1 }] },
    { about: "several lines in one piece", pieces: ['{"a":1}\n{"a":2}\n'], values: [{ a: 1 }, { a: 2 }] },
    { about: "a line in several pieces", pieces: ['{"a"', ":", "1}\n"], values: [{ a: 1 }] },
    { about: "a last line without its end", pieces: ['{"a":1}\n{"a":2}'], values: [{ a: 1 }, { a: 2 }] },
    {
      about: "a character in two pieces",
      pieces: [umlaut.subarray(0, 7), umlaut.subarray(7)],
      values: [{ a: "ü" }],
    },
    { about: "nothing", pieces: [], values: [] },
  ]) {
    it(`reads ${about}`, async () => {
      assert.deepEqual(await collect(respond(pieces)), values);
    });
  }

  it("gives a line before the next one has come", async () => {
    let send: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        send = controller;
      },
    });
    const lines = script.readJsonLines(new Response(body))[Symbol.asyncIterator]();
    send?.enqueue(Buffer.from('{"a":1}\n'));
    assert.deepEqual(await lines.next(), { done: false, value: { a: 1 } });
    send?.close();
    assert.equal((await lines.next()).done, true);
  });

  it("throws what a failed response says", async () => {
    const failed = respond(['{"code":3,"message":"count must be 0 to 100","details":[]}'], { status: 400 });
    await assert.rejects(collect(failed), { message: "count must be 0 to 100" });
    await assert.rejects(collect(respond(["<html>"], { status: 502, statusText: "Bad Gateway" })), {
      message: "502 Bad Gateway",
    });
  });

  it("throws what a stream that fails on its way says", async () => {
    const failing = respond(['{"a":1}\n', '{"error":{"code":14,"message":"watch again","details":[]}}\n']);
    await assert.rejects(collect(failing), { message: "watch again" });
  });
});
