import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { CodeGeneratorRequestSchema, CodeGeneratorResponseSchema } from "@bufbuild/protobuf/wkt";
import { mixed, small } from "../rest/books.js";
import { describeLibrary } from "../rest/describe-library.js";

/** The server and the gateway in one program. */
export const program = join(import.meta.dirname, "bin/gateway");

const folder = import.meta.dirname;
const packages: Readonly<Record<string, string>> = {
  "google/api/annotations.proto": "google.golang.org/genproto/googleapis/api/annotations",
  "google/api/http.proto": "google.golang.org/genproto/googleapis/api/annotations",
  "google/protobuf/descriptor.proto": "google.golang.org/protobuf/types/descriptorpb",
  "google/protobuf/duration.proto": "google.golang.org/protobuf/types/known/durationpb",
  "google/protobuf/timestamp.proto": "google.golang.org/protobuf/types/known/timestamppb",
};
const plugins = ["protoc-gen-go", "protoc-gen-go-grpc", "protoc-gen-grpc-gateway"];

/**
 * Generate the code of the service and build everything. Go fetches the modules that go.mod names.
 *
 * @throws Error saying what is missing.
 */
export async function build(): Promise<void> {
  run("go", ["build", "-o", "bin/", "tool"]);
  mkdirSync(join(folder, "library"), { recursive: true });
  const request = toBinary(CodeGeneratorRequestSchema, await describeRequest());
  for (const plugin of plugins) {
    const output = run(join(folder, "bin", plugin), [], request);
    const { error, file } = fromBinary(CodeGeneratorResponseSchema, output);
    if (error !== "") throw new Error(`${plugin}: ${error}`);
    for (const { name, content } of file) writeFileSync(join(folder, name), content);
  }
  writeFileSync(join(folder, "library/books.json"), JSON.stringify({ small, mixed }));
  run("go", ["build", "-o", program, "."]);
}

/** What protoc would ask of its plugins. */
async function describeRequest() {
  const files = await describeLibrary();
  const own = files.filter((file) => file.package === "bench").map(({ name }) => name);
  const all = { ...packages, ...Object.fromEntries(own.map((name) => [name, "bench/library"])) };
  return create(CodeGeneratorRequestSchema, {
    fileToGenerate: own,
    parameter: ["module=bench", ...Object.entries(all).map(([name, path]) => `M${name}=${path}`)].join(),
    protoFile: [...files],
  });
}

function run(command: string, args: readonly string[], input?: Uint8Array): Buffer {
  const { error, status, stdout, stderr } = spawnSync(command, args, { cwd: folder, input });
  if (error) throw new Error(`${command} cannot be run: ${error.message}`);
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} has failed:\n${stderr}`);
  return stdout;
}
