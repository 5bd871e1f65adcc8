import { readJsonLines, readProblem } from "./json-lines.js";

const greeter = document.getElementById("greeter");
const greetings = document.getElementById("greetings");
let current = new AbortController();

greeter.addEventListener("submit", async (event) => {
  event.preventDefault();
  current.abort();
  current = new AbortController();
  greetings.replaceChildren();
  const name = encodeURIComponent(greeter.elements.name.value);
  const path = event.submitter?.value === "hellos" ? `v1/greeter/${name}/hellos` : `v1/greeter/${name}`;
  document.getElementById("greeter-request").textContent = `GET /${path}`;
  const { signal } = current;
  try {
    // One greeting or three: a single JSON object is a stream of one line.
    for await (const reply of readJsonLines(await fetch(path, { signal }))) greet(reply.message);
  } catch (error) {
    if (!signal.aborted) greet(`Sorry: ${error.message}`);
  }
});

function greet(text) {
  const item = document.createElement("li");
  item.textContent = text;
  greetings.append(item);
}

async function listBooks() {
  const response = await fetch("v1/shelves/-/books");
  if (!response.ok) throw new Error(await readProblem(response));
  const { books } = await response.json();
  document.getElementById("books").replaceChildren(...books.map(createRow));
}

function createRow({ name, title, author, publishYear }) {
  const row = document.createElement("tr");
  const shelf = name.split("/")[1];
  for (const text of [title, author, printYear(publishYear), shelf]) row.insertCell().textContent = text;
  return row;
}

/** A year before the year 1 is negative. */
function printYear(year) {
  if (year === undefined || year === null) return "";
  return year < 0 ? `${-year} BC` : `${year}`;
}

listBooks().catch((error) => {
  document.getElementById("books-error").textContent = `Sorry: ${error.message}`;
});
