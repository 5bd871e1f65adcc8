import assert from "node:assert/strict";
import { once } from "node:events";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { describe, it, onTestFinished } from "vitest";
import { createTranscoder, type HandlerCall, loadServices } from "../../lib/index.js";
import { readTls } from "../servers/notes.js";
import { behaviourProto } from "./each-protocol.js";

interface Seen {
  readonly transportSecurityType?: string;
  readonly sslPeerCertificate?: { readonly subject: { readonly CN: string | string[] } };
}

/** What a handler reads of its caller, over HTTPS. */
async function seenOf(server: https.ServerOptions, client: https.RequestOptions): Promise<Seen> {
  let seen: Seen = {};
  const services = await loadServices(behaviourProto);
  services.add("behaviour.v1.Notes", {
    async send(call: HandlerCall) {
      seen = call.getAuthContext() as Seen;
      return {};
    },
  });
  const own = { key: readTls("server.key"), cert: readTls("server.pem") };
  const front = https.createServer({ ...own, ...server }, createTranscoder(services)).listen(0, "127.0.0.1");
  await once(front, "listening");
  onTestFinished(() => void front.close());
  const request = https.request({
    port: (front.address() as AddressInfo).port,
    host: "127.0.0.1",
    path: "/v1/notes:send",
    method: "POST",
    ca: readTls("ca.pem"),
    agent: false,
    ...client,
  });
  request.end();
  const [response] = await once(request, "response");
  response.resume();
  assert.equal(response.statusCode, 200);
  return seen;
}

describe("the identity of a caller over TLS", () => {
  const certificate = { key: readTls("client.key"), cert: readTls("client.pem") };

  it("is its certificate when the server has verified it", async () => {
    const seen = await seenOf({ requestCert: true, ca: readTls("ca.pem") }, certificate);
    assert.equal(seen.transportSecurityType, "ssl");
    assert.equal(typeof seen.sslPeerCertificate?.subject.CN, "string");
  });

  it("is none when the server takes a certificate that it cannot verify", async () => {
    const seen = await seenOf({ requestCert: true, rejectUnauthorized: false }, certificate);
    assert.deepEqual(seen, {});
  });

  it("is none without a certificate", async () => {
    assert.deepEqual(await seenOf({}, {}), {});
  });
});
