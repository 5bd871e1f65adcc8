import assert from "node:assert/strict";
import { beforeEach, describe, it } from "vitest";
import {
  Interceptor,
  type Message,
  RpcError,
  type ServerCall,
  status,
  type UnaryHandler,
} from "../../lib/index.js";
import { useEcho } from "./echo-server.js";

/** The query as sent beside each path, and what reaches the handler of it all. */
const cases: readonly {
  readonly name: string;
  readonly httpMethod?: string;
  readonly path: string;
  readonly body?: unknown;
  readonly message: object;
}[] = [
  { name: "a field of the path", path: "/v1/path/a?text=b", message: { text: "a" } },
  { name: "a field of the path, twice", path: "/v1/path/a?text=b&text=c", message: { text: "a" } },
  { name: "a field of the path, escaped", path: "/v1/path/a?%74ext=b", message: { text: "a" } },
  {
    name: "a field of the path, under its JSON name",
    path: "/v1/path/snake/a?snakeCase=b",
    message: { snakeCase: "a" },
  },
  {
    name: "a field of the path, under its proto name",
    path: "/v1/path/snake/a?snake_case=b",
    message: { snakeCase: "a" },
  },
  {
    name: "a nested field of the path",
    path: "/v1/path/nested/a/1?child.child.text=b&child.int32=2&child.bool=true&child.child.bool=true",
    message: { child: { int32: 1, bool: true, child: { text: "a", bool: true } } },
  },
  { name: "a oneof sibling of the path", path: "/v1/path/first/a?third=3", message: { first: "a" } },
  {
    name: "a part of a oneof sibling of the path",
    path: "/v1/path/first/a?second.text=b",
    message: { first: "a" },
  },
  {
    name: "a oneof sibling of a message that the path goes through",
    path: "/v1/path/second/a?first=b&second.int32=1",
    message: { second: { text: "a", int32: 1 } },
  },
  {
    name: "a message of which the path has a part",
    path: "/v1/path/wrapped/a?wrapped_string=b",
    message: { wrappedString: "a" },
  },
  {
    name: "a part of a message that the path has",
    path: "/v1/path/wrapper/a?wrapped_string.value=b",
    message: { wrappedString: "a" },
  },
  {
    name: "a timestamp that the path has",
    path: "/v1/path/timestamp/2020-01-01T00:00:00Z?timestamp.seconds=5",
    message: { timestamp: "2020-01-01T00:00:00Z" },
  },
  {
    name: "the body field",
    httpMethod: "POST",
    path: "/v1/field/text?text=b",
    body: '"a"',
    message: "a" as unknown as object,
  },
  {
    name: "a part of the body field",
    httpMethod: "PUT",
    path: "/v1/field/text/a?child.text=b&child.int32=3&int32=4",
    body: { text: "x" },
    message: { text: "a", int32: 4, child: { text: "x" } },
  },
  {
    name: "a part of the body field that the path has",
    httpMethod: "PUT",
    path: "/v1/field/child/a?child.text=b",
    body: { text: "x", int32: 1 },
    message: { child: { text: "a", int32: 1 } },
  },
  {
    name: "a oneof sibling of the body field",
    httpMethod: "POST",
    path: "/v1/field/first?third=3",
    body: '"a"',
    message: "a" as unknown as object,
  },
  {
    name: "anything, beside a whole body",
    httpMethod: "POST",
    path: "/v1/whole?text=b&int32=1",
    body: { bool: true },
    message: { bool: true },
  },
  {
    name: "anything, beside an empty whole body",
    httpMethod: "POST",
    path: "/v1/whole?text=b",
    body: "",
    message: {},
  },
];

describe("the query never sets", () => {
  const echo = useEcho();

  for (const { name, httpMethod = "GET", path, body, message } of cases) {
    it(name, async () => {
      const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
      const answer = await echo().send({ httpMethod, path, ...(text === undefined ? {} : { body: text }) });
      assert.equal(answer.status, 200, answer.text);
      assert.deepEqual(answer.json, message);
    });
  }
});

describe("the query is refused, if unknown parameters are, when it names", () => {
  const echo = useEcho({ options: { unknownQueryParameters: "reject", json: { emitDefaults: false } } });

  for (const { name, httpMethod = "GET", path, body } of cases) {
    it(name, async () => {
      const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
      const answer = await echo().send({ httpMethod, path, ...(text === undefined ? {} : { body: text }) });
      assert.equal(answer.status, 400, answer.text);
      assert.match(answer.json.message, /^query parameter ".+" is not taken/);
      assert.equal(answer.json.details[0].fieldViolations.length, 1);
    });
  }
});

describe("the path is written over the body", () => {
  const echo = useEcho();
  const put = (path: string, body: object) =>
    echo().send({ httpMethod: "PUT", path, body: JSON.stringify(body) });

  for (const { name, path, body, message } of [
    {
      name: "in a field",
      path: "/v1/whole/a",
      body: { text: "b", int32: 1 },
      message: { text: "a", int32: 1 },
    },
    {
      name: "in a nested field",
      path: "/v1/whole/nested/a",
      body: { child: { text: "b", int32: 1 } },
      message: { child: { text: "a", int32: 1 } },
    },
    {
      name: "in a message that is null",
      path: "/v1/whole/nested/a",
      body: { child: null },
      message: { child: { text: "a" } },
    },
    { name: "in a oneof", path: "/v1/whole/first/a", body: { first: "b" }, message: { first: "a" } },
    {
      name: "in a oneof whose sibling is set",
      path: "/v1/whole/first/a",
      body: { third: 3 },
      message: { first: "a" },
    },
    {
      name: "in a well-known type",
      path: "/v1/whole/timestamp/2020-01-01T00:00:00Z",
      body: { timestamp: "2021-01-01T00:00:00Z" },
      message: { timestamp: "2020-01-01T00:00:00Z" },
    },
  ]) {
    it(name, async () => assert.deepEqual((await put(path, body)).json, message));
  }

  it("so that the handler sees one member of the oneof", async () => {
    echo().reset();
    await put("/v1/whole/first/a", { second: { text: "b" } });
    const [request] = echo().requests;
    assert.equal(request?.choice, "first");
    assert.equal(request?.first, "a");
    assert.equal("second" in (request ?? {}), false);
  });
});

describe("rejectBodyCollisions", () => {
  const echo = useEcho({ options: { rejectBodyCollisions: true, json: { emitDefaults: false } } });
  const put = (path: string, body: unknown, headers = {}) =>
    echo().send({
      httpMethod: "PUT",
      path,
      headers,
      body: typeof body === "string" ? body : JSON.stringify(body),
    });

  for (const { name, path, body, field } of [
    { name: "another value", path: "/v1/whole/a", body: { text: "b" }, field: "text" },
    {
      name: "another nested value",
      path: "/v1/whole/nested/a",
      body: { child: { text: "b" } },
      field: "child.text",
    },
    { name: "another member of the oneof", path: "/v1/whole/first/a", body: { third: 3 }, field: "first" },
    {
      name: "another member of the oneof, holding its default",
      path: "/v1/whole/first/a",
      body: { third: 0 },
      field: "first",
    },
    {
      name: "another time",
      path: "/v1/whole/timestamp/2020-01-01T00:00:00Z",
      body: { timestamp: "2021-01-01T00:00:00Z" },
      field: "timestamp",
    },
    {
      name: "another value in the body field",
      path: "/v1/field/child/a",
      body: { text: "b" },
      field: "child.text",
    },
  ]) {
    it(`refuses ${name}`, async () => {
      const answer = await put(path, body);
      assert.equal(answer.status, 400);
      assert.equal(answer.json.message, `the body and the path have different values for field "${field}"`);
      assert.equal(answer.json.details[0].fieldViolations[0].field, field);
    });
  }

  it("refuses another value of a form", async () => {
    const answer = await put("/v1/whole/a", "text=b", {
      "content-type": "application/x-www-form-urlencoded",
    });
    assert.equal(answer.status, 400);
  });

  for (const { name, path, body } of [
    { name: "the same value", path: "/v1/whole/a", body: { text: "a" } },
    { name: "no value", path: "/v1/whole/a", body: {} },
    { name: "the default, which is no value", path: "/v1/whole/a", body: { text: "" } },
    { name: "null", path: "/v1/whole/nested/a", body: { child: null } },
    {
      name: "the same time, written otherwise",
      path: "/v1/whole/timestamp/2020-01-01T00:00:00Z",
      body: { timestamp: "2020-01-01T01:00:00+01:00" },
    },
    { name: "the same member of the oneof", path: "/v1/whole/first/a", body: { first: "a" } },
  ]) {
    it(`takes ${name}`, async () => assert.equal((await put(path, body)).status, 200));
  }
});

/** Lets nobody but `alice` in. */
class OwnerOnly extends Interceptor {
  override async unaryServerHandler(request: Message, call: ServerCall, next: UnaryHandler) {
    if ((request.child?.text || request.text) !== "alice")
      throw new RpcError(status.PERMISSION_DENIED, "not yours");
    return next(request, call);
  }
}

describe("an authorisation check on the routed name", () => {
  const echo = useEcho({ prepare: (services) => services.use(new OwnerOnly()) });
  beforeEach(() => echo().reset());

  for (const { httpMethod, path, body } of [
    { httpMethod: "GET", path: "/v1/path/alice?text=bob" },
    { httpMethod: "GET", path: "/v1/path/alice?text[]=bob" },
    { httpMethod: "GET", path: "/v1/path/alice?TEXT=bob" },
    { httpMethod: "GET", path: "/v1/path/alice?text%00=bob" },
    { httpMethod: "PUT", path: "/v1/whole/alice?text=bob", body: '{"text":"bob"}' },
    { httpMethod: "PUT", path: "/v1/whole/nested/alice?child.text=bob", body: '{"child":{"text":"bob"}}' },
    { httpMethod: "PUT", path: "/v1/field/child/alice?child.text=bob&child={}", body: '{"text":"bob"}' },
  ]) {
    it(`decides on what the handler gets: ${httpMethod} ${path} ${body ?? ""}`, async () => {
      const answer = await echo().send({ httpMethod, path, ...(body === undefined ? {} : { body }) });
      assert.equal(answer.status, 200, answer.text);
      const [request] = echo().requests;
      assert.equal(request?.child?.text || request?.text, "alice");
    });
  }

  for (const path of [
    "/v1/path/bob?text=alice",
    "/v1/path/%62ob",
    "/v1/path/alice%2Fbob",
    "/v1/path/bob%00alice",
  ]) {
    it(`stops ${path}`, async () => {
      assert.equal((await echo().get(path)).status, 403);
      assert.equal(echo().requests.length, 0);
    });
  }

  it("cannot be led astray by a double escape", async () => {
    const answer = await echo().get("/v1/path/%2562ob");
    assert.equal(answer.status, 403);
  });
});
