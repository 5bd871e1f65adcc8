import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { RpcError } from "../../lib/index.js";
import { useEcho } from "./echo-server.js";

/**
 * The rules of google/api/http.proto about fields, queries, bodies and answers, and the table of
 * google/rpc/code.proto, numbered in the order in which their texts give them. Templates and matching have theirs
 * where templates are compiled.
 *
 * @see https://github.com/googleapis/googleapis/blob/ecb1cf0a0021267dd452289fc71c75674ae29fe3/google/api/http.proto
 * @see https://github.com/googleapis/googleapis/blob/ecb1cf0a0021267dd452289fc71c75674ae29fe3/google/rpc/code.proto
 */
describe("google/api/http.proto", () => {
  const echo = useEcho({
    loading: {
      serviceConfig: {
        http: {
          rules: [
            { selector: "http.v1.Echo.Unannotated", get: "/v1/overruled/{text}" },
            { selector: "http.v1.Echo.Unannotated", get: "/v1/configured/{text}" },
            { selector: "http.v1.Echo.Nothing", delete: "/v1/nothing-else" },
          ],
        },
      },
    },
  });
  const rule = (number: number, text: string, verify: () => Promise<void>) =>
    it(`rule ${number}: ${text}`, verify);
  const put = (path: string, body: unknown) =>
    echo().send({ httpMethod: "PUT", path, body: JSON.stringify(body) });
  const get = async (path: string): Promise<unknown> => (await echo().get(path)).json;
  const post = async (path: string, body: unknown): Promise<unknown> => (await echo().post(path, body)).json;

  rule(18, "a leaf field is of the path, else of the body, else of the query", async () => {
    const { json } = await put("/v1/field/child/a?child.text=q&child.int32=8&text=q&int32=9", {
      text: "b",
      int32: 7,
    });
    assert.deepEqual(json, { child: { text: "a", int32: 7 }, text: "q", int32: 9 });
  });

  rule(19, 'with body "*", what is not in the path is in the body, and there is no query', async () => {
    const { json } = await put("/v1/whole/a?int32=9&bool=true", { text: "b", int32: 7 });
    assert.deepEqual(json, { text: "a", int32: 7 });
  });

  rule(20, "with a field as the body, the other fields are of the query", async () => {
    const { json } = await put("/v1/field/text/a?int32=9&tags=x&second.text=y", { text: "b" });
    assert.deepEqual(json, { text: "a", child: { text: "b" }, int32: 9, tags: ["x"], second: { text: "y" } });
  });

  rule(21, "without a body, all other fields are of the query, whatever the HTTP method", async () => {
    for (const [httpMethod, path] of [
      ["GET", "/v1/query?text=a&int32=9"],
      ["POST", "/v1/query?text=a&int32=9"],
      ["DELETE", "/v1/query/a?int32=9"],
    ] as const) {
      const { json } = await echo().send({ httpMethod, path, body: '{"bool":true}' });
      assert.deepEqual(json, { text: "a", int32: 9 });
    }
  });

  rule(22, "a body is a field at the top level of the request", async () => {
    assert.deepEqual(await post("/v1/field/child", { child: { text: "a" } }), { child: { text: "a" } });
  });

  rule(24, "a query has primitive fields, lists of them, and the fields of messages", async () => {
    assert.deepEqual(await get("/v1/query?text=a&numbers=1&numbers=2&child.child.text=b"), {
      text: "a",
      numbers: [1, 2],
      child: { child: { text: "b" } },
    });
  });

  rule(25, "a list is one parameter, repeated", async () => {
    assert.deepEqual(await get("/v1/query?tags=a&tags=b&tags=a"), { tags: ["a", "b", "a"] });
  });

  rule(26, "lists of messages are not in a query", async () => {
    assert.deepEqual(await get("/v1/query?children.text=a&text=b"), { text: "b" });
    assert.equal((await echo().get("/v1/query?children={}")).status, 400);
  });

  rule(27, "a parameter is named by the path of its field; JSON names are taken, too", async () => {
    for (const name of ["child.snake_case", "child.snakeCase"]) {
      assert.deepEqual(await get(`/v1/query?${name}=a`), { child: { snakeCase: "a" } });
    }
  });

  rule(29, "response_body is a field of the response that is the whole body", async () => {
    assert.deepEqual(await post("/v1/field/tags", ["a", "b"]), ["a", "b"]);
    assert.deepEqual(await post("/v1/field/int32", 5), 5);
    assert.deepEqual(await post("/v1/whole", { int32: 5 }), { int32: 5 });
  });

  rule(30, "additional_bindings are whole rules, each with its own body and response_body", async () => {
    assert.deepEqual(await post("/v1/field/child?text=x", { text: "a" }), { text: "a" });
    assert.deepEqual(await post("/v1/field/labels", { a: "b" }), { a: "b" });
    assert.deepEqual((await put("/v1/field/text/x", { text: "a" })).json, {
      text: "x",
      child: { text: "a" },
    });
  });

  rule(31, "a rule is of GET, PUT, POST, DELETE, PATCH or of a method of its own", async () => {
    for (const [httpMethod, path] of [
      ["GET", "/v1/path/a"],
      ["PUT", "/v1/whole/a"],
      ["POST", "/v1/whole"],
      ["DELETE", "/v1/query/a"],
      ["PATCH", "/v1/patches/a"],
      ["PURGE", "/v1/custom/purge"],
    ] as const) {
      assert.equal((await echo().send({ httpMethod, path })).status, 200, httpMethod);
    }
  });

  rule(33, "a service configuration gives rules by selector, in place of the annotation", async () => {
    assert.deepEqual(await get("/v1/configured/a"), { text: "a" });
    assert.equal((await echo().send({ httpMethod: "DELETE", path: "/v1/nothing-else" })).status, 200);
    assert.equal((await echo().send({ httpMethod: "DELETE", path: "/v1/nothing" })).status, 404);
  });

  rule(34, "of several rules of a service configuration for one method, the last one holds", async () => {
    assert.equal((await echo().get("/v1/overruled/a")).status, 404);
    assert.equal((await echo().get("/v1/configured/a")).status, 200);
  });

  rule(35, "JSON is ProtoJSON, in messages and in fields alone", async () => {
    const message = {
      int64: "5",
      double: "NaN",
      bytes: "AQI=",
      kind: "LARGE",
      duration: "1.500s",
      wrappedInt64: "5",
    };
    assert.deepEqual(await post("/v1/whole", message), message);
    assert.deepEqual(await post("/v1/field/int64", 5), "5");
    assert.deepEqual(await post("/v1/field/double", '"Infinity"'), "Infinity");
    assert.deepEqual(await post("/v1/field/kind", 2), "LARGE");
    assert.deepEqual(await post("/v1/field/wrapped_int64", '"5"'), "5");
    assert.deepEqual(await post("/v1/field/duration", '"1.5s"'), "1.500s");
  });

  rule(37, "codes are HTTP statuses by the table of code.proto", async () => {
    const table = {
      1: 499,
      2: 500,
      3: 400,
      4: 504,
      5: 404,
      6: 409,
      7: 403,
      8: 429,
      9: 400,
      10: 409,
      11: 400,
      12: 501,
      13: 500,
      14: 503,
      15: 500,
      16: 401,
    };
    assert.equal((await echo().get("/v1/path/a")).status, 200);
    for (const [code, status] of Object.entries(table)) {
      echo().handlers.GetPath = () => Promise.reject(new RpcError(Number(code), "no"));
      assert.equal((await echo().get("/v1/path/a")).status, status, code);
    }
  });
});
