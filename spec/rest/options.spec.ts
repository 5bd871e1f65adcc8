import assert from "node:assert/strict";
import { beforeAll, describe, it } from "vitest";
import {
  ConfigError,
  createTranscoder,
  type Services,
  type TranscodingOptions,
  transcodingRouter,
} from "../../lib/index.js";
import { loadEcho, useEcho } from "./echo-server.js";

describe("options", () => {
  let services: Services;
  beforeAll(async () => {
    services = await loadEcho();
  });

  /** JavaScript lets anything be given. */
  const create = (options: unknown) => createTranscoder(services, options as TranscodingOptions);

  for (const { options, message } of [
    {
      options: { streamFromat: "sse" },
      message: 'unknown option "streamFromat"; did you mean "streamFormat"?',
    },
    { options: { body_limit: 5 }, message: 'unknown option "body_limit"; did you mean "bodyLimit"?' },
    { options: { something: 5 }, message: 'unknown option "something"' },
    { options: { toString: 5 }, message: 'unknown option "toString"' },
    {
      options: { json: { emitDefualts: true } },
      message: 'json: unknown option "emitDefualts"; did you mean "emitDefaults"?',
    },
    { options: { json: { pretty: "yes" } }, message: `json: option "pretty" takes true or false, not 'yes'` },
    { options: { json: true }, message: 'option "json" takes an object of switches, not true' },
    { options: { json: null }, message: 'option "json" takes an object of switches, not null' },
    {
      options: { unknownQueryParameters: "refuse" },
      message: `option "unknownQueryParameters" takes "ignore" or "reject", not 'refuse'`,
    },
    {
      options: { ignoredQueryParameters: "utm" },
      message: `option "ignoredQueryParameters" takes an array of names, not 'utm'`,
    },
    {
      options: { ignoredQueryParameters: [5] },
      message: 'option "ignoredQueryParameters" takes an array of names, not [ 5 ]',
    },
    { options: { bodyLimit: 0 }, message: 'option "bodyLimit" takes a number of bytes, not 0' },
    { options: { bodyLimit: "1mb" }, message: `option "bodyLimit" takes a number of bytes, not '1mb'` },
    { options: { bodyLimit: 10n }, message: 'option "bodyLimit" takes a number of bytes, not 10n' },
    { options: { bodyLimit: Number.NaN }, message: 'option "bodyLimit" takes a number of bytes, not NaN' },
    {
      options: { streamFormat: "lines" },
      message: `option "streamFormat" takes "ndjson" or "sse" or "array" or "result-error", not 'lines'`,
    },
    { options: { maxTimeout: -1 }, message: 'option "maxTimeout" takes a number of milliseconds, not -1' },
    {
      options: { streamKeepAlive: 2 ** 31 },
      message: 'option "streamKeepAlive" takes a number of milliseconds up to 2147483647, not 2147483648',
    },
    { options: { formatError: {} }, message: 'option "formatError" takes a function, not {}' },
    {
      options: { preset: "gateway" },
      message: `option "preset" takes "google" or "grpc-gateway", not 'gateway'`,
    },
    {
      options: { methodNotAllowed: true },
      message: 'option "methodNotAllowed" takes "answer" or "next", not true',
    },
  ]) {
    it(`are refused: ${message}`, () => {
      const faults = [{ message }];
      assert.throws(() => create(options), { name: "ConfigError", faults });
      assert.throws(() => transcodingRouter(services, options as unknown as TranscodingOptions), { faults });
    });
  }

  it("are refused all together", () => {
    assert.throws(
      () => create({ strict: true, bodyLimit: 0, json: { pretty: 1 } }),
      (error) => error instanceof ConfigError && error.faults.length === 3,
    );
  });

  it("may be undefined", () => {
    const names = ["json", "bodyLimit", "preset", "onError", "formatError", "streamFormat", "maxTimeout"];
    create(Object.fromEntries(names.map((name) => [name, undefined])));
    create(undefined);
  });
});

describe("a switch that is undefined", () => {
  const echo = useEcho({ options: { json: { emitDefaults: undefined, pretty: undefined } } });

  it("has its default", async () => {
    assert.equal((await echo().get("/v1/path/a")).json.int32, 0);
  });
});

describe("the JSON switches", () => {
  describe("by default", () => {
    const echo = useEcho({ options: { json: {} } });

    it("write defaults, JSON names, enum names and 64-bit integers as text", async () => {
      const { json } = await echo().get("/v1/query?kind=LARGE&int64=5&snake_case=a");
      assert.equal(json.kind, "LARGE");
      assert.equal(json.int64, "5");
      assert.equal(json.snakeCase, "a");
      assert.deepEqual([json.int32, json.tags, json.labels], [0, [], {}]);
      assert.equal("maybe" in json || "first" in json, false);
    });
  });

  describe("switched", () => {
    const echo = useEcho({
      options: {
        json: {
          emitDefaults: false,
          protoFieldNames: true,
          enumsAsIntegers: true,
          int64AsNumbers: true,
          pretty: true,
          caseInsensitiveEnums: true,
          caseInsensitiveFieldNames: true,
        },
      },
    });

    it("write otherwise", async () => {
      const { text } = await echo().get("/v1/query?kind=LARGE&int64=5&snakeCase=a");
      assert.equal(text, '{\n  "int64": 5,\n  "kind": 2,\n  "snake_case": "a"\n}');
    });

    it("read otherwise", async () => {
      const { json } = await echo().post("/v1/whole", { KIND: "large", Snake_Case: "a" });
      assert.deepEqual(json, { kind: 2, snake_case: "a" });
    });
  });
});

describe("unannotatedMethods", () => {
  const path = "/http.v1.Echo/Unannotated";

  describe("when it is on", () => {
    const echo = useEcho({ options: { unannotatedMethods: true, json: { emitDefaults: false } } });

    it("gives methods without a rule a route", async () => {
      assert.deepEqual((await echo().post(path, { text: "a" })).json, { text: "a" });
      assert.equal((await echo().get(path)).headers.allow, "POST, OPTIONS");
    });

    it("gives methods with a rule no other", async () => {
      assert.equal((await echo().post("/http.v1.Echo/GetPath", {})).status, 404);
      assert.equal((await echo().get("/v1/path/a")).status, 200);
    });
  });

  describe("when it is not", () => {
    const echo = useEcho();
    it("leaves them without", async () => assert.equal((await echo().post(path, {})).status, 404));
  });
});

describe("serviceConfig", () => {
  const echo = useEcho({
    loading: {
      serviceConfig: {
        http: {
          rules: [
            { selector: "http.v1.Echo.Unannotated", get: "/v2/first/{text}" },
            {
              selector: "http.v1.Echo.Unannotated",
              get: "/v2/last/{text}",
              additional_bindings: [{ post: "/v2/last", body: "child", response_body: "child" }],
            },
            { selector: "http.v1.Echo.Query", get: "/v2/query" },
          ],
        },
      },
    },
  });

  it("gives methods rules, of which the last one holds", async () => {
    assert.deepEqual((await echo().get("/v2/last/a?int32=1")).json, { text: "a", int32: 1 });
    assert.deepEqual((await echo().post("/v2/last", { text: "a" })).json, { text: "a" });
    assert.equal((await echo().get("/v2/first/a")).status, 404);
  });

  it("replaces annotations", async () => {
    assert.deepEqual((await echo().get("/v2/query?text=a")).json, { text: "a" });
    assert.equal((await echo().get("/v1/query")).status, 404);
  });

  it("leaves other methods as they are", async () => {
    assert.deepEqual((await echo().get("/v1/path/a")).json, { text: "a" });
  });
});
