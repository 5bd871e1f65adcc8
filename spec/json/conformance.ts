import type protobuf from "protobufjs";
import { createJsonCodecs } from "../../lib/json/create-json-codecs.js";
import { defaultRepresentation, type Representation } from "../../lib/schema/representation.js";
import { loadRoot, testMessageFiles } from "./google-root.js";

/** One JSON test of protobuf's conformance suite: what is given, what is asked for. Bytes are base64. */
export interface ConformanceTest {
  readonly type: string;
  readonly input: "json" | "bytes";
  readonly payload: string;
  readonly output: "json" | "bytes";
  readonly ignoresUnknownFields: boolean;
}

/** The answer to a test; `undefined` where the input is refused, or has no such output. */
export type Answer = (test: ConformanceTest) => string | undefined;

const root = loadRoot(testMessageFiles);

/** Answers from JSON to bytes and back, without messages in between. */
export function answerThroughBinary(test: ConformanceTest): string | undefined {
  const codec = createCodec(test, defaultRepresentation);
  const bytes =
    test.input === "json" ? refuse(() => codec.toBinary(test.payload)) : Buffer.from(test.payload, "base64");
  if (bytes === undefined) return undefined;
  return test.output === "json"
    ? refuse(() => codec.fromBinary(bytes))
    : Buffer.from(bytes).toString("base64");
}

/** Answers through what a handler sees, in some representation. */
export function answerThroughHandler(representation: Representation): Answer {
  return (test) => {
    const codec = createCodec(test, representation);
    const type = root.lookupType(test.type);
    const message =
      test.input === "json"
        ? refuse(() => codec.decode(test.payload))
        : type.toObject(
            type.decode(Buffer.from(test.payload, "base64")),
            representation as protobuf.IConversionOptions,
          );
    if (message === undefined) return undefined;
    if (test.output === "json") return refuse(() => codec.encode(message));
    return Buffer.from(type.encode(type.fromObject(message)).finish()).toString("base64");
  };
}

const codecs = new Map<string, ReturnType<typeof createJsonCodecs>>();

function createCodec({ type, ignoresUnknownFields }: ConformanceTest, representation: Representation) {
  const key = JSON.stringify([ignoresUnknownFields, ...Object.values(representation).map(String)]);
  const found =
    codecs.get(key) ?? createJsonCodecs(root, representation, { ignoreUnknownFields: ignoresUnknownFields });
  codecs.set(key, found);
  return found.message(root.lookupType(type));
}

function refuse<T>(answer: () => T): T | undefined {
  try {
    return answer();
  } catch {
    // Whatever the reason is, the suite only asks whether the input is refused.
    return undefined;
  }
}
