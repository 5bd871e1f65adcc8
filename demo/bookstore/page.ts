import { invalidArgument } from "./bookstore-error.js";

const defaultPageSize = 50;
const maxPageSize = 1000;

/** What a list request asks for: at most `size` items, those with names after `after`. */
export interface PageRequest {
  readonly after: string;
  readonly size: number;
}

/**
 * Read the paging fields of a list request.
 *
 * A page starts after a name, not at a number, so that items created or deleted in between neither repeat nor
 * hide others. The token tells which list it belongs to: with another one it is refused.
 *
 * @throws RpcError `INVALID_ARGUMENT` for a negative size, and for a token that was not made for this list.
 * @see https://google.aip.dev/158
 */
export function readPageRequest(list: string, request: { pageSize: number; pageToken: string }): PageRequest {
  const { pageSize, pageToken } = request;
  if (pageSize < 0) throw invalidArgument([{ field: "page_size", description: "must not be negative" }]);
  return {
    after: pageToken === "" ? "" : readPageToken(list, pageToken),
    size: pageSize === 0 ? defaultPageSize : Math.min(pageSize, maxPageSize),
  };
}

/**
 * Cut the items that were read to a page. Read one more than the page holds: it tells whether a next page exists.
 *
 *     cutPage("shelves", request, await books.listShelves(request.after, request.size + 1))
 */
export function cutPage<Item extends { readonly name: string }>(
  list: string,
  request: PageRequest,
  items: readonly Item[],
): { items: readonly Item[]; nextPageToken: string } {
  const page = items.slice(0, request.size);
  const last = page.at(-1);
  const nextPageToken =
    last !== undefined && items.length > page.length ? printPageToken(list, last.name) : "";
  return { items: page, nextPageToken };
}

function printPageToken(list: string, after: string): string {
  return Buffer.from(`${list}\n${after}`).toString("base64url");
}

function readPageToken(list: string, token: string): string {
  const [tokenList, after, ...rest] = Buffer.from(token, "base64url").toString().split("\n");
  // Node skips what is not base64: only a token that prints the same again is one of ours.
  const isOurs = after !== undefined && rest.length === 0 && printPageToken(list, after) === token;
  if (!isOurs || tokenList !== list) {
    throw invalidArgument([
      { field: "page_token", description: `not a token of the list "${list}": start again without one` },
    ]);
  }
  return after;
}
