import assert from "node:assert/strict";
import { beforeEach, describe, it } from "vitest";
import { useEcho } from "./echo-server.js";

interface Case {
  readonly query: string;
  readonly message: object;
}

const bound: Readonly<Record<string, readonly Case[]>> = {
  scalars: [
    { query: "text=a", message: { text: "a" } },
    { query: "text=", message: {} },
    { query: "text", message: {} },
    { query: "int32=-7", message: { int32: -7 } },
    { query: "int32=007", message: { int32: 7 } },
    { query: "int32=1e2", message: { int32: 100 } },
    { query: "uint32=4294967295", message: { uint32: 4294967295 } },
    { query: "int64=-9223372036854775808", message: { int64: "-9223372036854775808" } },
    { query: "uint64=18446744073709551615", message: { uint64: "18446744073709551615" } },
    { query: "double=1.5e300&float=0.5", message: { double: 1.5e300, float: 0.5 } },
    { query: "double=NaN&float=-Infinity", message: { double: "NaN", float: "-Infinity" } },
    { query: "bool=true", message: { bool: true } },
    { query: "bytes=AQID", message: { bytes: "AQID" } },
    { query: "bytes=-_8", message: { bytes: "+/8=" } },
    { query: "bytes=%2B/8%3D", message: { bytes: "+/8=" } },
  ],
  enums: [
    { query: "kind=LARGE", message: { kind: "LARGE" } },
    { query: "kind=2", message: { kind: "LARGE" } },
    { query: "kind=77", message: { kind: 77 } },
    { query: "kinds=SMALL&kinds=2", message: { kinds: ["SMALL", "LARGE"] } },
  ],
  presence: [
    { query: "maybe=0", message: { maybe: 0 } },
    { query: "first=", message: { first: "" } },
    { query: "wrapped_string=", message: { wrappedString: "" } },
    { query: "third=0", message: { third: 0 } },
  ],
  names: [
    { query: "snake_case=a", message: { snakeCase: "a" } },
    { query: "snakeCase=a", message: { snakeCase: "a" } },
    { query: "renamed=a", message: { otherName: "a" } },
    { query: "otherName=a", message: { otherName: "a" } },
    { query: "child.snake_case=a&child.otherName=b", message: { child: { snakeCase: "a", otherName: "b" } } },
    { query: "child.child.child.text=a", message: { child: { child: { child: { text: "a" } } } } },
    { query: "child%2Etext=a", message: { child: { text: "a" } } },
  ],
  lists: [
    { query: "tags=a&tags=b", message: { tags: ["a", "b"] } },
    { query: "tags=b&text=x&tags=a", message: { tags: ["b", "a"], text: "x" } },
    { query: "tags[]=a&tags[]=b", message: { tags: ["a", "b"] } },
    { query: "tags%5B%5D=a&tags=b", message: { tags: ["a", "b"] } },
    { query: "tags=a,b", message: { tags: ["a,b"] } },
    { query: "tags=", message: { tags: [""] } },
    { query: "numbers=1&numbers=-2", message: { numbers: [1, -2] } },
    { query: "child.tags=a&child.tags=b", message: { child: { tags: ["a", "b"] } } },
    { query: "chunks=AQ&chunks=Ag%3D%3D", message: { chunks: ["AQ==", "Ag=="] } },
    {
      query: "timestamps=2020-01-01T00:00:00Z&timestamps=2021-01-01T00:00:00%2B02:00",
      message: { timestamps: ["2020-01-01T00:00:00Z", "2020-12-31T22:00:00Z"] },
    },
    { query: "wrapped_numbers=1&wrappedNumbers=2", message: { wrappedNumbers: ["1", "2"] } },
  ],
  maps: [
    { query: "labels[a]=1&labels[b]=2", message: { labels: { a: "1", b: "2" } } },
    { query: "labels%5Ba%5D=1", message: { labels: { a: "1" } } },
    { query: "labels[]=1", message: { labels: { "": "1" } } },
    { query: "labels[a.b]=1", message: { labels: { "a.b": "1" } } },
    { query: "labels[a[0]=1", message: { labels: { "a[0": "1" } } },
    { query: "labels[__proto__]=1", message: JSON.parse('{ "labels": { "__proto__": "1" } }') },
    { query: "labels[constructor]=1", message: { labels: { constructor: "1" } } },
    { query: "by_id[7]=LARGE&byId[-1]=1", message: { byId: { 7: "LARGE", "-1": "SMALL" } } },
    { query: "by_flag[true]=5", message: { byFlag: { true: "5" } } },
    { query: "durations[x]=1.5s", message: { durations: { x: "1.500s" } } },
    { query: "child.labels[a]=1", message: { child: { labels: { a: "1" } } } },
  ],
  "well-known types": [
    { query: "timestamp=2020-01-02T03:04:05.5Z", message: { timestamp: "2020-01-02T03:04:05.500Z" } },
    {
      query: "timestamp.seconds=5&timestamp.nanos=7",
      message: { timestamp: "1970-01-01T00:00:05.000000007Z" },
    },
    { query: "duration=-1.5s", message: { duration: "-1.500s" } },
    { query: "mask=text,snakeCase,child.otherName", message: { mask: "text,snakeCase,child.otherName" } },
    { query: "mask=", message: { mask: "" } },
    { query: "mask.paths=a_b&mask.paths=c", message: { mask: "aB,c" } },
    {
      query: "wrapped_string=a&wrapped_int64=9007199254740993",
      message: { wrappedString: "a", wrappedInt64: "9007199254740993" },
    },
    { query: "wrapped_bool=false&wrapped_bytes=AQ==", message: { wrappedBool: false, wrappedBytes: "AQ==" } },
    { query: "wrapped_double=Infinity", message: { wrappedDouble: "Infinity" } },
    { query: "wrapped_string.value=a", message: { wrappedString: "a" } },
    { query: 'struct={"a":[1,null]}', message: { struct: { a: [1, null] } } },
    { query: 'value="a"', message: { value: "a" } },
    { query: "value=null", message: { value: null } },
    { query: "list=[1,true]", message: { list: [1, true] } },
    {
      query: 'any={"@type":"type.googleapis.com/google.protobuf.Duration","value":"1s"}',
      message: { any: { "@type": "type.googleapis.com/google.protobuf.Duration", value: "1s" } },
    },
  ],
  text: [
    { query: "text=a+b%20c", message: { text: "a b c" } },
    { query: "text=%2B", message: { text: "+" } },
    { query: "text=a=b", message: { text: "a=b" } },
    { query: "text=a%26b", message: { text: "a&b" } },
    { query: "&&text=a&&", message: { text: "a" } },
    { query: "text=%F0%9F%98%80", message: { text: "😀" } },
    { query: "text=a;int32=5", message: { text: "a;int32=5" } },
  ],
  oneofs: [
    { query: "first=a", message: { first: "a" } },
    { query: "second.text=a&second.int32=1", message: { second: { text: "a", int32: 1 } } },
  ],
};

describe("a query sets", () => {
  const echo = useEcho();

  for (const [what, cases] of Object.entries(bound)) {
    for (const { query, message } of cases) {
      it(`${what}: ${query}`, async () => {
        const answer = await echo().get(`/v1/query?${encodeURI(query).replaceAll("%25", "%")}`);
        assert.equal(answer.status, 200, answer.text);
        assert.deepEqual(answer.json, message);
      });
    }
  }
});

describe("a query of a rule without a body", () => {
  const echo = useEcho();

  for (const { httpMethod, path } of [
    { httpMethod: "DELETE", path: "/v1/query/a?int32=1" },
    { httpMethod: "POST", path: "/v1/query?text=a&int32=1" },
  ]) {
    it(`is read of ${httpMethod}`, async () => {
      const answer = await echo().send({
        httpMethod,
        path,
        body: "this is not read",
        headers: { "content-type": "text/plain" },
      });
      assert.deepEqual(answer.json, { text: "a", int32: 1 });
    });
  }
});

const refused: readonly { readonly query: string; readonly field: string; readonly message: RegExp }[] = [
  { query: "int32=abc", field: "int32", message: /^invalid value "abc" for field "int32" \(int32\)$/ },
  { query: "int32=", field: "int32", message: /^invalid value "" for field "int32"/ },
  { query: "int32=2147483648", field: "int32", message: /2147483648/ },
  { query: "int32=1.5", field: "int32", message: /1\.5/ },
  { query: "uint32=-1", field: "uint32", message: /-1/ },
  { query: "int64=9223372036854775808", field: "int64", message: /9223372036854775808/ },
  { query: "int32=0x10", field: "int32", message: /0x10/ },
  { query: "bool=1", field: "bool", message: /\(bool\)/ },
  { query: "bool", field: "bool", message: /\(bool\)/ },
  {
    query: "kind=HUGE",
    field: "kind",
    message: /^invalid value "HUGE" for field "kind" \(http\.v1\.Kind\)$/,
  },
  { query: "kind=large", field: "kind", message: /large/ },
  { query: "bytes=%25", field: "bytes", message: /\(bytes\)/ },
  { query: "timestamp=yesterday", field: "timestamp", message: /yesterday/ },
  { query: "duration=5", field: "duration", message: /"5"/ },
  { query: "mask=snake_case", field: "mask", message: /snake_case/ },
  { query: "struct=x", field: "struct", message: /"x"/ },
  { query: "numbers=1&numbers=x", field: "numbers", message: /"x"/ },
  { query: "child=x", field: "child", message: /\(http\.v1\.Message\)/ },
  { query: "child=", field: "child", message: /\(http\.v1\.Message\)/ },
  { query: "children={}", field: "children", message: /children/ },
  { query: "child.int32=x", field: "child.int32", message: /for field "child\.int32"/ },
  { query: "labels=x", field: "labels", message: /labels\[key\]=value/ },
  { query: "by_id[x]=LARGE", field: "by_id[x]", message: /^invalid key "x"/ },
  { query: "by_id[1]=HUGE", field: "by_id[1]", message: /HUGE/ },
  { query: "by_flag[yes]=1", field: "by_flag[yes]", message: /yes/ },
  { query: "by_name[a]=x", field: "by_name[a]", message: /by_name/ },
  {
    query: `${"child.".repeat(100)}text=x`,
    field: `${"child.".repeat(8).slice(0, -1)}…`,
    message: /is nested deeper than 100 levels$/,
  },
  { query: "text=a&text=b", field: "text", message: /^the parameter "text" is given more than once$/ },
  { query: "snake_case=a&snakeCase=a", field: "snake_case", message: /more than once/ },
  { query: "labels[a]=1&labels[a]=2", field: "labels[a]", message: /more than once/ },
  { query: "by_id[1]=1&byId[01]=2", field: "by_id[1]", message: /more than once/ },
  {
    query: "timestamp=2020-01-01T00:00:00Z&timestamp=2020-01-01T00:00:00Z",
    field: "timestamp",
    message: /more than once/,
  },
  {
    query: "timestamp=2020-01-01T00:00:00Z&timestamp.nanos=1",
    field: "timestamp.nanos",
    message: /beside one for a part of it/,
  },
  {
    query: "timestamp.nanos=1&timestamp=2020-01-01T00:00:00Z",
    field: "timestamp",
    message: /beside one for a part of it/,
  },
  { query: "mask=a&mask.paths=b", field: "mask.paths", message: /beside one for a part of it/ },
  {
    query: "first=a&third=1",
    field: "third",
    message: /^the parameters "first" and "third" exclude each other/,
  },
  { query: "third=1&second.text=a", field: "second", message: /exclude each other/ },
  {
    query: "child.first=a&child.third=1",
    field: "child.third",
    message: /"child\.first" and "child\.third"/,
  },
  { query: "text=%zz", field: "text", message: /^malformed escape in query parameter "text"$/ },
  { query: "text=%", field: "text", message: /malformed escape/ },
  { query: "text=%ff", field: "text", message: /malformed escape/ },
  { query: "text=%C3", field: "text", message: /malformed escape/ },
  { query: "%zz=a", field: "%zz", message: /malformed escape/ },
];

describe("a query is refused", () => {
  const echo = useEcho();

  for (const { query, field, message } of refused) {
    it(query, async () => {
      const answer = await echo().get(`/v1/query?${query}`);
      assert.equal(answer.status, 400, answer.text);
      assert.equal(answer.json.code, 3);
      assert.match(answer.json.message, message);
      assert.deepEqual(answer.json.details, [
        {
          "@type": "type.googleapis.com/google.rpc.BadRequest",
          fieldViolations: [{ field, description: answer.json.message }],
        },
      ]);
    });
  }

  it("with no more of its value than it takes", async () => {
    const answer = await echo().get(`/v1/query?int32=${"9".repeat(5000)}`);
    assert.equal(answer.status, 400);
    assert(answer.json.message.length < 300);
  });
});

const unknown = [
  "nothing=1",
  "utm_source=%zz",
  "text.more=1",
  "tags[0]=a",
  "tags.a=1",
  "children.text=a",
  "labels.a=1",
  "labels[a].b=1",
  "labels[a][b]=1",
  "by_name[a].text=1",
  "child[text]=a",
  "int32[]=1",
  "text[]=a",
  "Text=a",
  "TEXT=a",
  ".text=a",
  "child..text=a",
  "__proto__=1",
  "__proto__.text=1",
  "constructor.prototype.text=1",
  "child.__proto__.text=1",
  "toString=1",
];

describe("an unknown parameter", () => {
  const echo = useEcho();
  beforeEach(() => echo().reset());

  for (const parameter of unknown) {
    it(`sets nothing: ${parameter}`, async () => {
      const answer = await echo().get(`/v1/query?${parameter}&bool=true`);
      assert.equal(answer.status, 200, answer.text);
      assert.deepEqual(answer.json, { bool: true });
      assert.equal(echo().requests[0]?.child, null, "no message is made on the way");
    });
  }

  it("may be as deep as a URL is long", async () => {
    const answer = await echo().get(`/v1/query?${"child.".repeat(2000)}nothing=a&bool=true`);
    assert.deepEqual(answer.json, { bool: true });
  });
});

describe('an unknown parameter under unknownQueryParameters: "reject"', () => {
  const echo = useEcho({
    options: {
      unknownQueryParameters: "reject",
      ignoredQueryParameters: ["utm_source", "text[0]"],
      json: { emitDefaults: false },
    },
  });

  for (const parameter of unknown.filter((one) => !one.startsWith("utm_source"))) {
    it(`is refused: ${parameter}`, async () => {
      const answer = await echo().get(`/v1/query?${parameter}`);
      assert.equal(answer.status, 400, answer.text);
      assert.match(answer.json.message, /^unknown query parameter "/);
      assert.equal(
        answer.json.details[0].fieldViolations[0].field,
        parameter.slice(0, parameter.lastIndexOf("=")),
      );
    });
  }

  it("is told what was probably meant", async () => {
    const answer = await echo().get("/v1/query?txt=a");
    assert.equal(answer.json.message, 'unknown query parameter "txt"; did you mean "text"?');
  });

  for (const query of [
    "utm_source=x",
    "text[0]=x",
    "$alt=json",
    "$.xgafv=2",
    "$prettyPrint=false",
    "=a",
    "",
  ]) {
    it(`is taken when it is somebody else's: ${query}`, async () => {
      assert.equal((await echo().get(`/v1/query?${query}`)).status, 200);
    });
  }
});

describe("the path sets", () => {
  const echo = useEcho();

  for (const { path, message } of [
    { path: "/v1/path/a%20b", message: { text: "a b" } },
    { path: "/v1/path/a%2Fb", message: { text: "a/b" } },
    { path: "/v1/path/a+b", message: { text: "a+b" } },
    { path: "/v1/path/a%252Fb", message: { text: "a%2Fb" } },
    { path: "/v1/path/a:b", message: { text: "a:b" } },
    { path: "/v1/path/a%3Acancel", message: { text: "a:cancel" } },
    { path: "/v1/path/a;b=c,d", message: { text: "a;b=c,d" } },
    { path: "/v1/path/..", message: { text: ".." } },
    { path: "/v1/path/%2e%2e", message: { text: ".." } },
    { path: "/v1/path/x/-5", message: { text: "x", int32: -5 } },
    { path: "/v1/path/x/kinds/LARGE", message: { text: "x", kind: "LARGE" } },
    { path: "/v1/path/x/kinds/1", message: { text: "x", kind: "SMALL" } },
    { path: "/v1/path/many/shelves/a%20b/books/c%2Fd", message: { text: "shelves/a b/books/c%2Fd" } },
    { path: "/v1/path/all/a/b%2fc/d%3F", message: { text: "a/b%2fc/d?" } },
    { path: "/v1/path/all", message: {} },
    { path: "/v1/path/nested/a/3", message: { child: { child: { text: "a" }, int32: 3 } } },
    { path: "/v1/path/first/a", message: { first: "a" } },
    { path: "/v1/path/wrapper/a", message: { wrappedString: "a" } },
    { path: "/v1/path/wrapped/a", message: { wrappedString: "a" } },
    { path: "/v1/path/timestamp/2020-01-01T00:00:00Z", message: { timestamp: "2020-01-01T00:00:00Z" } },
    { path: "/v1/path/seconds/5", message: { timestamp: "1970-01-01T00:00:05Z" } },
    { path: "/v1/path/maybe/0", message: { maybe: 0 } },
    { path: "/v1/path/bytes/-_8", message: { bytes: "+/8=" } },
    { path: "/v1/path/__proto__", message: { text: "__proto__" } },
  ]) {
    it(path, async () => {
      const answer = await echo().get(path);
      assert.equal(answer.status, 200, answer.text);
      assert.deepEqual(answer.json, message);
    });
  }

  for (const { path, field } of [
    { path: "/v1/path/x/abc", field: "int32" },
    { path: "/v1/path/x/kinds/HUGE", field: "kind" },
    { path: "/v1/path/nested/a/1.5", field: "child.int32" },
    { path: "/v1/path/timestamp/now", field: "timestamp" },
    { path: "/v1/path/seconds/999999999999", field: "timestamp" },
    { path: "/v1/path/%zz", field: "text" },
    { path: "/v1/path/%ff", field: "text" },
    { path: "/v1/path/%", field: "text" },
    { path: "/v1/path/all/a/%C3/b", field: "text" },
  ]) {
    it(`and is refused when it does not fit: ${path}`, async () => {
      const answer = await echo().get(path);
      assert.equal(answer.status, 400, answer.text);
      assert.equal(answer.json.details[0].fieldViolations[0].field, field);
    });
  }

  it("with the verb told apart from data by the rules that there are", async () => {
    assert.deepEqual((await echo().post("/v1/path/a:b:cancel", {})).json, { text: "a:b" });
    assert.deepEqual((await echo().get("/v1/path/a:b:cancel")).json, { text: "a:b:cancel" });
  });
});

describe("messages of other representations", () => {
  const echo = useEcho({
    loading: {
      keepCase: true,
      longs: Number,
      enums: undefined,
      bytes: Array,
      defaults: false,
      oneofs: false,
    },
  });
  beforeEach(() => echo().reset());

  it("are what the handler is given of path and query", async () => {
    await echo().get(
      "/v1/path/snake/a?int64=5&kind=LARGE&bytes=AQI&child.other_name=&child.snakeCase=b&labels[x]=y&first=z",
    );
    assert.deepEqual(echo().requests, [
      {
        snake_case: "a",
        int64: 5,
        kind: 2,
        bytes: [1, 2],
        child: { snake_case: "b" },
        labels: { x: "y" },
        first: "z",
      },
    ]);
  });
});
