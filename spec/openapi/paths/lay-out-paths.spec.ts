import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { describeSource } from "../describe-source.js";

/** The HTTP methods, paths and original templates of the rules `"GET /v1/{name}"`, in the order of the document. */
function layOut(...rules: string[]): string[] {
  const methods = rules.map((rule, i) => {
    const [httpMethod = "", template = ""] = rule.split(" ");
    const isStandard = /^(get|put|post|delete|patch)$/i.test(httpMethod);
    const pattern = isStandard
      ? `${httpMethod.toLowerCase()}: "${template}"`
      : `custom { kind: "${httpMethod}" path: "${template}" }`;
    return `rpc Call${i}(Request) returns (Response) { option (google.api.http) = { ${pattern} }; }`;
  });
  const { paths } = describeSource(`
    message Request {
      string name = 1; string parent = 2; string book_id = 3; Book book = 4;
      string key = 5 [(google.api.resource_reference).type = "example.com/Key"];
    }
    message Book { string name = 1; }
    message Key { option (google.api.resource) = { type: "example.com/Key" pattern: "rings/{key_ring}/keys/{the_key}" }; }
    message Response {}
    service Service { ${methods.join("\n")} }`);
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map((httpMethod) => `${httpMethod} ${path}`),
  );
}

const table: readonly [rule: string, place: string][] = [
  ["GET /v1/books", "get /v1/books"],
  ["GET /", "get /"],
  ["GET /v1/{name}", "get /v1/{name}"],
  ["GET /v1/{book_id}", "get /v1/{bookId}"],
  ["GET /v1/{book.name}", "get /v1/{bookName}"],
  ["GET /v1/{name}:check", "get /v1/{name}:check"],
  ["GET /v1/{name=shelves/*}", "get /v1/shelves/{shelf}"],
  ["GET /v1/{name=shelves/*/books/*}:check", "get /v1/shelves/{shelf}/books/{book}:check"],
  ["GET /v1/{parent=shelves/*}/books/{book_id}", "get /v1/shelves/{shelf}/books/{bookId}"],
  ["GET /v1/{key=rings/*/keys/*}", "get /v1/rings/{keyRing}/keys/{theKey}"],
  ["GET /v1/{name=rings/*/keys/*}", "get /v1/rings/{ring}/keys/{key}"],
  ["GET /v1/{name=shelves/*/shelves/*}", "get /v1/shelves/{shelf}/shelves/{shelf2}"],
  ["GET /v1/{name=key-rings/*}", "get /v1/key-rings/{keyRing}"],
  ["GET /v1/{name=*/*}", "get /v1/{name}/{name2}"],
  ["GET /v1/{name=1/*}", "get /v1/1/{name}"],
  ["GET /v1/shelves/*", "get /v1/shelves/{shelf}"],
  ["GET /*", "get /{segment}"],
  ["GET /v1/{name=**}", "get /v1/{name}"],
  ["GET /v1/{name=trees/**}", "get /v1/trees/{path}"],
  ["GET /v1/{name=trees/**}/{book_id}:cut", "get /v1/trees/{path}/{bookId}:cut"],
  ["GET /v1/{name=shelves/main}", "get /v1/shelves/main"],
  ["GET /v1/caf%C3%A9/a%3Ab", "get /v1/caf%C3%A9/a%3Ab"],
  ["GET /v1/a%7Bb%7D", "get /v1/a%7Bb%7D"],
  ["HEAD /v1/{name}", "head /v1/{name}"],
  ["OPTIONS /v1/{name}", "options /v1/{name}"],
];

describe("the place of an operation", () => {
  for (const [rule, place] of table) {
    it(`of ${rule}`, () => assert.deepEqual(layOut(rule), [place]));
  }
});

describe("templates of one shape", () => {
  it("share a path, with the names of the first", () => {
    assert.deepEqual(
      layOut("GET /v1/{name=shelves/*}", "DELETE /v1/shelves/{book_id}", "POST /v1/shelves/{name}:sort"),
      ["get /v1/shelves/{shelf}", "delete /v1/shelves/{shelf}", "post /v1/shelves/{name}:sort"],
    );
  });

  it("are found by what literals mean, not by how they are spelt", () => {
    assert.deepEqual(layOut("GET /v1/caf%c3%a9", "PUT /v1/caf%C3%A9"), [
      "get /v1/caf%C3%A9",
      "put /v1/caf%C3%A9",
    ]);
  });

  it("are those of ** and *, which look the same here", () => {
    assert.deepEqual(layOut("GET /v1/{name}", "DELETE /v1/{name=**}"), [
      "get /v1/{name}",
      "delete /v1/{name}",
    ]);
  });

  it("show ** as more segments where * has the HTTP method, whoever comes first", () => {
    assert.deepEqual(layOut("GET /v1/{name=**}", "GET /v1/{book_id}", "GET /v1/{name=*/*}"), [
      "get /v1/{name}/{name2}/{name3}",
      "get /v1/{bookId}",
      "get /v1/{name}/{name2}",
    ]);
  });
});

describe("a variable that is shown as more segments", () => {
  it("has all of them in the text of its parameters", () => {
    const { paths } = describeSource(`
      message Request { string name = 1; string leaf = 2; }
      service Service {
        rpc Get(Request) returns (Request) { option (google.api.http) = { get: "/v1/{name=trees/**}/{leaf}:cut" }; }
        rpc Cut(Request) returns (Request) { option (google.api.http) = { get: "/v1/{name=trees/*}/{leaf}:cut" }; }
      }`);
    const parameters = paths["/v1/trees/{path}/{path2}/{leaf}:cut"]?.get?.parameters;
    assert.deepEqual(
      parameters?.map(({ description }) => description?.split("\n")[0]),
      [
        "The `path` in `name`: `trees/{path}/{path2}`.",
        "The `path2` in `name`: `trees/{path}/{path2}`.",
        undefined,
      ],
    );
  });
});

describe("a rule for any HTTP method", () => {
  it("stands under those that no other rule of its shape has", () => {
    assert.deepEqual(layOut("* /v1/{name}", "GET /v1/{book_id}"), [
      "put /v1/{bookId}",
      "post /v1/{bookId}",
      "delete /v1/{bookId}",
      "patch /v1/{bookId}",
      "get /v1/{bookId}",
    ]);
  });
});

describe("a rule for an HTTP method that OpenAPI does not know", () => {
  it("stands among the additional operations", () => {
    assert.deepEqual(layOut("REPORT /v1/{name}", "GET /v1/{name}"), [
      "get /v1/{name}",
      "x-additionalOperations /v1/{name}",
    ]);
  });
});
