import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { load } from "../server/ask-pages.js";
import { readFrames, writeFrames } from "./frames.js";
import { serveServices } from "./rpc-server.js";

const source = `
  enum State { STATE_UNSPECIFIED = 0; STATE_ACTIVE = 1; }
  message Job { State state = 1; int64 id = 2; }
  service Jobs { rpc Get(Job) returns (Job) { option (google.api.http) = { get: "/v1/job" }; } }`;

describe("the JSON switches that change what values are", () => {
  it("hold for REST alone, since generated clients read ProtoJSON", async () => {
    const services = load(source).add("test.v1.Jobs", {
      get: async () => ({ state: "STATE_ACTIVE", id: "9007199254740993" }),
    });
    const json = { removeEnumPrefix: true, int64AsNumbers: true, pretty: true };
    const { url, post } = await serveServices(services, "test.v1.Jobs", { json });
    const rest = await (await fetch(`${url}/v1/job`)).text();
    assert.equal(rest.replace(/\s/g, ""), '{"state":"ACTIVE","id":9007199254740993}');
    const protoJson = '{"state":"STATE_ACTIVE","id":"9007199254740993"}';
    const connect = await post("Get", "application/json", Buffer.from('{"state":"STATE_ACTIVE"}'));
    assert.equal(connect.body.toString(), protoJson);
    const [framed] = readFrames((await post("Get", "application/grpc-web+json", writeFrames(["{}"]))).body);
    assert.equal(framed?.bytes.toString(), protoJson);
  });
});
