import { relative } from "node:path";
import { fileURLToPath } from "node:url";

/** One thing to try, and the shell line that does it. */
export interface Step {
  readonly about: string;
  readonly line: string;
}

const asJson = "-H 'content-type: application/json'";

/**
 * Lines to paste into a shell, in the order in which they work on a server that was just started.
 *
 *     createTour("http://127.0.0.1:3000")[0]
 *     // { about: "say hello", line: "curl http://127.0.0.1:3000/v1/greeter/world" }
 */
export function createTour(url: string): readonly Step[] {
  return [...tourGreeter(`${url}/v1/greeter`), ...tourBookstore(`${url}/v1/shelves`), ...tourDocument(url)];
}

function tourGreeter(greeter: string): readonly Step[] {
  return [
    { about: "say hello", line: `curl ${greeter}/world` },
    { about: "say hello, asked in JSON", line: `curl ${asJson} -d '{"name":"world"}' ${greeter}` },
    { about: "three greetings, one second apart", line: `curl -N ${greeter}/world/hellos` },
    {
      about: "the same as server-sent events",
      line: `curl -N -H 'accept: text/event-stream' '${greeter}/world/hellos?count=2'`,
    },
  ];
}

function tourBookstore(shelves: string): readonly Step[] {
  const twoBooks = `${shelves}/-/books?pageSize=2`;
  const readToken = "node -pe 'JSON.parse(fs.readFileSync(0)).nextPageToken'";
  const picture = relative(process.cwd(), fileURLToPath(new URL("bookstore/cover.png", import.meta.url)));
  return [
    { about: "the shelves", line: `curl ${shelves}` },
    { about: "the first two books of all shelves", line: `curl '${twoBooks}'` },
    { about: "the next two", line: `curl "${twoBooks}&pageToken=$(curl -s '${twoBooks}' | ${readToken})"` },
    { about: "one book", line: `curl ${shelves}/fiction/books/emma` },
    {
      about: "a new shelf",
      line: `curl ${asJson} -d '{"theme":"Travel"}' '${shelves}?shelfId=travel'`,
    },
    {
      about: "a new book",
      line: `curl ${asJson} -d '{"title":"Dracula","author":"Bram Stoker"}' '${shelves}/fiction/books?bookId=dracula'`,
    },
    {
      about: "two of its fields changed",
      line: `curl -X PATCH ${asJson} -d '{"pageCount":418,"format":"HARDCOVER"}' '${shelves}/fiction/books/dracula?updateMask=pageCount,format'`,
    },
    {
      about: "a change to a book that somebody else has changed: 409",
      line: `curl -i -X PATCH ${asJson} -d '{"title":"Count Dracula","etag":"old"}' ${shelves}/fiction/books/dracula`,
    },
    {
      about: "the book on another shelf",
      line: `curl ${asJson} -d '{"destinationParent":"shelves/travel"}' ${shelves}/fiction/books/dracula:move`,
    },
    {
      about: "a picture for its cover",
      line: `curl -H 'content-type: image/png' --data-binary '@${picture}' ${shelves}/travel/books/dracula/cover`,
    },
    {
      about: "the picture, byte for byte",
      line: `curl -s -o /dev/null -w '%{http_code} %{content_type} %{size_download} bytes\\n' ${shelves}/travel/books/dracula/cover`,
    },
    {
      about: "two books at once, one JSON text a line",
      line: `printf '{"bookId":"%s","book":{"title":"%s"}}\\n' eothen Eothen roughing-it 'Roughing It' | curl -H 'content-type: application/x-ndjson' --data-binary @- ${shelves}/travel/books:import`,
    },
    {
      about: "every change to the books of a shelf, for two seconds",
      line: `curl -N -H 'x-server-timeout: 2' ${shelves}/travel/books:watch`,
    },
    { about: "a book that is not there: 404", line: `curl -i ${shelves}/fiction/books/nothing` },
    { about: "a number that is none: 400", line: `curl -i '${shelves}?pageSize=many'` },
    { about: "a shelf with books on it cannot go: 400", line: `curl -i -X DELETE ${shelves}/travel` },
    { about: "unless it is forced", line: `curl -X DELETE '${shelves}/travel?force=true'` },
  ];
}

function tourDocument(url: string): readonly Step[] {
  return [{ about: "the OpenAPI document", line: `curl ${url}/openapi.json` }];
}
