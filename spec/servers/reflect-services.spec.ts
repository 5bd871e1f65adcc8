import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "vitest";
import { indexDescriptors } from "../../lib/grpc/descriptor-index.js";
import { reflectServices } from "../../lib/grpc/reflect-services.js";
import { loadReflection, reflectionVersions } from "../../lib/grpc/reflection-protocol.js";
import { type HandlerCall, loadServices, RpcError, startGrpcServer, status } from "../../lib/index.js";
import { describeFiles } from "../../lib/schema/describe-files.js";
import { loadNotes, stopAfterwards } from "./notes.js";

const libraryProto = join(import.meta.dirname, "../cases/proto/library/v1/library.proto");

interface Request {
  readonly messageRequest: string;
  readonly fileContainingSymbol: string;
  readonly fileByFilename: string;
}

/** A server that tells of the library in one version only, sends no imports along, and has none of Google's. */
async function startOldServer(version: (typeof reflectionVersions)[number], names = ["library.v1.Library"]) {
  const library = await loadServices(libraryProto, { includeDirs: [join(libraryProto, "../../..")] });
  const files = describeFiles(library.schema).filter(({ name }) => !name.startsWith("google/"));
  const index = indexDescriptors(files);
  const { services, serviceName } = loadReflection(version);
  services.add(serviceName, {
    async *serverReflectionInfo(requests: HandlerCall<Request> & AsyncIterable<Request>) {
      if (requests.metadata.get("authorization")[0] !== "token")
        throw new RpcError(status.UNAUTHENTICATED, "who are you?");
      for await (const { messageRequest, fileContainingSymbol, fileByFilename } of requests) {
        const name =
          messageRequest === "fileByFilename" ? fileByFilename : index.fileOfSymbol(fileContainingSymbol);
        const file = files.find((each) => each.name === name);
        if (messageRequest === "listServices")
          yield {
            listServicesResponse: { service: [serviceName, ...names].map((each) => ({ name: each })) },
          };
        else if (file === undefined)
          yield { errorResponse: { errorCode: status.NOT_FOUND, errorMessage: "what is that?" } };
        else yield { fileDescriptorResponse: { fileDescriptorProto: [file.bytes] } };
      }
    },
  });
  const options = { address: "127.0.0.1:0", reflection: false, health: false };
  const { addresses } = stopAfterwards(await startGrpcServer(services, options));
  return { target: addresses[0] as string, routes: library.routes };
}

describe("reflectServices", () => {
  it("finds the services of a server, with their annotations", async () => {
    const notes = await loadNotes();
    const { addresses } = stopAfterwards(await startGrpcServer(notes, { address: "127.0.0.1:0" }));
    const { names, descriptorSet } = await reflectServices(addresses[0] as string);
    assert.deepEqual(names, ["behaviour.v1.Notes", "grpc.health.v1.Health"]);
    const ofNotes = ({ method }: { readonly method: string }) => method.startsWith("behaviour.v1.Notes.");
    const reflected = await loadServices(descriptorSet);
    assert.deepEqual(reflected.routes.filter(ofNotes), notes.routes.filter(ofNotes));
  });

  for (const version of reflectionVersions) {
    it(`asks for imports one by one, and knows those of Google, in ${version}`, async () => {
      const { target, routes } = await startOldServer(version);
      const { names, descriptorSet } = await reflectServices(target, {
        metadata: { authorization: "token" },
      });
      assert.deepEqual(names, ["library.v1.Library"]);
      assert.deepEqual((await loadServices(descriptorSet)).routes, routes);
    });
  }

  it("fails as the server does", async () => {
    const { target } = await startOldServer("v1");
    await assert.rejects(reflectServices(target), { code: status.UNAUTHENTICATED, message: "who are you?" });
    const strange = await startOldServer("v1alpha", ["library.v1.Nowhere"]);
    await assert.rejects(reflectServices(strange.target, { metadata: { authorization: "token" } }), {
      code: status.NOT_FOUND,
      message: "no descriptor of library.v1.Nowhere: what is that?",
    });
  });

  it("fails before a server that has no reflection, and before none", async () => {
    const options = { address: "127.0.0.1:0", reflection: false };
    const { addresses } = stopAfterwards(await startGrpcServer(await loadNotes(), options));
    await assert.rejects(reflectServices(addresses[0] as string), { code: status.UNIMPLEMENTED });
    await assert.rejects(reflectServices("127.0.0.1:1"), {
      code: status.UNAVAILABLE,
      message: "cannot reach 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1",
    });
  });
});
