import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { Interceptor, type Message, type ServerCall, status, type UnaryHandler } from "../../lib/index.js";
import { createTranscoder } from "../../lib/server/create-transcoder.js";
import { createHttpHandler, type TranscodingOptions } from "../../lib/server/http-handler.js";
import { loadServicesSync, type Services } from "../../lib/services.js";
import { withFiles } from "../schema/proto-folder.js";
import { hosts, serve } from "./hosts.js";

const source = `
  syntax = "proto3";
  package test.v1;
  import "google/api/annotations.proto";
  import "google/api/field_behavior.proto";
  import "google/api/field_info.proto";
  import "google/api/httpbody.proto";
  message Book {
    string title = 1 [
      (google.api.field_behavior) = REQUIRED,
      (grpc.gateway.protoc_gen_openapiv2.options.openapiv2_field) = { max_length: 10 }
    ];
    int64 size = 2;
    State state = 3;
    Book sequel = 4;
    int32 pages = 5 [(grpc.gateway.protoc_gen_openapiv2.options.openapiv2_field) = { maximum: 1000 }];
    int64 weight = 7 [(grpc.gateway.protoc_gen_openapiv2.options.openapiv2_field) = { maximum: 9 }];
    string address_1 = 8 [(grpc.gateway.protoc_gen_openapiv2.options.openapiv2_field) = { max_length: 3 }];
    repeated int64 weights = 9 [(grpc.gateway.protoc_gen_openapiv2.options.openapiv2_field) = { maximum: 9 }];
    string secret = 6 [(google.api.field_visibility).restriction = "INTERNAL", (google.api.field_behavior) = REQUIRED];
  }
  enum State { STATE_UNKNOWN = 0; STATE_LENT = 1; STATE_LOST = 2 [(google.api.value_visibility).restriction = "INTERNAL"]; }
  message Request {
    string name = 1;
    Book book = 2;
    int32 page_size = 3 [(grpc.gateway.protoc_gen_openapiv2.options.openapiv2_field) = { maximum: 100 }];
    string mask = 4;
    google.api.HttpBody file = 5;
    string from = 6 [(google.api.field_behavior) = REQUIRED];
    State state = 7;
    int64 weight = 8 [(grpc.gateway.protoc_gen_openapiv2.options.openapiv2_field) = { maximum: 9 }];
    Marked marked = 9;
    string loan = 10 [(google.api.field_info).format = UUID4];
  }
  message Marked {
    string mark_1 = 1 [(google.api.field_behavior) = REQUIRED];
    string custom = 2 [json_name = "shelfRef", (google.api.field_behavior) = REQUIRED];
  }
  message Answer { string seen = 1; }
  service Library {
    rpc Get(Request) returns (Answer) { option (google.api.http) = {
      get: "/v1/{name=books/*}" additional_bindings { get: "/v1/deep/{name=**}" }
    }; }
    rpc Create(Request) returns (Answer) { option (google.api.http) = { post: "/v1/books" body: "book" }; }
    rpc Act(Request) returns (Answer) { option (google.api.http) = { post: "/v1/{name=books/*}:act" body: "*" }; }
    rpc Upload(Request) returns (Answer) { option (google.api.http) = { put: "/v1/{name=books/*}/file" body: "file" }; }
    rpc Import(stream Request) returns (Answer) { option (google.api.http) = { post: "/v1/books:import" body: "*" }; }
    rpc Any(Request) returns (Answer) { option (google.api.http) = { custom { kind: "*" path: "/v1/any" } }; }
  }`;

function loadLibrary(): Services {
  const services = withFiles({ "test.proto": source }, (folder) => loadServicesSync(`${folder}/test.proto`));
  const show = async (call: { readonly request: Message }) => ({ seen: JSON.stringify(call.request) });
  return services.add("test.v1.Library", {
    get: show,
    create: show,
    act: show,
    upload: async () => ({ seen: "a file" }),
    import: async (requests: AsyncIterable<Message>) => {
      let count = 0;
      for await (const _ of requests) count++;
      return { seen: String(count) };
    },
    any: show,
  });
}

interface Sent {
  readonly method?: string;
  readonly path: string;
  readonly body?: string;
  readonly type?: string;
}

interface Answer {
  readonly seen: string;
  readonly code: number;
  readonly message: string;
  readonly details: readonly [{ readonly fieldViolations: readonly object[] }];
  readonly error: { readonly code: number; readonly status: string };
}

async function send(url: string, { method = "GET", path, body, type = "application/json" }: Sent) {
  const headers = body === undefined ? {} : { "content-type": type };
  const response = await fetch(url + path, { method, headers, ...(body === undefined ? {} : { body }) });
  // What the router answers is as the spec reads it, or the spec fails.
  return { status: response.status, answer: (await response.json()) as Answer };
}

/** Refused by the document, where the decoder would take it. */
const refused: readonly (Sent & { readonly violations: readonly object[] })[] = [
  {
    path: "/v1/books/1?from=a&pageSize=101",
    violations: [{ field: "pageSize", description: "must be <= 100" }],
  },
  {
    path: "/v1/books/1",
    violations: [{ field: "from", description: "must have required property 'from'" }],
  },
  {
    method: "POST",
    path: "/v1/books?from=a",
    body: `{"size":1}`,
    violations: [{ field: "book.title", description: "must have required property 'title'" }],
  },
  {
    method: "POST",
    path: "/v1/books?from=a",
    body: `{"title":"a","secret":"","sequel":{"title":"a","secret":"","pages":1001}}`,
    violations: [{ field: "book.sequel.pages", description: "must be <= 1000" }],
  },
  {
    method: "POST",
    path: "/v1/books/1:act",
    body: `{"from":"a","book":{"title":"more than ten","secret":""}}`,
    violations: [{ field: "book.title", description: "must NOT have more than 10 characters" }],
  },
  {
    method: "POST",
    path: "/v1/books/1:act",
    violations: [{ field: "*", description: "must have required property 'body'" }],
  },
  {
    method: "POST",
    path: "/v1/any",
    violations: [{ field: "from", description: "must have required property 'from'" }],
  },
];

/** The same limits, whichever way the values are written. */
const refusedInAnySpelling: readonly Sent[] = [
  { path: "/v1/books/1?from=a&page_size=101" },
  { path: "/v1/books/1?from=a&pageSize=1.01e2" },
  { path: "/v1/books/1?from=a&weight=10" },
  ...[
    `{"title":"a","secret":"","pages":"1001"}`,
    `{"title":"a","secret":"","pages":"1.001e3"}`,
    `{"title":null,"secret":""}`,
    `{"title":"a","secret":"","weight":"10"}`,
    `{"title":"a","secret":"","weight":10}`,
    `{"title":"a","secret":"","weights":["1","10"]}`,
    `{"title":"a","secret":"","address_1":"long"}`,
    `{"title":"a","secret":"","address1":"long"}`,
  ].map((body) => ({ method: "POST", path: "/v1/books?from=a", body })),
  { method: "POST", path: "/v1/books/1:act", body: `{"from":"a","page_size":"101"}` },
  { method: "POST", path: "/v1/books/1:act", body: `{"from":null}` },
  { method: "POST", path: "/v1/books/1:act", body: `{"from":"a","loan":"1"}` },
  { path: "/v1/books/1?from=a&loan=1" },
];

/** Let through, since the decoder reads it too. */
const accepted: readonly Sent[] = [
  { path: "/v1/books/1?from=a&pageSize=100" },
  { path: "/v1/books/1?from=a&page_size=100&state=1&weight=9" },
  { path: "/v1/books/1?from=a&state=STATE_LENT" },
  ...[`""`, "null", `"123e4567-e89b-42d3-a456-426614174000"`].map((loan) => ({
    method: "POST",
    path: "/v1/books/1:act",
    body: `{"from":"a","loan":${loan}}`,
  })),
  { method: "POST", path: "/v1/books/1:act", body: `{"from":"a","marked":{"mark_1":"a","shelfRef":"b"}}` },
  { method: "POST", path: "/v1/books/1:act", body: `{"from":"a","marked":{"mark1":"a","custom":"b"}}` },
  { method: "POST", path: "/v1/books?from=a", body: `{"title":"a","secret":"","weight":"9","state":7}` },
  { path: "/v1/books/a%2Fb%3Aact?from=a" },
  { path: "/v1/books/1?from=a&mask=a,b:c&%24prettyPrint=true&other=x" },
  {
    method: "POST",
    path: "/v1/books?from=a",
    body: `{"title":"a","secret":"","size":1,"state":1,"sequel":null}`,
  },
  { method: "POST", path: "/v1/books?from=a", body: `{"title":"a","secret":"","state":"STATE_LOST"}` },
  {
    method: "POST",
    path: "/v1/books/1:act",
    body: `{"from":"a","page_size":"3"}`,
    type: "application/json; charset=utf-8",
  },
  { method: "POST", path: "/v1/books/1:act", body: `{"from":"a"}`, type: "application/merge-patch+json" },
  { method: "POST", path: "/v1/books/1:act", body: "pageSize=3", type: "application/x-www-form-urlencoded" },
  { method: "PUT", path: "/v1/books/1/file?from=a", body: "bytes", type: "image/png" },
  { method: "PUT", path: "/v1/books/1/file?from=a", body: "{}", type: "application/json" },
  { method: "POST", path: "/v1/books:import", body: `{}\n{}\n`, type: "application/x-ndjson" },
  { method: "POST", path: "/v1/books:import", body: `[{},{}]` },
  // A parameter of OpenAPI is one segment: this path is not documented.
  { path: "/v1/deep/a/b" },
];

describe("a router that validates", () => {
  for (const [name, start] of Object.entries(hosts)) {
    it(`answers 400 to what is not as documented, in ${name}`, async () => {
      const host = await start(loadLibrary(), { validate: true });
      try {
        for (const { violations, ...sent } of refused) {
          const { status, answer } = await send(host.url, sent);
          assert.deepEqual({ status, code: answer.code }, { status: 400, code: 3 }, sent.path);
          assert.deepEqual(answer.details[0].fieldViolations, violations, sent.path);
        }
      } finally {
        await host.close();
      }
    });

    it(`lets everything else through, in ${name}`, async () => {
      const host = await start(loadLibrary(), { validate: true });
      try {
        for (const sent of accepted) {
          const { status, answer } = await send(host.url, sent);
          assert.equal(status, 200, `${sent.path} ${sent.body}: ${JSON.stringify(answer)}`);
        }
      } finally {
        await host.close();
      }
    });
  }

  /** Serve the library as an app would. */
  async function use<T>(options: TranscodingOptions, run: (url: string) => Promise<T>): Promise<T> {
    const host = await serve(createTranscoder(loadLibrary(), options));
    try {
      return await run(host.url);
    } finally {
      await host.close();
    }
  }

  it("holds limits whichever way values are written", async () => {
    await use({ validate: true }, async (url) => {
      for (const sent of refusedInAnySpelling)
        assert.equal((await send(url, sent)).status, 400, `${sent.path} ${sent.body}`);
    });
  });

  it("reads names in any case where the decoder does", async () => {
    await use({ validate: true, json: { caseInsensitiveFieldNames: true } }, async (url) => {
      const body = `{"TITLE":"a","Secret":"","PAGES":1000}`;
      const sent = { method: "POST", path: "/v1/books?from=a" };
      assert.equal((await send(url, { ...sent, body })).status, 200);
      assert.equal((await send(url, { ...sent, body: body.replace("1000", "1001") })).status, 400);
    });
  });

  it("leaves what is too deep to the decoder", async () => {
    const body = `${`{"title":"a","secret":"","sequel":`.repeat(5000)}{}${"}".repeat(5000)}`;
    await use({ validate: true }, async (url) => {
      const { status } = await send(url, { method: "POST", path: "/v1/books?from=a", body });
      assert.equal(status, 400);
    });
  });

  it("takes all digits of large numbers", async () => {
    const body = `{"title":"a","secret":"","size":9007199254740993}`;
    const { answer } = await use({ validate: true }, (url) =>
      send(url, { method: "POST", path: "/v1/books?from=a", body }),
    );
    assert.match(answer.seen, /9007199254740993/);
  });

  it("leaves the content types of bytes to the handler, and checks the parameters beside them", async () => {
    const content = { "image/png": {}, "image/gif": {} };
    const base = { paths: { "/v1/books/{book}/file": { put: { requestBody: { content } } } } };
    await use({ validate: true, openapi: { base } }, async (url) => {
      const sent = { method: "PUT", path: "/v1/books/1/file?from=a", body: "bytes" };
      for (const type of ["image/png", "text/plain"])
        assert.equal((await send(url, { ...sent, type })).status, 200);
      assert.equal((await send(url, { ...sent, path: "/v1/books/1/file", type: "image/png" })).status, 400);
    });
  });

  it("leaves what is no JSON, no path and no route to the decoder", async () => {
    await use({ validate: true }, async (url) => {
      const malformed = await send(url, { method: "POST", path: "/v1/books?from=a", body: `{"title":"a",` });
      assert.deepEqual([malformed.status, /^malformed JSON/.test(malformed.answer.message)], [400, true]);
      const text = await send(url, {
        method: "POST",
        path: "/v1/books?from=a",
        body: "a",
        type: "text/plain",
      });
      assert.equal(text.status, 415);
      assert.equal((await send(url, { path: "/v1/books/%zz?from=a" })).status, 400);
      assert.equal((await send(url, { path: "/nowhere" })).status, 404);
      assert.equal((await send(url, { method: "DELETE", path: "/v1/books/1" })).status, 405);
    });
  });

  it("answers in the form of its errors", async () => {
    const { answer } = await use({ validate: true, preset: "google" }, (url) =>
      send(url, { path: "/v1/books/1" }),
    );
    assert.deepEqual([answer.error.code, answer.error.status], [400, "INVALID_ARGUMENT"]);
  });

  it("follows the names that the switches choose", async () => {
    const options = { validate: true, json: { protoFieldNames: true, removeEnumPrefix: true } };
    await use(options, async (url) => {
      assert.equal((await send(url, { path: "/v1/books/1?from=a&page_size=101" })).status, 400);
      for (const state of ["LENT", "STATE_LENT"]) {
        const body = JSON.stringify({ title: "a", secret: "", state });
        assert.equal((await send(url, { method: "POST", path: "/v1/books?from=a", body })).status, 200);
      }
    });
  });

  it("validates services that the document leaves out, and what the base document adds", async () => {
    const base = { components: { schemas: { Book: { properties: { title: { minLength: 2 } } } } } };
    for (const openapi of [{ base }, [{ base, path: "/a.json" }, {}]] as const) {
      const body = `{"title":"a","secret":""}`;
      const { answer } = await use({ validate: true, openapi }, (url) =>
        send(url, { method: "POST", path: "/v1/books?from=a", body }),
      );
      assert.match(answer.message, /book\.title: must NOT have fewer than 2 characters/);
    }
    const { status } = await use({ validate: true, openapi: false }, (url) =>
      send(url, { path: "/v1/books/1" }),
    );
    assert.equal(status, 400);
  });

  it("tells interceptors of what it refuses", async () => {
    const services = loadLibrary();
    const failures: unknown[] = [];
    class Record extends Interceptor {
      override async unaryServerHandler(request: Message, call: ServerCall, next: UnaryHandler) {
        return next(request, call).catch((error) => {
          failures.push([call.method.name, error.code]);
          throw error;
        });
      }
    }
    services.use(new Record());
    const host = await serve(createTranscoder(services, { validate: true }));
    await send(host.url, { path: "/v1/books/1" });
    await host.close();
    assert.deepEqual(failures, [["Get", status.INVALID_ARGUMENT]]);
  });
});

describe("the validate option", () => {
  it("takes true or false", () => {
    // What the compiler would refuse, as people without it write it.
    const options = { validate: "yes" } as unknown as TranscodingOptions;
    assert.throws(() => createHttpHandler(loadLibrary(), options), {
      name: "ConfigError",
      message: `option "validate" takes true or false, not 'yes'`,
    });
  });
});
