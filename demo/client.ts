import { readFile } from "node:fs/promises";
import { createClient, RpcError, status } from "express-grpc-transcoding";
import { readEnvironment } from "./environment.js";
import { loadDemoServices } from "./load-demo-services.js";

// The tour of the demo as native gRPC calls, over the Unix socket unless another address is given:
//
//     npx tsx demo/client.ts 127.0.0.1:50051

const target = process.argv[2] ?? `unix:${readEnvironment(process.env).socket}`;
const services = await loadDemoServices();
const greeter = createClient(services.definition("greet.v1.Greeter"), target);
const bookstore = createClient(services.definition("bookstore.v1.Bookstore"), target);

try {
  await tourGreeter();
  await tourBookstore();
} catch (error) {
  const isUnreachable = error instanceof RpcError && error.code === status.UNAVAILABLE;
  const hint = isUnreachable ? "; is the demo running? npm run demo" : "";
  console.error(`cannot finish the tour: ${print(error)}${hint}`);
  process.exitCode = 1;
} finally {
  greeter.close();
  bookstore.close();
}

async function tourGreeter(): Promise<void> {
  show("say hello", await greeter.sayHello({ name: "world" }));
  for await (const reply of greeter.sayHellos({ name: "world" })) show("three greetings", reply);
}

async function tourBookstore(): Promise<void> {
  show("the shelves", await bookstore.listShelves({}));
  const firstBooks = await bookstore.listBooks({ parent: "shelves/-", pageSize: 2 });
  show("the first two books of all shelves", firstBooks);
  const { nextPageToken } = firstBooks;
  show(
    "the next two",
    await bookstore.listBooks({ parent: "shelves/-", pageSize: 2, pageToken: nextPageToken }),
  );

  const { name: shelf } = await bookstore.createShelf({ shelf: { theme: "Travel" } });
  const draft = { title: "Dracula", author: "Bram Stoker" };
  const created = await bookstore.createBook({ parent: "shelves/fiction", book: draft });
  show("a new book", created);

  const changes = { name: created.name, pageCount: 418, format: "HARDCOVER" };
  const updateMask = { paths: ["page_count", "format"] };
  show("two of its fields changed", await bookstore.updateBook({ book: changes, updateMask }));
  const stale = { name: created.name, title: "Count Dracula", etag: created.etag };
  await showFailure(
    "a change to a book that somebody else has changed",
    bookstore.updateBook({ book: stale }),
  );

  const moved = await bookstore.moveBook({ name: created.name, destinationParent: shelf });
  show("the book on another shelf", moved);

  const picture = await readFile(new URL("bookstore/cover.png", import.meta.url));
  const cover = { contentType: "image/png", data: picture };
  show("a picture for its cover", await bookstore.uploadCover({ name: moved.name, cover }));
  show("the picture, byte for byte", await bookstore.downloadCover({ name: moved.name }));

  const more = [
    { parent: shelf, book: { title: "Eothen" } },
    { parent: shelf, book: { title: "Roughing It" } },
  ];
  show("two books at once", await bookstore.importBooks(more));
  await watchOneChange(shelf, moved.name);

  await showFailure("a book that is not there", bookstore.getBook({ name: moved.name }));
  await showFailure("a shelf with books on it cannot go", bookstore.deleteShelf({ name: shelf }));
  show("unless it is forced", await bookstore.deleteShelf({ name: shelf, force: true }));
}

/** Watch the books of a shelf, delete one of them, and leave when the watch tells. */
async function watchOneChange(parent: string, bookName: string): Promise<void> {
  let isDeleted = false;
  for await (const { change, book } of bookstore.watchBooks({ parent })) {
    show("a change to the books of a shelf", { change, title: book.title });
    if (change === "DELETED") break;
    if (!isDeleted) await bookstore.deleteBook({ name: bookName });
    isDeleted = true;
  }
}

async function showFailure(about: string, response: Promise<unknown>): Promise<void> {
  await response.then(
    (value) => show(about, value),
    (error) => show(about, print(error)),
  );
}

function show(about: string, value: unknown): void {
  console.log(`# ${about}`);
  console.log(value);
}

function print(error: unknown): string {
  if (error instanceof RpcError) return `${status[error.code]}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
