import assert from "node:assert/strict";
import { Agent } from "node:http";
import { it } from "vitest";
import { useEcho } from "./echo-server.js";
import { send } from "./http-client.js";

const echo = useEcho({
  options: { inferUpdateMask: true, rejectBodyCollisions: true, json: { ignoreUnknownFields: true } },
});
let seed = 12345;
const rnd = (n: number) => {
  seed = (seed * 1103515245 + 12345) & 0x7fffffff;
  return seed % n;
};
const pick = <T>(a: readonly T[]): T => a[rnd(a.length)] as T;
const names = [
  "text",
  "int32",
  "int64",
  "uint64",
  "double",
  "float",
  "bool",
  "bytes",
  "kind",
  "maybe",
  "snake_case",
  "snakeCase",
  "otherName",
  "tags",
  "tags[]",
  "numbers",
  "kinds",
  "children",
  "child",
  "child.text",
  "child.child.int32",
  "labels",
  "labels[a]",
  "labels[__proto__]",
  "by_id[1]",
  "byId[x]",
  "by_flag[true]",
  "durations[a]",
  "by_name[a]",
  "first",
  "second",
  "second.text",
  "third",
  "timestamp",
  "timestamp.seconds",
  "duration",
  "mask",
  "mask.paths",
  "struct",
  "struct.fields[a]",
  "value",
  "value.kind",
  "list",
  "list.values",
  "any",
  "any.value",
  "empty",
  "wrapped_string",
  "wrapped_string.value",
  "wrapped_bool",
  "file",
  "file.data",
  "file.content_type",
  "file.extensions",
  "update_mask",
  "__proto__",
  "constructor",
  "$alt",
  "message.text",
  "",
];
const values = [
  "a",
  "1",
  "-1",
  "true",
  "LARGE",
  "2020-01-01T00:00:00Z",
  "1s",
  "AQ==",
  "{}",
  "[]",
  "null",
  '"x"',
  "1e5",
  "NaN",
  "",
  "%zz",
  "%ff",
  "%00",
  "+",
  '{"@type":"type.googleapis.com/google.protobuf.Any"}',
  "9223372036854775808",
  "99999999999999999999",
  "[[[[",
  '{"a":{"b":1}}',
  "\ud800",
  "é",
].map((v) => (v.startsWith("%") ? v : encodeURIComponent(v.toWellFormed())));
const paths = [
  "/v1/query",
  "/v1/path/a",
  "/v1/path/a/1",
  "/v1/path/first/x",
  "/v1/path/wrapped/x",
  "/v1/path/timestamp/2020-01-01T00:00:00Z",
  "/v1/whole",
  "/v1/whole/a",
  "/v1/whole/first/a",
  "/v1/whole/nested/a",
  "/v1/field/child",
  "/v1/field/child/a",
  "/v1/field/tags",
  "/v1/field/value",
  "/v1/field/struct",
  "/v1/field/any",
  "/v1/field/mask",
  "/v1/field/timestamp",
  "/v1/field/file",
  "/v1/files/a",
  "/v1/raw",
  "/v1/nothing",
  "/v1/patches/a",
  "/v1/wholes/a",
  "/v1/custom/any",
  "/v1/watch/a",
  "/v1/watch",
  "/v1/collect/a",
  "/v1/chat/a",
];
const bodies = [
  "",
  "{}",
  "[]",
  "null",
  '{"text":"a"}',
  '{"first":"a","third":1}',
  '{"message":{"int32":1}}',
  '{"int32":1,"child":{"child":{}}}',
  '{"timestamp":"2020-01-01T00:00:00Z"}',
  '{"value":null}',
  '{"any":{"@type":"x"}}',
  '{"struct":{"__proto__":1}}',
  '{"__proto__":{"text":1}}',
  '{"labels":{"__proto__":"a"}}',
  "[1,2",
  '"a"',
  "\ufeff{}",
  "text=a&text=b&labels[a]=1",
  '{"child":null,"children":[null]}',
  '{"mask":"a_b"}',
  '{"tags":null}',
  '{"unknown":'.repeat(500),
];
const types = [
  undefined,
  "application/json",
  "application/x-www-form-urlencoded",
  "text/plain",
  "application/json; charset=utf-16",
  "application/x-ndjson",
];
const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
it("fuzz", async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const counts: Record<string, number> = {};
  const odd: string[] = [];
  for (let i = 0; i < 15000; i++) {
    const n = rnd(4);
    const query = Array.from({ length: n }, () => `${encodeURIComponent(pick(names))}=${pick(values)}`).join(
      "&",
    );
    const httpMethod = pick(methods);
    const path = `${pick(paths)}?${query}`;
    const type = pick(types);
    const body = pick(bodies);
    const a = await send(echo().port, {
      httpMethod,
      path,
      agent,
      headers: type ? { "content-type": type } : {},
      ...(rnd(3) ? { body } : {}),
    });
    counts[a.status] = (counts[a.status] ?? 0) + 1;
    if (a.status >= 500)
      odd.push(
        `${httpMethod} ${path} ${type} ${body.slice(0, 60)} -> ${a.status} ${a.text.slice(0, 200)} :: ${echo()
          .faults.splice(0)
          .map((f) => (f as Error)?.stack?.split("\n").slice(0, 4).join("|"))}`,
      );
    if (a.status >= 400 && httpMethod !== "HEAD") JSON.parse(a.text);
  }
  console.log(counts, odd.length, odd.slice(0, 12).join("\n"));
  agent.destroy();
  assert(true);
}, 120000);
