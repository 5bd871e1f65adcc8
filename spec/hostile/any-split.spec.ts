import assert from "node:assert/strict";
import { Agent } from "node:http";
import fc from "fast-check";
import type protobuf from "protobufjs";
import { afterAll, beforeAll, describe, it } from "vitest";
import { messageBytes } from "../json/message-arbitrary.js";
import { type EchoServer, loadEcho, startEcho } from "../rest/echo-server.js";
import { type Json, type Piece, printSplit, type Split, splitMessage } from "./split-message.js";

// Another seed, or more runs, find other cases: SEED=2 RUNS=10 npx vitest run spec/hostile/any-split.spec.ts
const seed = Number(process.env.SEED ?? 1);
const numRuns = 2000 * Number(process.env.RUNS ?? 1);
const splitCount = 150;

/** Fields that a path can set; no two of one group may be set together. */
const groups: readonly (readonly string[])[] = [
  ["text"],
  ["int32"],
  ["int64"],
  ["uint64"],
  ["double"],
  ["float"],
  ["bool"],
  ["bytes"],
  ["kind"],
  ["maybe"],
  ["snake_case"],
  ["renamed"],
  ["fixed64"],
  ["first", "second.text", "second.child.int64", "third"],
  ["child.text"],
  ["child.child.renamed"],
  ["child.first", "child.second.bytes"],
  ["timestamp"],
  ["duration"],
  ["mask"],
  ["wrapped_string"],
  ["wrapped_int64"],
  ["wrapped_bytes"],
  ["wrapped_double"],
  ["file.content_type"],
];

const bodies = [
  "text",
  "int64",
  "double",
  "bool",
  "bytes",
  "kind",
  "maybe",
  "tags",
  "numbers",
  "kinds",
  "children",
  "chunks",
  "labels",
  "by_id",
  "by_flag",
  "durations",
  "by_name",
  "second",
  "child",
  "timestamp",
  "duration",
  "mask",
  "struct",
  "value",
  "list",
  "any",
  "wrapped_int64",
  "timestamps",
  "wrapped_numbers",
];

/** Where a legal rule may take each part of a message from. */
const split: fc.Arbitrary<Split> = fc
  .record({
    chosen: fc.subarray([...groups], { maxLength: 5 }),
    picks: fc.infiniteStream(fc.nat()),
    body: fc.oneof(fc.constant("*"), fc.constant(undefined), fc.constantFrom(...bodies)),
  })
  .map(({ chosen, picks, body }) => {
    const fields = chosen
      .map((group) => group[next(picks) % group.length]!)
      .filter((path) => !overlaps(path, body));
    const deep = next(picks) % Math.max(1, fields.length);
    const pieces: Piece[] = [];
    for (const [i, path] of fields.entries()) {
      const isDeep = i === deep && next(picks) % 2 === 0;
      pieces.push(`l${i}`, { fields: path.split("."), isDeep });
    }
    return { pieces, body };
  });

function next(stream: fc.Stream<number>): number {
  return stream.next().value ?? 0;
}

/** A path may set parts of the body, but neither the body itself nor what excludes it. */
function overlaps(path: string, body: string | undefined): boolean {
  if (body === undefined || body === "*") return false;
  if (path === body) return true;
  return body === "second" && /^(first|third)$/.test(path);
}

describe("a message, however its fields are spread over path, query and body", () => {
  const agent = new Agent({ keepAlive: true });
  const splits = fc
    .sample(split, { seed, numRuns: splitCount })
    .map(({ pieces, body }, i): Split => ({ pieces: [`r${i}`, ...pieces], body }));
  let echo: EchoServer;
  let type: protobuf.Type;
  let contents: protobuf.Type[];
  let codec: { decode(text: string): unknown; fromBinary(bytes: Uint8Array): string };

  beforeAll(async () => {
    const rules = splits.map(rule);
    const serviceConfig = {
      http: {
        rules: [{ selector: "http.v1.Echo.Unannotated", ...rules[0], additional_bindings: rules.slice(1) }],
      },
    };
    echo = await startEcho({ loading: { serviceConfig }, options: { bodyLimit: 1 << 24 } });
    const services = await loadEcho();
    codec = services.json("http.v1.Message");
    const { root } = await loadEcho({ keepCase: true }).then(({ schema }) => schema);
    type = root.lookupType("http.v1.Message");
    contents = ["google.protobuf.Duration", "http.v1.PatchRequest"].map((name) => root.lookupType(name));
  });
  afterAll(async () => {
    agent.destroy();
    await echo.stop();
  });

  it("arrives as it is", async () => {
    let sent = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constant(null).chain(() => messageBytes(type, { contents })),
        fc.nat(splitCount - 1),
        fc.infiniteStream(fc.nat()),
        async (bytes, index, choices) => {
          const message = withPath(JSON.parse(codec.fromBinary(bytes)) as Json, splits[index]!);
          const request = splitMessage(message, type, {
            split: splits[index]!,
            choose: (count) => next(choices) % count,
          });
          if (request === undefined || request.path.length > 8000) return;
          sent++;
          echo.reset();
          const answer = await echo.send({
            httpMethod: request.body === undefined ? "GET" : "POST",
            path: request.path,
            headers: request.body === undefined ? {} : { "content-type": "application/json" },
            ...(request.body === undefined ? {} : { body: request.body }),
            agent,
          });
          assert.equal(answer.status, 200, `${request.path} ${request.body}: ${answer.text}`);
          assert.deepEqual(echo.requests, [codec.decode(JSON.stringify(request.message))]);
        },
      ),
      { seed, numRuns },
    );
    assert(sent > numRuns / 3, `only ${sent} messages could be sent`);
  });
});

function rule(each: Split): object {
  const template = printSplit(each);
  return each.body === undefined ? { get: template } : { post: template, body: each.body };
}

/** Most messages do not set what the path needs: give them something. */
function withPath(message: Json, { pieces }: Split): Json {
  for (const piece of pieces) {
    if (typeof piece === "string") continue;
    const names = piece.fields.map((name) => jsonNames[name] ?? name);
    let parent = message;
    for (const name of names.slice(0, -1)) {
      dropSiblings(parent, name);
      parent[name] ??= {};
      parent = parent[name] as Json;
    }
    const last = names.at(-1)!;
    dropSiblings(parent, last);
    if (parent[last] === undefined || parent[last] === "") parent[last] = fillers[last] ?? "a";
  }
  return message;
}

const jsonNames: Readonly<Record<string, string>> = {
  snake_case: "snakeCase",
  renamed: "otherName",
  wrapped_string: "wrappedString",
  wrapped_int64: "wrappedInt64",
  wrapped_bytes: "wrappedBytes",
  wrapped_double: "wrappedDouble",
  content_type: "contentType",
};

const fillers: Readonly<Record<string, unknown>> = {
  text: "a/ü:b",
  int32: 7,
  int64: "-9223372036854775808",
  uint64: "18446744073709551615",
  double: 1.5,
  float: "Infinity",
  bool: true,
  bytes: "+/8=",
  kind: "LARGE",
  maybe: 0,
  fixed64: "1",
  third: 0,
  timestamp: "2020-01-01T00:00:00.500Z",
  duration: "-1.500s",
  mask: "text,child.snakeCase",
  wrappedInt64: "0",
  wrappedBytes: "AQ==",
  wrappedDouble: "NaN",
};

function dropSiblings(parent: Json, name: string): void {
  const choice = ["first", "second", "third"];
  if (choice.includes(name)) for (const sibling of choice) if (sibling !== name) delete parent[sibling];
}
