import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { cleanComment, splitComment, summarizeName } from "../../lib/openapi/comments.js";

describe("cleanComment", () => {
  for (const [comment, text] of [
    [undefined, undefined],
    [null, undefined],
    ["", undefined],
    ["Gets a shelf.", "Gets a shelf."],
    ["  Gets a shelf.  \n  \n\n\nTwice.\n", "Gets a shelf.\n\nTwice."],
    ["Gets a [Shelf][google.example.Shelf].", "Gets a Shelf."],
    ["Gets a [google.example.Shelf][].", "Gets a google.example.Shelf."],
    ["See [the guide](https://example.com/[a]).", "See [the guide](https://example.com/[a])."],
    ["Items [1] [2].", "Items [1] [2]."],
    ["Gets a shelf. (-- Nobody\nclosed this", "Gets a shelf."],
    ["Gets a shelf. (-- TODO: cache\nit --)", "Gets a shelf."],
    ["(-- one --)A(-- two --)B", "AB"],
    ["(-- never closed", undefined],
    ["See the [guide]\n(https://example.com) there.", "See the [guide](https://example.com) there."],
    ["See the [guide](\n https://example.com).", "See the [guide](https://example.com)."],
    [
      "Called shelves/<shelf>, <b>not</b> <shelf>.<br>",
      "Called shelves/\\<shelf>, <b>not</b> \\<shelf>.<br>",
    ],
    ["At <https://example.com>, 1 < 2.", "At <https://example.com>, 1 < 2."],
    ["Of shelves/*/books/*, of files/**.", "Of shelves/\\*/books/\\*, of files/\\*\\*."],
    ["Takes */*, *all* of /**it**.", "Takes \\*/\\*, *all* of /**it**."],
    ["Is `a/*` or `<b>`.\n```\n<c>/*\n```", "Is `a/*` or `<b>`.\n```\n<c>/*\n```"],
    ["Like:\n\n    shelves/*/<b>", "Like:\n\n    shelves/*/<b>"],
    ["buf:lint:ignore RPC_NAME\nGets a shelf.", "Gets a shelf."],
  ] as const) {
    it(`reads ${JSON.stringify(comment)}`, () => assert.equal(cleanComment(comment), text));
  }
});

describe("splitComment", () => {
  for (const [comment, summary, description] of [
    ["Gets a shelf", "Gets a shelf", undefined],
    ["Gets a shelf.", "Gets a shelf", undefined],
    ["Gets\na shelf. And more.\n\nAnd more.", "Gets a shelf", "And more.\n\nAnd more."],
    ["Gets a shelf\n\nAnd more.", "Gets a shelf", "And more."],
    ["Gets a shelf, e.g. the first. Or i.e. none.", "Gets a shelf, e.g. the first", "Or i.e. none."],
    ["Is it v1.2? Yes.", "Is it v1.2?", "Yes."],
    ["Gets:\n- a shelf\n- a book", "Gets:", "- a shelf\n- a book"],
    ["Stop! Now.", "Stop!", "Now."],
    ["Gets `the` [shelf](https://example.com) **now**. Of `b`.", "Gets the shelf now", "Of `b`."],
    ["Gets shelves/\\*, \\<shelf>", "Gets shelves/*, <shelf>", undefined],
    ["Waits...", "Waits..", undefined],
    ["本を取得します。ない場合は失敗します。", "本を取得します。", "ない場合は失敗します。"],
    ["```\nGET /v1/b x. y\n```", undefined, "```\nGET /v1/b x. y\n```"],
    ["- one\n- two. Three", undefined, "- one\n- two. Three"],
  ] as const) {
    it(`splits ${JSON.stringify(comment)}`, () => {
      assert.deepEqual(splitComment(comment), {
        ...(summary === undefined ? {} : { summary }),
        ...(description === undefined ? {} : { description }),
      });
    });
  }

  it("says nothing of nothing", () => assert.deepEqual(splitComment(undefined), {}));
});

describe("summarizeName", () => {
  for (const [name, summary] of [
    ["SayHello", "Say hello"],
    ["GetIamPolicy", "Get iam policy"],
    ["ListTLSKeys", "List TLS keys"],
    ["GetV2", "Get v2"],
    ["GetIPv6Address", "Get i pv6 address"],
    ["get_book", "get book"],
    ["_", "_"],
  ] as const) {
    it(`reads ${name}`, () => assert.equal(summarizeName(name), summary));
  }
});
