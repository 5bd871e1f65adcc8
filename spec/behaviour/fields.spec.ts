import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import protojson from "protobufjs/ext/protojson.js";
import { describe, it, onTestFinished } from "vitest";
import {
  createTranscoder,
  type HandlerCall,
  type LoadOptions,
  loadServicesSync,
  type Message,
} from "../../lib/index.js";
import { createSerializer } from "../../lib/schema/serializer.js";
import { behaviourProto, eachProtocol } from "./each-protocol.js";
import { type FieldCase, fieldCases } from "./field-cases.js";
import { bindingOf, createRestClient } from "./rest-client.js";

const representations: Readonly<Record<string, LoadOptions>> = {
  "as they are by default": {},
  "with 64-bit integers as numbers": { longs: Number },
  "with 64-bit integers as BigInt": { longs: BigInt },
  "with 64-bit integers as Long": { longs: undefined },
  "with enums as numbers": { enums: undefined },
  "with bytes as base64": { bytes: String },
  "with bytes as arrays": { bytes: Array },
  "with names as in the .proto": { keepCase: true },
  "without defaults": { defaults: false },
  "without defaults but with lists and maps": { defaults: false, arrays: true, objects: true },
  "without the names of oneofs": { oneofs: false },
};

/**
 * What a message is to handlers: its bytes, made by another codec of ProtoJSON, as native gRPC deserializes them.
 */
function createExpectation(load: LoadOptions): (json: FieldCase["json"]) => Message {
  const services = loadServicesSync(behaviourProto, load);
  const plain = loadServicesSync(behaviourProto).schema.root.lookupType("behaviour.v1.Everything");
  const type = services.schema.root.lookupType("behaviour.v1.Everything");
  const { deserialize } = createSerializer(type, services.representation);
  return (json) => deserialize(plain.encode(protojson.fromJson(plain, json)).finish());
}

eachProtocol("messages", (connect) => {
  for (const [name, load] of Object.entries(representations)) {
    it(`${name} are the same to handler and caller`, async () => {
      let received: Message | undefined;
      const { echo } = await connect({
        service: "behaviour.v1.Fields",
        load,
        implementation: {
          async echo({ request }: HandlerCall) {
            received = request;
            return request;
          },
        },
      });
      const expectationOf = createExpectation(load);
      for (const { name: fields, json } of fieldCases) {
        // A number does not hold every 64-bit integer, so what is expected has to have gone through one as well.
        const expected = expectationOf(load.longs === Number ? withoutLargeIntegers(json) : json);
        const answer = await echo(expected);
        assert.deepEqual(received, expected, `the request with ${fields}`);
        assert.deepEqual(answer, expected, `the response with ${fields}`);
      }
    });
  }
});

function withoutLargeIntegers(json: FieldCase["json"]): FieldCase["json"] {
  return JSON.parse(JSON.stringify(json).replaceAll(/"-?\d{16,}"(?=[,\]}])/g, '"4503599627370497"'));
}

describe("the parts of an HTTP request", () => {
  // Each binding of Fields.Echo with what its path takes, and whether all else fits where it is put.
  const bindings: readonly {
    readonly part: string;
    readonly index: number;
    readonly path: (json: FieldCase["json"]) => FieldCase["json"];
    readonly fits: (fieldCase: FieldCase) => boolean;
  }[] = [
    { part: "the body", index: 0, path: (json) => json, fits: () => true },
    { part: "the query", index: 1, path: (json) => json, fits: ({ fitsQuery }) => fitsQuery },
    {
      part: "the path beside the body",
      index: 2,
      path: (json) => ({ ...json, aString: "a/b c%?#:é+", anInt64: "-9223372036854775808" }),
      fits: () => true,
    },
    {
      part: "the path, the query and a body that is one field",
      index: 3,
      path: (json) => ({ ...json, inner: { name: "inner/a b/deep/c/d:e" }, child: json }),
      fits: ({ fitsQuery, json }) => fitsQuery && !("inner" in json),
    },
  ];

  for (const { part, index, path, fits } of bindings) {
    it(`make the same message: ${part}`, async () => {
      let received: Message | undefined;
      const services = loadServicesSync(behaviourProto).add("behaviour.v1.Fields", {
        async echo({ request }: HandlerCall) {
          received = request;
          return request;
        },
      });
      const server = http.createServer(createTranscoder(services));
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const client = createRestClient(services, { port: (server.address() as AddressInfo).port });
      onTestFinished(() => {
        client.close();
        server.close();
      });
      const expectationOf = createExpectation({});
      const cases = fieldCases.filter(fits);
      assert.ok(cases.length > 30);
      for (const { name, json } of cases) {
        const expected = expectationOf(path(json));
        const answer = await client.call(bindingOf(services, "/behaviour.v1.Fields/Echo", index), expected);
        assert.deepEqual(received, expected, `the request with ${name}`);
        assert.deepEqual(answer, expected, `the response with ${name}`);
      }
    });
  }
});
