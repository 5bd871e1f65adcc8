import assert from "node:assert/strict";
import { status } from "express-grpc-transcoding";
import { describe, it } from "vitest";
import { cutPage, readPageRequest } from "../../demo/bookstore/page.js";

const items = ["shelves/a", "shelves/b", "shelves/c"].map((name) => ({ name }));

function tokenAfterFirst(): string {
  return cutPage("shelves", { after: "", size: 1 }, items).nextPageToken;
}

describe("readPageRequest", () => {
  for (const { pageSize, size } of [
    { pageSize: 0, size: 50 },
    { pageSize: 1, size: 1 },
    { pageSize: 1000, size: 1000 },
    { pageSize: 2_000_000_000, size: 1000 },
  ]) {
    it(`takes the page size ${pageSize} for ${size}`, () => {
      assert.deepEqual(readPageRequest("shelves", { pageSize, pageToken: "" }), { after: "", size });
    });
  }

  it("starts after the last item of the page before", () => {
    const request = readPageRequest("shelves", { pageSize: 2, pageToken: tokenAfterFirst() });
    assert.deepEqual(request, { after: "shelves/a", size: 2 });
  });

  it("refuses a negative page size", () => {
    assert.throws(() => readPageRequest("shelves", { pageSize: -1, pageToken: "" }), {
      code: status.INVALID_ARGUMENT,
      message: "page_size: must not be negative",
    });
  });

  for (const pageToken of ["x", "c2hlbHZlcw", `${tokenAfterFirst()}=`, `${tokenAfterFirst()}!`, "\u0000"]) {
    it(`refuses the token ${JSON.stringify(pageToken)}`, () => {
      assert.throws(() => readPageRequest("shelves", { pageSize: 0, pageToken }), {
        code: status.INVALID_ARGUMENT,
      });
    });
  }

  it("refuses a token of another list", () => {
    assert.throws(() => readPageRequest("shelves/a/books", { pageSize: 0, pageToken: tokenAfterFirst() }), {
      code: status.INVALID_ARGUMENT,
      message: 'page_token: not a token of the list "shelves/a/books": start again without one',
    });
  });
});

describe("cutPage", () => {
  it("gives a token while there is more", () => {
    const { items: page, nextPageToken } = cutPage("shelves", { after: "", size: 2 }, items);
    assert.deepEqual(page, items.slice(0, 2));
    assert.match(nextPageToken, /^[\w-]+$/);
  });

  it("gives no token on the last page", () => {
    assert.deepEqual(cutPage("shelves", { after: "", size: 3 }, items), { items, nextPageToken: "" });
    assert.deepEqual(cutPage("shelves", { after: "", size: 3 }, []), { items: [], nextPageToken: "" });
  });
});
