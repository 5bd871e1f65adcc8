import assert from "node:assert/strict";
import { beforeEach, describe, it } from "vitest";
import { useEcho } from "./echo-server.js";

const patch = (path: string, body: unknown) => ({
  httpMethod: "PATCH",
  path,
  body: typeof body === "string" ? body : JSON.stringify(body),
});

describe("inferUpdateMask", () => {
  const echo = useEcho({ options: { inferUpdateMask: true, json: { emitDefaults: false } } });
  beforeEach(() => echo().reset());

  for (const { what, body, paths } of [
    {
      what: "the fields of the body, sorted",
      body: { tags: ["a"], int32: 1, bool: true },
      paths: ["bool", "int32", "tags"],
    },
    {
      what: "proto names for either name",
      body: { snakeCase: "a", otherName: "b" },
      paths: ["renamed", "snake_case"],
    },
    {
      what: "proto names as they are",
      body: { snake_case: "a", renamed: "b" },
      paths: ["renamed", "snake_case"],
    },
    {
      what: "leaves of messages",
      body: { child: { text: "a", child: { snakeCase: "b" } } },
      paths: ["child.child.snake_case", "child.text"],
    },
    { what: "the message itself where nothing of it is set", body: { child: {} }, paths: ["child"] },
    { what: "a message that is null", body: { child: null, int32: 1 }, paths: ["child", "int32"] },
    { what: "defaults that are written", body: { int32: 0, bool: false }, paths: ["bool", "int32"] },
    { what: "lists as a whole", body: { children: [{ text: "a" }], tags: [] }, paths: ["children", "tags"] },
    {
      what: "maps as a whole",
      body: { labels: { a: "b" }, byName: { x: { text: "a" } } },
      paths: ["by_name", "labels"],
    },
    {
      what: "well-known types as a whole",
      body: {
        struct: { a: { b: 1 } },
        value: { c: 1 },
        timestamp: "2020-01-01T00:00:00Z",
        wrappedString: "",
        mask: "a",
      },
      paths: ["mask", "struct", "timestamp", "value", "wrapped_string"],
    },
    {
      what: "an Any as a whole",
      body: { any: { "@type": "type.googleapis.com/http.v1.Message", text: "a" } },
      paths: ["any"],
    },
    { what: "members of oneofs", body: { second: { text: "a" } }, paths: ["second.text"] },
    {
      what: "fields of the path that are in the body, too",
      body: { text: "patches/b", int32: 1 },
      paths: ["int32", "text"],
    },
    { what: "an HttpBody by its parts", body: { file: { data: "AQ==" } }, paths: ["file.data"] },
    { what: "nothing for an empty body", body: {}, paths: [] },
    { what: "nothing for no body", body: "", paths: [] },
  ]) {
    it(`lists ${what}`, async () => {
      const answer = await echo().send(patch("/v1/patches/a", body));
      assert.equal(answer.status, 200, answer.text);
      const [request] = echo().requests;
      assert.deepEqual(request?.updateMask, { paths });
      assert.equal(request?.message.text, "patches/a");
    });
  }

  it("reads a body that is null as one without fields", async () => {
    await echo().send(patch("/v1/patches/a", "null"));
    assert.deepEqual(echo().requests[0]?.updateMask, { paths: [] });
  });

  it("leaves a mask that the client sends", async () => {
    for (const name of ["update_mask", "updateMask"]) {
      await echo().send(patch(`/v1/patches/a?${name}=bool`, { int32: 1 }));
    }
    assert.deepEqual(
      echo().requests.map(({ updateMask }) => updateMask),
      [{ paths: ["bool"] }, { paths: ["bool"] }],
    );
  });

  it("fills a mask that the client leaves empty", async () => {
    await echo().send(patch("/v1/patches/a?update_mask=", { int32: 1 }));
    assert.deepEqual(echo().requests[0]?.updateMask, { paths: ["int32"] });
  });

  it("infers nothing of other methods and of whole bodies", async () => {
    await echo().send({ ...patch("/v1/patches/a", { int32: 1 }), httpMethod: "PUT" });
    await echo().send(patch("/v1/wholes/a", { message: { int32: 1 } }));
    assert.deepEqual(
      echo().requests.map(({ updateMask }) => updateMask),
      [null, null],
    );
  });

  it("does not look at a body that is refused", async () => {
    for (const body of ["{", '{"int32":"x"}', '{"nothing":1}', "[]", '{"__proto__":{"x":1}}']) {
      assert.equal((await echo().send(patch("/v1/patches/a", body))).status, 400, body);
    }
    assert.equal(echo().requests.length, 0);
  });
});

describe("inferUpdateMask with unknown fields and letter case of no matter", () => {
  const json = { ignoreUnknownFields: true, caseInsensitiveFieldNames: true, emitDefaults: false };
  const echo = useEcho({ options: { inferUpdateMask: true, json } });

  it("lists what was read", async () => {
    await echo().send(
      patch("/v1/patches/a", {
        INT32: 1,
        SnakeCase: "b",
        nothing: { text: 1 },
        Child: { TEXT: "a", more: 1 },
      }),
    );
    assert.deepEqual(echo().requests[0]?.updateMask, { paths: ["child.text", "int32", "snake_case"] });
  });
});

describe("without inferUpdateMask", () => {
  const echo = useEcho();

  it("a mask is what the client sends", async () => {
    await echo().send(patch("/v1/patches/a", { int32: 1 }));
    assert.equal(echo().requests[0]?.updateMask, null);
  });
});
