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
import { compare, rounds } from "../measure.js";
import { type Case, cases } from "./cases.js";

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

/** A function that calls another one with some values in turn. */
function inTurn<T>(values: readonly T[], use: (value: T) => unknown): () => void {
  let next = 0;
  return () => {
    use(values[next] as T);
    next = next + 1 < values.length ? next + 1 : 0;
  };
}

/** Everything that reads or writes messages of one type, each as a function without arguments. */
function createContestants({ typeName, answers, objects }: Case) {
  const type = root.lookupType(typeName);
  const { decode, encode, encodeToBytes } = codecs.message(type);
  const texts = objects.map((object) => JSON.stringify(object));
  for (const [i, answer] of answers.entries())
    if (encode(answer) !== texts[i]) throw new Error(`${typeName}: the JSON of both is not the same`);
  const messages = texts.map((text) => protojson.fromJsonString(type, text) as protobuf.Message);
  const serializerType = serializerRoot.lookupType(typeName) as never;
  const serializerMessages = objects.map(
    (object) => fromProto3JSON(serializerType, object as never) as never,
  );
  const schema = registry.getMessage(typeName);
  if (schema === undefined) throw new Error(`${typeName} is not registered`);
  const esMessages = texts.map((text) => fromJsonString(schema, text, { registry }));
  const toPlain = (message: protobuf.Message) =>
    type.toObject(message, { longs: String, enums: String, bytes: String });
  const plainTexts = messages.map((message) => JSON.stringify(toPlain(message)));
  return {
    reading: {
      "JSON.parse": inTurn(texts, JSON.parse),
      "this package": inTurn(texts, decode),
      "@bufbuild/protobuf": inTurn(texts, (text) => fromJsonString(schema, text, { registry })),
      "proto3-json-serializer": inTurn(texts, (text) => fromProto3JSON(serializerType, JSON.parse(text))),
      "protobufjs ext/protojson": inTurn(texts, (text) => protojson.fromJsonString(type, text)),
      "protobufjs fromObject (no ProtoJSON)": inTurn(plainTexts, (text) => type.fromObject(JSON.parse(text))),
    },
    "writing text": {
      "JSON.stringify": inTurn(objects, JSON.stringify),
      "JSON.stringify of what the handler answered (no ProtoJSON)": inTurn(answers, JSON.stringify),
      "this package": inTurn(answers, encode),
      "@bufbuild/protobuf": inTurn(esMessages, (message) => toJsonString(schema, message, { registry })),
      "proto3-json-serializer": inTurn(serializerMessages, (message) =>
        JSON.stringify(toProto3JSON(message) as JsonValue),
      ),
      "protobufjs ext/protojson": inTurn(messages, (message) => protojson.toJsonString(type, message)),
      "protobufjs toObject (no ProtoJSON)": inTurn(messages, (message) => JSON.stringify(toPlain(message))),
    },
    "writing bytes": {
      "Buffer.from(JSON.stringify)": inTurn(objects, (object) => Buffer.from(JSON.stringify(object))),
      "this package": inTurn(answers, encodeToBytes),
      "this package, by way of text": inTurn(answers, (answer) => Buffer.from(encode(answer))),
    },
  };
}

console.log(
  `speed as a multiple of the first line, median of ${rounds} interleaved rounds, processor time\n`,
);
const results = cases.map(createContestants);
for (const direction of ["reading", "writing text", "writing bytes"] as const) {
  const ratios = results.map((contestants) => compare(Object.values(contestants[direction])));
  console.log(`| ${direction} | ${cases.map(({ title }) => title).join(" | ")} |`);
  console.log(`| --- |${cases.map(() => " --- |").join("")}`);
  for (const [i, name] of Object.keys(results[0]?.[direction] ?? {}).entries()) {
    console.log(`| ${name} | ${ratios.map((ratio) => ratio[i]?.toFixed(2)).join(" | ")} |`);
  }
  console.log();
}
