import { createRequire } from "node:module";
import { join } from "node:path";
import { fromJsonString, type JsonValue, toJsonString } from "@bufbuild/protobuf";
import { fromProto3JSON, toProto3JSON } from "proto3-json-serializer";
import type protobuf from "protobufjs";
import protojson from "protobufjs/ext/protojson.js";
import { createJsonCodecs } from "../../lib/json/create-json-codecs.js";
import { loadSchemaSync } from "../../lib/schema/load-schema.js";
import { defaultRepresentation } from "../../lib/schema/representation.js";
import { createRegistry } from "../../spec/json/es-registry.js";
import { measure, rounds } from "../measure.js";

// What ProtoJSON costs, against JSON.parse and JSON.stringify of the same text, which check nothing:
//
//     npm run bench -- codec
//
// The figures are speeds as multiples of theirs: 1 is as fast, 2 is twice as fast. Every codec starts from text and
// from what its own users hold, and ends there: an object for a handler, or a message of its own kind.

const file = join(import.meta.dirname, "messages.proto");
const { root } = loadSchemaSync(file);
const codecs = createJsonCodecs(root, defaultRepresentation);
const registry = createRegistry(root);
// It comes with a protobufjs of its own, and takes the messages of that one only.
const requireSerializer = createRequire(createRequire(import.meta.url).resolve("proto3-json-serializer"));
const serializerRoot: protobuf.Root = requireSerializer("protobufjs").loadSync(file);

const small = {
  name: "books/emma",
  title: "Emma, by the author of Pride and Prejudice",
  pageCount: 474,
  inPrint: true,
  rating: 4.5,
  sold: "20000000",
};

const mixed = {
  name: "shelves/fiction/books/emma",
  createTime: "2024-02-29T12:30:45.123456Z",
  readTime: "28800.500s",
  labels: { genre: "novel", language: "en", century: "19" },
  author: { givenName: "Jane", familyName: "Austen", born: 1775 },
  format: "HARDCOVER",
  cover: Buffer.from("a small picture of a country house").toString("base64"),
  sold: "20000000",
  tags: ["classic", "comedy", "manners"],
};

const cases = [
  { title: "small", type: "bench.Small", json: small },
  { title: "mixed", type: "bench.Mixed", json: mixed },
  { title: "1,000 mixed", type: "bench.List", json: { items: Array.from({ length: 1000 }, () => mixed) } },
];

/** Everything that reads or writes one message, each as a function without arguments. */
function createContestants(typeName: string, json: object) {
  const text = JSON.stringify(json);
  const type = root.lookupType(typeName);
  const { decode, encode } = codecs.message(type);
  const handled = decode(text);
  const message = protojson.fromJsonString(type, text) as protobuf.Message;
  const serializerType = serializerRoot.lookupType(typeName);
  const serializerMessage = fromProto3JSON(serializerType as never, json as never);
  if (serializerMessage === null) throw new Error(`${typeName} is not read`);
  const schema = registry.getMessage(typeName);
  if (schema === undefined) throw new Error(`${typeName} is not registered`);
  const esMessage = fromJsonString(schema, text, { registry });
  const plain = type.toObject(type.fromObject(handled), { longs: String, enums: String, bytes: String });
  return {
    reading: {
      "JSON.parse": () => JSON.parse(text),
      ours: () => decode(text),
      "@bufbuild/protobuf": () => fromJsonString(schema, text, { registry }),
      "proto3-json-serializer": () => fromProto3JSON(serializerType as never, JSON.parse(text)),
      "protobufjs ext/protojson": () => protojson.fromJsonString(type, text),
      "protobufjs fromObject (no ProtoJSON)": () => type.fromObject(plain),
    },
    writing: {
      "JSON.stringify": () => JSON.stringify(json),
      ours: () => encode(handled),
      "@bufbuild/protobuf": () => toJsonString(schema, esMessage, { registry }),
      "proto3-json-serializer": () => JSON.stringify(toProto3JSON(serializerMessage as never) as JsonValue),
      "protobufjs ext/protojson": () => protojson.toJsonString(type, message),
      "protobufjs toObject (no ProtoJSON)": () =>
        JSON.stringify(type.toObject(message, { longs: String, enums: String, bytes: String })),
    },
  };
}

console.log(`speed as a multiple of JSON.parse or JSON.stringify, median of ${rounds} interleaved rounds\n`);
const results = cases.map(({ title, type, json }) => ({ title, contestants: createContestants(type, json) }));
for (const direction of ["reading", "writing"] as const) {
  const measured = results.map(({ contestants }) => measure(Object.values(contestants[direction])));
  const names = Object.keys(results[0]?.contestants[direction] ?? {});
  console.log(`| ${direction} | ${cases.map(({ title }) => title).join(" | ")} |`);
  console.log(`| --- |${cases.map(() => " --- |").join("")}`);
  names.forEach((name, i) => {
    const ratios = measured.map((times) => ((times[0] ?? 0) / (times[i] ?? 1)).toFixed(2));
    console.log(`| ${name} | ${ratios.join(" | ")} |`);
  });
  console.log();
}
