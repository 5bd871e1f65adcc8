import assert from "node:assert/strict";
import protobuf from "protobufjs";
import { describe, it, vi } from "vitest";
import type { ErrorDetail } from "../../lib/call/rpc-error.js";
import { createJsonCodecs } from "../../lib/json/create-json-codecs.js";
import { JsonReader } from "../../lib/json/json-reader.js";
import { defaultRepresentation } from "../../lib/schema/representation.js";
import { bookCodec, bookCodecs, bookType } from "./books.js";
import { loadRoot } from "./google-root.js";
import { parseRoot } from "./parse-root.js";

describe("an Any", () => {
  const texts: readonly (readonly [name: string, text: string])[] = [
    ["a message", '{"@type":"type.googleapis.com/acme.Author","displayName":"A"}'],
    ["a message of nothing", '{"@type":"type.googleapis.com/acme.Author"}'],
    ["a well-known type", '{"@type":"type.googleapis.com/google.protobuf.Duration","value":"1.500s"}'],
    ["a wrapper", '{"@type":"type.googleapis.com/google.protobuf.Int64Value","value":"5"}'],
    ["a Value", '{"@type":"type.googleapis.com/google.protobuf.Value","value":null}'],
    ["a Struct", '{"@type":"type.googleapis.com/google.protobuf.Struct","value":{"@type":"x"}}'],
    [
      "an Any",
      '{"@type":"type.googleapis.com/google.protobuf.Any","value":{"@type":"type.googleapis.com/acme.Author"}}',
    ],
    ["an Any of nothing", '{"@type":"type.googleapis.com/google.protobuf.Any","value":{}}'],
    ["a message with an Any", '{"@type":"a/acme.Book","detail":{"@type":"b/acme.Book","name":"c"}}'],
    ["a type of another host", '{"@type":"example.com/types/acme.Author"}'],
    ["nothing", "{}"],
  ];
  for (const [name, text] of texts) {
    it(`holds ${name}`, () => {
      const json = `{"detail":${text}}`;
      assert.equal(bookCodec.encode(bookCodec.decode(json)), json);
      assert.equal(bookCodec.fromBinary(bookCodec.toBinary(json)), json);
    });
  }

  it("holds an Empty in the form of well-known types or of others, as peers write it", () => {
    const root = parseRoot(`
      syntax = "proto3";
      import "google/protobuf/any.proto"; import "google/protobuf/empty.proto";
      message M { google.protobuf.Any any = 1; google.protobuf.Empty empty = 2; }`);
    const codec = createJsonCodecs(root, defaultRepresentation).message(root.lookupType("M"));
    const json = '{"any":{"@type":"a/google.protobuf.Empty"}}';
    assert.equal(codec.encode(codec.decode(json)), json);
    assert.equal(codec.encode(codec.decode(json.replace("}}", ',"value":{}}}'))), json);
    for (const member of ['"value":1', '"value":{"a":1}', '"other":{}']) {
      assert.throws(() => codec.decode(json.replace("}}", `,${member}}}`)), { name: "RpcError" });
    }
  });

  it("skips unknown members beside a value where that is asked for", () => {
    const json = '{"detail":{"@type":"a/google.protobuf.Duration","other":[1],"value":"1s"}}';
    assert.throws(() => bookCodec.decode(json), { message: /^unknown field "detail.other"/ });
    const lenient = bookCodecs.with({ ignoreUnknownFields: true }).message(bookType);
    assert.deepEqual(lenient.decode(json), lenient.decode(json.replace('"other":[1],', "")));
  });

  it("has its type anywhere among its members", () => {
    const author = '{"displayName":"A \\" \\u0041","@type":"a/acme.Author","books":[{"name":"\\\\"}]}';
    const message = '{"@type":"a/acme.Author","displayName":"A \\" A","books":[{"name":"\\\\"}]}';
    for (const text of [author, `{"value":${author},"@type":"a/google.protobuf.Any"}`]) {
      const json = bookCodec.encode(bookCodec.decode(`{"detail":${text}}`));
      assert(json.includes(message), json);
    }
  });

  it("is searched for its type once, however deep it is nested", () => {
    const wrap = (levels: number, text: string): string =>
      levels === 0 ? text : `{"value":${wrap(levels - 1, text)},"@type":"a/google.protobuf.Any"}`;
    const readString = vi.spyOn(JsonReader.prototype, "readString");
    const strings = (levels: number) => {
      readString.mockClear();
      bookCodec.toBinary(`{"detail":${wrap(levels, '{"@type":"a/acme.Book"}')}}`);
      return readString.mock.calls.length;
    };
    const [some, twice, thrice] = [10, 20, 30].map(strings);
    readString.mockRestore();
    // Ten levels more are as much more work each time.
    assert.equal(thrice! - twice!, twice! - some!);
  });
});

describe("a detail of an error", () => {
  const details = loadRoot(["google/rpc/error_details.proto", "google/rpc/status.proto"]);
  const samples: Readonly<Record<string, object>> = {
    BadRequest: {
      fieldViolations: [
        { field: "a", description: "b", reason: "c", localizedMessage: { locale: "en", message: "d" } },
      ],
    },
    DebugInfo: { stackEntries: ["a", "b"], detail: "c" },
    ErrorInfo: { reason: "a", domain: "b", metadata: { c: "d" } },
    Help: { links: [{ description: "a", url: "b" }] },
    LocalizedMessage: { locale: "en", message: "a" },
    PreconditionFailure: { violations: [{ type: "a", subject: "b", description: "c" }] },
    QuotaFailure: {
      violations: [
        {
          subject: "a",
          description: "b",
          apiService: "c",
          quotaMetric: "d",
          quotaId: "e",
          quotaDimensions: { f: "g" },
          quotaValue: "5",
          futureQuotaValue: "0",
        },
      ],
    },
    RequestInfo: { requestId: "a", servingData: "b" },
    ResourceInfo: { resourceType: "a", resourceName: "b", owner: "c", description: "d" },
    RetryInfo: { retryDelay: "1.500s" },
    Status: {
      code: 5,
      message: "a",
      details: [{ "@type": "type.googleapis.com/google.rpc.RequestInfo", requestId: "b" }],
    },
  };

  it("is any of google.rpc, imported or not", () => {
    const names = details.lookup("google.rpc") as protobuf.Namespace;
    assert.deepEqual(
      names.nestedArray
        .filter((type) => type instanceof protobuf.Type)
        .map(({ name }) => name)
        .sort(),
      Object.keys(samples),
    );
  });

  for (const [name, sample] of Object.entries(samples)) {
    it(`google.rpc.${name} is what googleapis declares`, () => {
      const detail = { "@type": `type.googleapis.com/google.rpc.${name}`, ...sample };
      const any = details
        .lookupType("google.protobuf.Any")
        .decode(bookCodecs.encodeAny(detail)) as unknown as { type_url: string; value: Uint8Array };
      assert.equal(any.type_url, detail["@type"]);
      const codec = createJsonCodecs(details, defaultRepresentation).message(
        details.lookupType(`google.rpc.${name}`),
      );
      assert.deepEqual(JSON.parse(codec.fromBinary(any.value)), sample);
      assert.deepEqual(
        JSON.parse(bookCodecs.encodeDetail({ typeUrl: any.type_url, value: any.value })),
        detail,
      );
    });
  }

  it("is any message of the schema", () => {
    const detail = { "@type": "a/acme.Book", name: "b", size: 5n };
    const any = bookCodecs.encodeAny(detail);
    assert.deepEqual([...any], [10, 11, ...Buffer.from("a/acme.Book"), 18, 5, 10, 1, 98, 24, 5]);
  });

  it("is first looked for in the schema", () => {
    const root = parseRoot('syntax = "proto3"; package google.rpc; message ErrorInfo { string only = 1; }');
    const codecs = createJsonCodecs(root, defaultRepresentation);
    const text = codecs.encodeDetail({ typeUrl: "a/google.rpc.ErrorInfo", value: Buffer.from([10, 1, 98]) });
    assert.equal(text, '{"@type":"a/google.rpc.ErrorInfo","only":"b"}');
  });

  it("is written as base64 when its type is not known, or its bytes are not of its type", () => {
    const value = Buffer.from([10, 200, 1]);
    for (const typeUrl of [
      "a/acme.Nothing",
      "a/acme.Book",
      "",
      "x",
      'quoted"',
      "a/google.protobuf.Timestamp",
    ]) {
      const text = bookCodecs.encodeDetail({ typeUrl, value });
      assert.deepEqual(JSON.parse(text), { "@type": typeUrl, value: "CsgB" }, typeUrl);
    }
  });

  it("fails when it is wrong: the handler made it", () => {
    const wrong: readonly (readonly [object, string])[] = [
      [
        { "@type": "a/acme.Nothing" },
        'error detail: unknown type "a/acme.Nothing" for message (google.protobuf.Any)',
      ],
      [
        { "@type": "a/acme.Book", pageCount: "x" },
        'error detail: invalid value "x" for field "page_count" (int32)',
      ],
      [
        { "@type": "a/google.rpc.BadRequest", violations: [] },
        'error detail: unknown field "violations" in google.rpc.BadRequest',
      ],
    ];
    for (const [detail, message] of wrong) {
      assert.throws(() => bookCodecs.encodeAny(detail as ErrorDetail), { name: "Error", message });
    }
  });

  it("is an error anywhere else when its type is not known", () => {
    const bytes = bookType
      .encode(bookType.fromObject({ detail: { type_url: "a/acme.Nothing", value: Buffer.from([1]) } }))
      .finish();
    assert.throws(() => bookCodec.fromBinary(bytes), {
      name: "WrongValue",
      message: /no such message type is known/,
    });
    assert.throws(() => bookCodec.decode('{"detail":{"@type":"a/acme.Nothing","value":"AQ=="}}'), {
      name: "RpcError",
    });
  });
});
