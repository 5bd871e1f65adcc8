import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { errorsNamedIn } from "../../../lib/openapi/operations/error-comments.js";

const table: readonly [comment: string | undefined, errors: Record<number, string>][] = [
  [undefined, {}],
  ["Gets a book.", {}],
  ["Gets a book. Returns NOT_FOUND if there is none.", { 404: "Returns NOT_FOUND if there is none." }],
  [
    "Fails with `ALREADY_EXISTS`\nif the name is taken. Try again.",
    { 409: "Fails with `ALREADY_EXISTS` if the name is taken." },
  ],
  [
    "May fail:\n- `NOT_FOUND`: there is none.\n- `google.rpc.Code.ABORTED`: somebody was\n  faster.",
    { 404: "`NOT_FOUND`: there is none.", 409: "`google.rpc.Code.ABORTED`: somebody was faster." },
  ],
  [
    "Returns INVALID_ARGUMENT for a bad name. Returns FAILED_PRECONDITION for a full shelf.",
    { 400: "Returns INVALID_ARGUMENT for a bad name.\n\nReturns FAILED_PRECONDITION for a full shelf." },
  ],
  [
    "NOT_FOUND or PERMISSION_DENIED is returned.",
    {
      403: "NOT_FOUND or PERMISSION_DENIED is returned.",
      404: "NOT_FOUND or PERMISSION_DENIED is returned.",
    },
  ],
  ["It returns ABORTED then.", { 409: "It returns ABORTED then." }],
  ["Returns an error with code INTERNAL.", { 500: "Returns an error with code INTERNAL." }],
  ["Unlike others, this never fails with NOT_FOUND.", {}],
  ["Does not return NOT_FOUND. Returns ABORTED.", { 409: "Returns ABORTED." }],
  ["The state becomes CANCELLED.", {}],
  ["Returns unknown fields and internal notes.", {}],
  ["Sets BOOK_NOT_FOUND and NOT_FOUND_AT.", {}],
];

describe("errorsNamedIn", () => {
  for (const [comment, errors] of table) {
    it(`reads ${JSON.stringify(comment)}`, () => {
      const named = [...errorsNamedIn(comment)].map(([status, { description }]) => [status, description]);
      assert.deepEqual(Object.fromEntries(named), errors);
    });
  }

  it("has the codes of a status in the order of the comment", () => {
    const comment = "Returns OUT_OF_RANGE for a page. Returns INVALID_ARGUMENT or OUT_OF_RANGE for a name.";
    const { codes } = errorsNamedIn(comment).get(400) ?? {};
    assert.deepEqual([...(codes ?? [])], ["OUT_OF_RANGE", "INVALID_ARGUMENT"]);
  });
});
