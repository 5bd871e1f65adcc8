import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import protobuf from "protobufjs";
import { describe, it } from "vitest";
import { codes, RpcError } from "../../lib/call/rpc-error.js";
import { createJsonCodecs } from "../../lib/json/create-json-codecs.js";
import { defaultRepresentation } from "../../lib/schema/representation.js";
import { assertLinear } from "../assert-linear.js";
import { bookCodec, bookCodecs, bookType } from "./books.js";
import { parseRoot } from "./parse-root.js";

function nested(levels: number, open: string, close: string, inner = ""): string {
  return open.repeat(levels) + inner + close.repeat(levels);
}

describe("depth", () => {
  const shapes: readonly (readonly [
    name: string,
    open: string,
    close: string,
    inner: string,
    levels: number,
  ])[] = [
    ["messages", '{"author":{"books":[', "]}}", '{"author":{}}', 49],
    ["lists of a Value", '{"extra":', "}", nested(49, "[", "]"), 1],
    ["objects of a Struct", '{"labels":', "}", nested(50, '{"a":', "}", "0"), 1],
  ];
  for (const [name, open, close, inner, levels] of shapes) {
    it(`of ${name} is 100 messages, to JSON and to bytes`, () => {
      const text = nested(levels, open, close, inner);
      assert.equal(bookCodec.encode(bookCodec.decode(text)), text);
      assert.equal(bookCodec.fromBinary(bookCodec.toBinary(text)), text);
    });
  }

  it("of more levels is refused, whatever they are", () => {
    for (const text of [
      nested(50, '{"author":{"books":[', "]}}", "{}"),
      nested(1, '{"extra":', "}", nested(50, "[", "]")),
      nested(1, '{"labels":', "}", nested(51, '{"a":', "}", "0")),
      nested(1, '{"extra":', "}", "[".repeat(1_000_000)),
      nested(50, '{"detail":{"@type":"a/acme.Book","author":', "}}", "{}"),
      nested(60, '{"detail":{"@type":"a/google.protobuf.Any","value":', "}}", "{}"),
    ]) {
      assert.throws(
        () => bookCodec.decode(text),
        (error) =>
          error instanceof RpcError && /nested deeper than 100 levels|unknown field/.test(error.message),
      );
    }
    const lenient = bookCodecs.with({ ignoreUnknownFields: true }).message(bookType);
    assert.throws(() => lenient.decode(nested(1, '{"x":', "}", "[".repeat(1_000_000))), {
      message: /nested deeper/,
    });
  });

  it("is the same for bytes, and told with the path", () => {
    const text = nested(1, '{"extra":', "}", nested(50, "[", "]"));
    for (const read of [bookCodec.decode, bookCodec.toBinary])
      assert.throws(() => read(text), {
        code: codes.INVALID_ARGUMENT,
        message: /^field "extra\[0\]\[0\].*" \(google.protobuf.Value\) is nested deeper than 100 levels$/,
      });
  });
});

describe("names of prototypes", () => {
  const names = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "__defineGetter__"];
  for (const name of names) {
    it(`${name} is an ordinary key`, () => {
      const json = `{"counts":{"${name}":1},"labels":{"${name}":{"${name}":true}},"statesByName":{"${name}":"OTHER"}}`;
      const message = bookCodec.decode(json);
      const counts = message.counts as object;
      assert.equal(Object.getPrototypeOf(counts), Object.prototype);
      assert.deepEqual(Object.keys(counts), [name]);
      assert.equal(bookCodec.encode(message), json);
      assert.equal(bookCodec.fromBinary(bookCodec.toBinary(json)), json);
      assert.throws(() => bookCodec.decode(`{"counts":{"${name}":1,"${name}":2}}`), {
        message: /given twice/,
      });
    });

    it(`${name} is an unknown member, and no enum value`, () => {
      assert.throws(() => bookCodec.decode(`{"${name}":{"a":1}}`), {
        message: `unknown field "${name}" in acme.Book`,
      });
      assert.throws(() => bookCodec.decode(`{"state":"${name}"}`), { message: /^invalid value/ });
      const lenient = bookCodecs.with({ ignoreUnknownFields: true }).message(bookType);
      const message = lenient.decode(`{"${name}":{"polluted":1},"state":"${name}"}`);
      assert.deepEqual(message, bookCodec.create());
    });
  }

  it("leave all prototypes as they were", () => {
    assert.deepEqual(Object.keys(Object.prototype), []);
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  });
});

describe("characters", () => {
  const names: readonly string[] = ["naïve", "名前欄", "aa\u7ff0", "𝔞𝔟", "a\u2028b", 'a"b\\', "a", "ab"];
  it("of any kind may be in names", () => {
    const fields = names.map((name, i) => `string f${i} = ${i + 1} [json_name = ${JSON.stringify(name)}];`);
    const root = parseRoot(`syntax = "proto3"; message Names { ${fields.join(" ")} }`);
    const codec = createJsonCodecs(root, defaultRepresentation).message(root.lookupType("Names"));
    const json = JSON.stringify(Object.fromEntries(names.map((name) => [name, name])));
    assert.deepEqual(Object.values(codec.decode(json)), names);
    assert.equal(codec.encode(codec.decode(json)), json);
    assert.equal(codec.encodeToBytes(codec.decode(json)).toString(), json);
  });

  it("beyond the text are not looked at, whatever has been read before", () => {
    bookCodec.decode(JSON.stringify({ name: "a name", pageCount: 12, tags: ["a", "b"] }));
    for (const end of [
      '{"name":"a',
      '{"na',
      '{"name"',
      '{"name":',
      '{"pageCount":1',
      '{"tags":["a"',
      "",
      " ",
    ]) {
      assert.throws(() => bookCodec.decode(end), {
        message: /^malformed JSON at line 1, column \d+: expected/,
      });
    }
  });

  it("of no kind end the text early", () => {
    for (const text of ["\0", "{}\0", '{"name":"a\0b"}', '{"pageCount":1\0}', '{"na\0me":"a"}']) {
      assert.throws(() => bookCodec.decode(text), { message: /^malformed JSON/ });
    }
    assert.equal(bookCodec.decode('{"name":"a\\u0000b"}').name, "a\0b");
  });
});

describe("large input", () => {
  const texts: Readonly<Record<string, (length: number) => string>> = {
    "a long string": (n) => `{"name":"${"x".repeat(n)}"}`,
    "a long string of escapes": (n) => `{"name":"${'\\"'.repeat(n / 2)}"}`,
    "a long string of backslashes": (n) => `{"name":"${"\\\\".repeat(n / 2)}"}`,
    "many short strings with escapes": (n) =>
      `{"tags":[${Array(n / 8)
        .fill('"a\\n"')
        .join()}]}`,
    "a long number": (n) => `{"rating":${"1".repeat(300)}.${"1".repeat(n)}}`,
    "much space": (n) => `{${" ".repeat(n)}}`,
    "many keys": (n) => `{"counts":{${Array.from({ length: n / 16 }, (_, i) => `"k${i}":${i}`).join()}}}`,
    "many unknown members": (n) => `{${Array.from({ length: n / 16 }, (_, i) => `"k${i}":${i}`).join()}}`,
  };
  const lenient = bookCodecs.with({ ignoreUnknownFields: true }).message(bookType);
  for (const [name, textOf] of Object.entries(texts)) {
    it(`of ${name} takes no longer than its length asks for`, () => {
      assertLinear(textOf, 1 << 21, lenient.decode);
    });
  }

  it("is read like small input", () => {
    const tags = Array.from({ length: 50_000 }, (_, i) => `a tag of more than a few characters, number ${i}`);
    for (const items of [tags, tags.map((tag) => `${tag} ☃`), tags.slice(0, 50), ["tag"]]) {
      assert.deepEqual(bookCodec.decode(JSON.stringify({ tags: items })).tags, items);
    }
  });

  const faults: Readonly<Record<string, (length: number) => string>> = {
    "a string that does not end": (n) => `{"name":"${"x".repeat(n)}`,
    "a string of backslashes that does not end": (n) => `{"name":"${"\\\\".repeat(n / 2)}`,
    "a long name": (n) => `{"${"x".repeat(n)}":1}`,
    "a fault after a long string": (n) => `{"name":"${"x".repeat(n)}","size":"x"}`,
    "a fault after many elements": (n) =>
      `{"tags":[${Array(n / 4)
        .fill('"a"')
        .join()},1]}`,
    "a fault after many messages": (n) =>
      `{"editors":[${Array(n / 4)
        .fill("{}")
        .join()},1]}`,
    "a fault in an Any whose type comes last": (n) =>
      `{"detail":{"tags":[${Array(n / 4)
        .fill('"a"')
        .join()},1],"@type":"a/acme.Book"}}`,
    "a long integer": (n) => `{"size":${"1".repeat(n)}}`,
    "a long exponent": (n) => `{"size":1e${"1".repeat(n)}}`,
    "a long fraction": (n) => `{"size":"0.${"0".repeat(n)}1"}`,
    "a long mask": (n) => `{"mask":"${"a_".repeat(n / 2)}"}`,
    "a long time": (n) => `{"createTime":"${"0".repeat(n)}"}`,
    "long base64": (n) => `{"cover":"${"A".repeat(n + 1)}"}`,
  };
  for (const [name, textOf] of Object.entries(faults)) {
    it(`with ${name} is refused as fast`, () => {
      const refuse = (text: string) =>
        assert.throws(
          () => bookCodec.decode(text),
          (error) => error instanceof RpcError,
        );
      assertLinear(textOf, 1 << 21, refuse);
    });
  }
});

/** The bytes that are left of what a function makes of a text, beyond what was there before. */
function kept(read: (text: string) => unknown, text: string): number {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  const inUse = () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = inUse();
  // A flat text of its own, as a request has.
  const messages = Array.from({ length: 10 }, () => read(Buffer.from(text).toString()));
  const bytes = inUse() - before;
  assert.equal(messages.length, 10);
  return bytes;
}

describe("what is read", () => {
  const long = "x".repeat(1_000_000);
  const members: readonly string[] = [
    '"size":"1234567890123"',
    '"size":123456789012345678',
    '"size":"-9223372036854775807"',
    '"serial":18446744073709551615',
    '"serial":1234567890123450e3',
    '"price":"1234567890123456"',
    '"shop":"a name of more than a few characters"',
    '"tags":["a tag of more than a few characters"]',
    '"counts":{"a key of more than a few characters":1}',
    '"byYear":{"1234567890123456":{}}',
    '"mask":"aPathOfMoreThanAFewCharacters"',
  ];
  for (const member of members) {
    it(`does not keep the text around ${member} in memory`, () => {
      const { decode } = bookCodecs.with({ ignoreUnknownFields: true }).message(bookType);
      // The engine may still hold the last one.
      assert(kept(decode, `{${member},"ignored":"${long}"}`) < 4 * long.length);
    });
  }
});

describe("what a client is told", () => {
  const long = "x".repeat(1_000_000);
  const texts: Readonly<Record<string, string>> = {
    "an unknown member": `{"${long}":1}`,
    "a value of a map": `{"counts":{"${long}":"a"}}`,
    "a key of a map": `{"byYear":{"${long}":{}}}`,
    "a member of a Struct": `{"labels":{"${long}":1,"${long}":2}}`,
    "the type of an Any": `{"detail":{"@type":"a/${long}"}}`,
    "a value": `{"pageCount":"${long}"}`,
  };
  for (const [name, text] of Object.entries(texts)) {
    it(`is short, however long ${name} is`, () => {
      assert.throws(
        () => bookCodec.decode(text),
        (error) => error instanceof RpcError && error.message.length < 300,
      );
    });
  }
});

describe("large schemas", () => {
  it("cost nothing until they are used", () => {
    const root = new protobuf.Root();
    const length = 15_000;
    let looks = 0;
    for (let i = 0; i < length; i++) {
      const type = new protobuf.Type(`M${i}`).add(new protobuf.Field("next", 1, `M${(i + 1) % length}`));
      root.add(type.add(new protobuf.Field("id", 2, "int32")));
      const { fieldsArray } = type;
      Object.defineProperty(type, "fieldsArray", {
        get() {
          looks++;
          return fieldsArray;
        },
      });
    }
    root.resolveAll();
    looks = 0;
    const codec = createJsonCodecs(root, defaultRepresentation).message(root.lookupType("M0"));
    assert.deepEqual(codec.decode('{"next":{"id":1}}'), { next: { next: null, id: 1 }, id: 0 });
    assert(looks > 0 && looks < 50, `${looks} looks at the fields of types`);
  });

  it("may have messages of hundreds of fields", () => {
    const fields = Array.from({ length: 300 }, (_, i) => `optional int32 field_${i} = ${i + 1};`);
    const root = parseRoot(`syntax = "proto3"; message Wide { ${fields.join(" ")} }`);
    const codec = createJsonCodecs(root, defaultRepresentation).message(root.lookupType("Wide"));
    const json = `{${Array.from({ length: 300 }, (_, i) => `"field${i}":${i}`).join()}}`;
    assert.equal(codec.encode(codec.decode(json)), json);
    const reversed = `{${Array.from({ length: 300 }, (_, i) => `"field_${299 - i}":${299 - i}`).join()}}`;
    assert.equal(codec.encode(codec.decode(reversed)), json);
    assert.throws(() => codec.decode('{"field299":1,"field_299":1}'), {
      message: 'field "field_299" is given twice',
    });
    assert.throws(() => codec.decode('{"field300":1}'), { message: 'unknown field "field300" in Wide' });
  });

  it("may have enums of thousands of values", () => {
    const values = Array.from({ length: 3000 }, (_, i) => `V${i} = ${i};`);
    const root = parseRoot(
      `syntax = "proto3"; enum E { ${values.join(" ")} } message M { repeated E e = 1; }`,
    );
    const codec = createJsonCodecs(root, defaultRepresentation).message(root.lookupType("M"));
    assert.equal(
      codec.encode(codec.decode('{"e":["V0","V2999",5,"\\u0056 1"]}'.replace(" ", ""))),
      '{"e":["V0","V2999","V5","V1"]}',
    );
    assert.throws(() => codec.decode('{"e":["V3000"]}'), {
      message: 'invalid value "V3000" for field "e[0]" (E)',
    });
  });

  it("may say anything in names: none of it is code", () => {
    const root = new protobuf.Root();
    const evil = 'x"];globalThis.hacked=1;//\u2028\n';
    const type = new protobuf.Type("M");
    const field = Object.assign(new protobuf.Field("a", 1, "string"), {
      jsonName: evil,
      protoName: `p${evil}`,
    });
    type
      .add(field)
      .add(
        Object.assign(new protobuf.Field(evil, 2, "E"), { options: { default: ["globalThis.hacked=1"] } }),
      );
    root.add(type).add(new protobuf.Enum("E", { [evil]: 0, B: 1 }));
    root.resolveAll();
    for (const enums of [String, undefined]) {
      const codecs = createJsonCodecs(root, { ...defaultRepresentation, enums }, { emitDefaults: true });
      const codec = codecs.message(type);
      assert.deepEqual(codec.decode(JSON.stringify({ [evil]: "v" })).a, "v");
      assert.deepEqual(JSON.parse(codec.encode({ a: "v" }))[evil], "v");
    }
    assert.equal("hacked" in globalThis, false);
  });
});
