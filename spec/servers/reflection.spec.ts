import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import descriptor from "protobufjs/ext/descriptor.js";
import { describe, it } from "vitest";
import { createReflectionServices } from "../../lib/grpc/reflection.js";
import { createClient, loadServices, type Services, startGrpcServer, status } from "../../lib/index.js";
import { loadNotes, stopAfterwards, toArray } from "./notes.js";

interface Answer {
  readonly fileDescriptorResponse?: { readonly fileDescriptorProto: readonly Buffer[] };
  readonly allExtensionNumbersResponse?: { readonly extensionNumber: readonly number[] };
  readonly listServicesResponse?: { readonly service: readonly { readonly name: string }[] };
  readonly errorResponse?: { readonly errorCode: number };
  readonly validHost: string;
}

interface Reflection {
  serverReflectionInfo(requests: readonly object[]): AsyncIterable<Answer>;
  close(): void;
}

async function ask(services: Services, requests: readonly object[], version = "v1"): Promise<Answer[]> {
  const { addresses } = stopAfterwards(await startGrpcServer(services, { address: "127.0.0.1:0" }));
  const index = version === "v1" ? 0 : 1;
  const definition = createReflectionServices([])[index]?.definition(
    `grpc.reflection.${version}.ServerReflection`,
  );
  assert(definition !== undefined);
  const client: Reflection = createClient(definition, addresses[0] as string);
  try {
    return await toArray(client.serverReflectionInfo(requests));
  } finally {
    client.close();
  }
}

function fileNames(answer: Answer | undefined): string[] {
  const files = answer?.fileDescriptorResponse?.fileDescriptorProto ?? [];
  return files.map(
    (bytes) => (descriptor.FileDescriptorProto.decode(bytes) as descriptor.IFileDescriptorProto).name ?? "",
  );
}

describe("reflection", () => {
  for (const version of ["v1", "v1alpha"]) {
    it(`lists what is served in ${version}`, async () => {
      const [answer] = await ask(await loadNotes(), [{ host: "h", listServices: "" }], version);
      assert.deepEqual(
        answer?.listServicesResponse?.service.map(({ name }) => name),
        [
          "behaviour.v1.Notes", // and not behaviour.v1.Fields, which nobody implements
          "grpc.health.v1.Health",
          "grpc.reflection.v1.ServerReflection",
          "grpc.reflection.v1alpha.ServerReflection",
        ],
      );
      assert.equal(answer?.validHost, "h");
    });
  }

  const symbols = [
    "behaviour.v1.Notes",
    "behaviour.v1.Notes.Send",
    ".behaviour.v1.Note",
    "behaviour.v1.Note.text",
  ];
  for (const symbol of symbols) {
    it(`finds the file of ${symbol}, with its imports`, async () => {
      const [answer] = await ask(await loadNotes(), [{ fileContainingSymbol: symbol }]);
      const [first, ...imports] = fileNames(answer);
      assert.equal(first, "behaviour/v1/behaviour.proto");
      assert(imports.includes("google/api/annotations.proto"));
      assert(imports.includes("google/protobuf/descriptor.proto"), "imports of imports");
    });
  }

  it("sends an import once to one client", async () => {
    const answers = await ask(await loadNotes(), [
      { fileContainingSymbol: "behaviour.v1.Notes" },
      { fileByFilename: "google/api/annotations.proto" },
    ]);
    assert.deepEqual(fileNames(answers[1]), ["google/api/annotations.proto"]);
  });

  it("finds extensions by number", async () => {
    const [file, numbers] = await ask(await loadNotes(), [
      {
        fileContainingExtension: {
          containingType: "google.protobuf.MethodOptions",
          extensionNumber: 72295728,
        },
      },
      { allExtensionNumbersOfType: "google.protobuf.MethodOptions" },
    ]);
    assert.equal(fileNames(file)[0], "google/api/annotations.proto");
    assert.deepEqual(numbers?.allExtensionNumbersResponse?.extensionNumber, [72295728]);
  });

  const unknown = [
    { fileByFilename: "nowhere.proto" },
    { fileContainingSymbol: "constructor" },
    { fileContainingSymbol: "__proto__" },
    { fileContainingExtension: { containingType: "behaviour.v1.Note", extensionNumber: 1 } },
    { allExtensionNumbersOfType: "behaviour.v1.Nothing" },
  ];
  it("answers NOT_FOUND to what there is not, and goes on", async () => {
    const answers = await ask(await loadNotes(), [...unknown, { listServices: "" }]);
    assert.deepEqual(
      answers.map(({ errorResponse }) => errorResponse?.errorCode),
      [...unknown.map(() => status.NOT_FOUND), undefined],
    );
  });

  it("answers INVALID_ARGUMENT to a request for nothing", async () => {
    const [answer] = await ask(await loadNotes(), [{}]);
    assert.equal(answer?.errorResponse?.errorCode, status.INVALID_ARGUMENT);
  });

  it("serves a descriptor set byte for byte", async () => {
    const set = readFileSync(join(import.meta.dirname, "cases/described.binpb"));
    const services = (await loadServices(set)).add("described.v1.Things", { getThing: async () => ({}) });
    const [answer] = await ask(services, [{ fileContainingSymbol: "described.v1.Things" }]);
    const [file] = answer?.fileDescriptorResponse?.fileDescriptorProto ?? [];
    assert(file !== undefined);
    assert.deepEqual(file, set.subarray(-file.length));
  });

  it("can be left out", async () => {
    const services = await loadNotes();
    const { addresses } = stopAfterwards(
      await startGrpcServer(services, { address: "127.0.0.1:0", reflection: false }),
    );
    const definition = createReflectionServices([])[0]?.definition("grpc.reflection.v1.ServerReflection");
    const client: Reflection = createClient(definition as never, addresses[0] as string);
    await assert.rejects(toArray(client.serverReflectionInfo([{ listServices: "" }])), {
      code: status.UNIMPLEMENTED,
    });
    client.close();
  });
});
