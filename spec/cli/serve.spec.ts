import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { ServerCredentials } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, it, onTestFinished } from "vitest";
import { createClient, loadServices, startGrpcServer } from "../../lib/index.js";
import { type Program, projectDir, startProgram } from "../demo/demo-process.js";
import { loadNotes, readTls, stopAfterwards } from "../servers/notes.js";
import { createFolder } from "./create-folder.js";
import { type RunningCommand, runCommand, startCommand } from "./run-command.js";

const proto = join(projectDir, "spec/cases/proto/behaviour/v1/behaviour.proto");
const json = { "content-type": "application/json" };

/** grpc-js describes itself without its annotations. */
const rules = `
http:
  rules:
    - { selector: behaviour.v1.Notes.Send, post: "/v1/notes:send", body: "*" }
    - { selector: behaviour.v1.Notes.Collect, post: "/v1/notes:collect", body: "*" }
    - { selector: behaviour.v1.Notes.Expand, get: "/v1/notes/{text}" }
    - { selector: behaviour.v1.Notes.Chat, post: "/v1/notes:chat", body: "*" }
`;

const serverFolder = mkdtempSync(join(tmpdir(), "serve-"));
/** A server in a process of its own, written with grpc-js alone. */
const target = `unix:${join(serverFolder, "notes.sock")}`;
let server: Program;

beforeAll(async () => {
  server = startProgram("spec/cli/grpc-js-server.ts", {}, [target]);
  await server.waitFor(/^bound$/m);
}, 60_000);

afterAll(async () => {
  server.kill("SIGKILL");
  await server.waitForExit();
  rmSync(serverFolder, { recursive: true });
});

interface Gateway extends RunningCommand {
  readonly url: string;
}

/** Serve within this process, until the test is over. */
async function serve(...args: string[]): Promise<Gateway> {
  const command = startCommand(["serve", ...args]);
  const listening = await command.waitFor(/^listening on (\S+), for /m);
  if (listening === null) assert.fail(command.printed().err);
  onTestFinished(async () => {
    command.stop();
    assert.equal(await command.code, 0);
  });
  return { ...command, url: listening[1] as string };
}

describe("serve", () => {
  it("forwards calls of all four kinds, REST and native, and ends when it is told to", {
    timeout: 60_000,
  }, async () => {
    const folder = createFolder({ "rules.yaml": rules });
    const gateway = startProgram("lib/cli/main.ts", {}, [
      ...[
        "serve",
        "--reflect",
        "--target",
        target,
        "--service-config",
        join(folder, "rules.yaml"),
        "--port",
        "0",
      ],
    ]);
    onTestFinished(() => gateway.kill("SIGKILL"));
    const [, url] = await gateway.waitFor(/^listening on (http:\S+), for unix:/m);
    await gateway.waitFor(/^GET +\/v1\/notes\/\{text\} +behaviour\.v1\.Notes\.Expand +server$/m);
    const post = (path: string, body: string, headers = {}) =>
      fetch(`${url}${path}`, { method: "POST", body, headers: { ...json, ...headers } });

    const sent = await post("/v1/notes:send", '{"text":"a note"}');
    assert.deepEqual(await sent.json(), { text: "sent a note", count: 0 });
    const collected = await post("/v1/notes:collect", '{"text":"a"}\n{"text":"b"}\n');
    assert.deepEqual(await collected.json(), { text: "a+b", count: 2 });
    const expanded = await fetch(`${url}/v1/notes/x?count=3`);
    assert.equal(await expanded.text(), [0, 1, 2].map((i) => `{"text":"x ${i}","count":${i}}\n`).join(""));
    const chatted = await post("/v1/notes:chat", '[{"text":"a"},{"text":"b"}]');
    assert.equal(await chatted.text(), '{"text":"heard a","count":0}\n{"text":"heard b","count":0}\n');

    const failed = await post("/v1/notes:send", '{"text":"nothing"}');
    assert.equal(failed.status, 404);
    assert.deepEqual(await failed.json(), { code: 5, message: "there is nothing", details: [] });
    const sentOn = { authorization: "Bearer x", "x-sent": "y" };
    const seen = await post("/v1/notes:send", '{"text":"metadata"}', sentOn);
    assert.equal(seen.headers.get("x-seen"), "y");
    assert.deepEqual(await seen.json(), { text: "Bearer x", count: 0 });

    const definition = (await loadServices(proto)).definition("behaviour.v1.Notes");
    const client = createClient(definition, new URL(url as string).host);
    assert.deepEqual(await client.send({ text: "natively" }), { text: "sent natively", count: 0 });
    client.close();

    gateway.kill("SIGTERM");
    assert.equal(await gateway.waitForExit(), 0);
  });

  it("shows the document and the docs page, unless they are not wanted", async () => {
    const status = async (url: string) => (await fetch(url)).status;
    const shown = await serve("--reflect", "--target", target, "--unannotated", "--port", "0");
    const document = await (await fetch(`${shown.url}/openapi.json`)).json();
    assert.ok("/behaviour.v1.Notes/Send" in (document as { paths: object }).paths);
    assert.equal(await status(`${shown.url}/docs/`), 200);
    const undocumented = await serve(proto, "--target", target, "--port", "0", "--no-docs");
    assert.equal(await status(`${undocumented.url}/openapi.json`), 200);
    assert.equal(await status(`${undocumented.url}/docs/`), 404);
    const secretive = await serve(proto, "--target", target, "--port", "0", "--no-openapi");
    assert.equal(await status(`${secretive.url}/openapi.json`), 404);
    assert.equal(await status(`${secretive.url}/docs/`), 404);
  });

  it("tells of methods without a route", async () => {
    const gateway = await serve("--reflect", "--target", target, "--port", "0");
    assert.match(
      gateway.printed().err,
      /behaviour\.v1\.Notes\.Chat have no HTTP rule: --unannotated gives them routes/,
    );
  });

  it("writes as it is asked to, and keeps to its limits", async () => {
    const { url } = await serve(
      ...["--reflect", "--target", target, "--unannotated", "--service", "behaviour.v1", "--port", "0"],
      ...["--no-emit-defaults", "--stream-format", "array", "--body-limit", "100"],
    );
    const post = (method: string, body: object) =>
      fetch(`${url}/behaviour.v1.Notes/${method}`, {
        method: "POST",
        body: JSON.stringify(body),
        headers: json,
      });
    assert.deepEqual(await (await post("Send", { text: "x" })).json(), { text: "sent x" });
    const expanded = await post("Expand", { text: "x", count: 2 });
    assert.deepEqual(await expanded.json(), [{ text: "x 0" }, { text: "x 1", count: 1 }]);
    assert.equal((await post("Send", { text: "x".repeat(100) })).status, 413);
  });

  it("describes what it is asked to, and what a base document adds", async () => {
    const folder = createFolder({ "base.yaml": "info: { description: All of it }\n" });
    const { url } = await serve(
      ...[proto, "--target", target, "--port", "0", "--protocols", "rest,connect", "--describe-connect"],
      ...["--title", "Notes", "--version", "3.0", "--base", join(folder, "base.yaml")],
    );
    const document = JSON.parse(await (await fetch(`${url}/openapi.json`)).text());
    assert.match(document.openapi, /^3\.0/);
    assert.deepEqual(document.info, { title: "Notes", version: "v1", description: "All of it" });
    assert.deepEqual(Object.keys(document.paths["/behaviour.v1.Notes/Send"]), ["post"]);
  });

  it("tells no routes of REST where it does not serve it", async () => {
    const gateway = await serve("--reflect", "--target", target, "--port", "0", "--protocols", "connect");
    const { out, err } = gateway.printed();
    assert.deepEqual([out.split("\n").length, err], [2, ""]);
    assert.equal((await fetch(`${gateway.url}/openapi.json`)).status, 404);
    const url = `${gateway.url}/behaviour.v1.Notes/Send`;
    const answer = await fetch(url, { method: "POST", body: '{"text":"x"}', headers: json });
    assert.deepEqual(await answer.json(), { text: "sent x", count: 0 });
  });

  it("speaks gRPC-Web when asked to", async () => {
    const { url } = await serve(proto, "--target", target, "--port", "0", "--protocols", "rest,grpc-web");
    const headers = { "content-type": "application/grpc-web+proto" };
    const body = new Uint8Array(5); // an empty message
    const answer = await fetch(`${url}/behaviour.v1.Notes/Send`, { method: "POST", body, headers });
    assert.equal(answer.headers.get("content-type"), "application/grpc-web+proto");
    assert.match(await answer.text(), /sent .*grpc-status: ?0/s);
  });

  it("answers 503 while its server is down, at a Unix socket too", async () => {
    const folder = createFolder();
    const gateway = await serve(
      proto,
      "--target",
      `unix:${join(folder, "nobody.sock")}`,
      "--socket",
      join(folder, "gateway.sock"),
    );
    assert.equal(gateway.url, `unix:${join(folder, "gateway.sock")}`);
    const place = {
      socketPath: join(folder, "gateway.sock"),
      path: "/v1/notes:send",
      method: "POST",
      headers: json,
    };
    const request = http.request(place);
    request.end('{"text":"x"}');
    const [response] = await once(request, "response");
    assert.equal(response.statusCode, 503);
    assert.match(
      await text(response),
      /^\{"code":14,"message":"cannot reach unix:.*nobody\.sock: connect ENOENT /,
    );
  });

  it("answers 503 while its server accepts connections and says nothing", async () => {
    const folder = createFolder();
    const silent = net.createServer((socket) => void socket.on("error", () => {}).resume());
    silent.listen(join(folder, "silent.sock"));
    await once(silent, "listening");
    onTestFinished(() => void silent.close());
    const silentTarget = `unix:${join(folder, "silent.sock")}`;
    const { url } = await serve(proto, "--target", silentTarget, "--connect-timeout", "50", "--port", "0");
    const response = await fetch(`${url}/v1/notes:send`, { method: "POST", body: "{}", headers: json });
    assert.equal(response.status, 503);
    assert.match(await response.text(), /silent\.sock: it speaks no HTTP\/2 within 50 milliseconds/);
  });

  it("speaks TLS to its server, and HTTPS to its clients", async () => {
    const { addresses } = stopAfterwards(
      await startGrpcServer(await loadNotes(), {
        address: "localhost:0",
        credentials: ServerCredentials.createSsl(
          readTls("ca.pem"),
          [{ cert_chain: readTls("server.pem"), private_key: readTls("server.key") }],
          true,
        ),
      }),
    );
    const [, port] = /:(\d+)$/.exec(addresses[0] as string) ?? [];
    const tls = (name: string) => join(projectDir, "spec/servers/cases/tls", name);
    const { url } = await serve(
      ...["--reflect", "--target", `127.0.0.1:${port}`, "--tls-name", "localhost", "--tls-ca", tls("ca.pem")],
      ...["--tls-cert", tls("client.pem"), "--tls-key", tls("client.key")],
      ...["--port", "0", "--cert", tls("server.pem"), "--key", tls("server.key")],
    );
    assert.match(url, /^https:/);
    const request = https.request(`${url}/v1/notes:send`, {
      ...{ method: "POST", headers: json, ca: readTls("ca.pem"), agent: false },
    });
    request.end('{"text":"secretly"}');
    const [response] = await once(request, "response");
    assert.deepEqual(JSON.parse(await text(response)), { text: "sent secretly", count: 0 });
  });

  it("takes a descriptor set, and the services that it is asked for", async () => {
    const set = join(projectDir, "spec/cases/descriptor/library.binpb");
    const gateway = await serve(set, "--target", target, "--port", "0", "--service", "library.v1");
    assert.match(
      gateway.printed().out,
      /^GET +\/v1\/\{name=shelves\/\*\} +library\.v1\.Library\.GetShelf +-$/m,
    );
    const { code, err } = await runCommand([
      "serve",
      set,
      "--target",
      target,
      "--service",
      "library.v1.Libary",
    ]);
    assert.equal(code, 2);
    assert.match(
      err,
      /^serve: there is no service or package "library\.v1\.Libary"; did you mean "library\.v1\.Library"\?/,
    );
  });

  it("says why it cannot begin", async () => {
    const folder = createFolder({ taken: "" });
    const fail = async (...args: string[]) => {
      const { code, out, err } = await runCommand(["serve", ...args]);
      assert.deepEqual([code, out], [1, ""]);
      return err;
    };
    const nobody = `unix:${join(folder, "nobody.sock")}`;
    assert.match(
      await fail("--reflect", "--target", nobody),
      /^cannot reach unix:.*nobody\.sock: connect ENOENT .*\n$/,
    );
    const { addresses } = stopAfterwards(
      await startGrpcServer(await loadNotes(), { address: "127.0.0.1:0", reflection: false }),
    );
    assert.match(
      await fail("--reflect", "--target", addresses[0] as string),
      /^127\.0\.0\.1:\d+ has no server reflection: name its \.proto files, or a descriptor set\n$/,
    );
    assert.match(await fail(proto, "--target", target, "--socket", join(folder, "taken")), /taken/);
    const web = stopAfterwards(await startWebServer());
    assert.match(
      await fail("--reflect", "--target", web.address),
      /^cannot reach 127\.0\.0\.1:\d+: .*; if it speaks TLS, add --tls\n$/,
    );
  });

  it("names the option of a file that it cannot use, and the file", async () => {
    const tls = (name: string) => join(projectDir, "spec/servers/cases/tls", name);
    const unusable: readonly [args: readonly string[], text: string][] = [
      [["--tls-ca", "nowhere.pem"], '--tls-ca: cannot read "nowhere.pem": no such file or directory'],
      [["--tls-ca", proto], `--tls-ca: "${proto}" must be a certificate in PEM form`],
      [
        ["--cert", tls("server.pem"), "--key", proto],
        `--key: "${proto}" must be a private key in PEM form, without a passphrase`,
      ],
      [
        ["--tls-cert", tls("client.pem"), "--tls-key", tls("server.key")],
        `--tls-key: "${tls("server.key")}" is not the key of the certificate "${tls("client.pem")}"`,
      ],
    ];
    for (const [args, message] of unusable) {
      const { code, out, err } = await runCommand(["serve", ...reflect, ...args]);
      assert.deepEqual([code, out, err], [1, "", `${message}\n`]);
    }
  });

  const reflect = ["--reflect", "--target", "localhost:1"];
  const misunderstood: readonly [args: readonly string[], text: RegExp][] = [
    [["a.proto"], /^serve: say where the gRPC server is: --target localhost:50051\n/],
    [["--target", "localhost:1"], /^serve: name a \.proto file, or a descriptor set; or say --reflect\n/],
    [["a.proto", ...reflect], /^serve: name <protos\.\.\.> or say --reflect, not both\n/],
    [["--reflect", "--target", "localhost"], /^serve: --target needs a port: --target localhost:50051\n/],
    [
      ["a.proto", "--target", "foo:bar"],
      /^serve: --target: the port of "foo:bar" must be a number, 1 to 65535\n/,
    ],
    [
      ["a.proto", "--target", "http://localhost:1/x"],
      /^serve: --target: the target "http:\/\/localhost:1\/x" is a URL: give "localhost:1"\n/,
    ],
    [
      ["a.proto", "--target", "xds:///greeter"],
      /^serve: --target takes host:port, dns:\/\/\/host:port or unix:path, not "xds:\/\/\/greeter"\n/,
    ],
    [
      [...reflect, "--reflect-header", "token"],
      /^serve: --reflect-header takes "name: value", not "token"\n/,
    ],
    [
      [...reflect, "--reflect-header", "x-bin: a"],
      /^serve: --reflect-header: "a" of "x-bin" must be base64\n/,
    ],
    [
      [...reflect, "--reflect-header", "ä: b"],
      /^serve: --reflect-header cannot send "ä": Metadata key "ä" contains illegal characters\n/,
    ],
    [[...reflect, "--tls-cert", "a.pem"], /^serve: --tls-cert and --tls-key belong together: give both\n/],
    [[...reflect, "--key", "a.pem"], /^serve: --cert and --key belong together: give both\n/],
    [[...reflect, "--port", "http"], /^serve: --port takes a number, 0 to 65535, not "http"\n/],
    [[...reflect, "--port", "65536"], /^serve: --port takes a number, 0 to 65535, not "65536"\n/],
    [
      [...reflect, "--port", "1", "--socket", "x"],
      /^serve: listen at --socket, or at --host and --port, not at both\n/,
    ],
    [
      [...reflect, "--protocols", "rest,soap"],
      /^serve: --protocols takes rest or grpc-web or connect, not "soap"\n/,
    ],
    [
      [...reflect, "--protocols", "rest", "--describe-connect"],
      /^serve: --describe-connect describes Connect: serve it with --protocols rest,connect\n/,
    ],
    [
      [...reflect, "--no-openapi", "--title", "Notes"],
      /^serve: --title is about the document, and --no-openapi leaves it out\n/,
    ],
    [[...reflect, "--body-limit", "4MB"], /^serve: --body-limit takes a number, .*, not "4MB"\n/],
  ];
  for (const [args, message] of misunderstood) {
    it(`does not understand serve ${args.join(" ")}`, async () => {
      const { code, out, err } = await runCommand(["serve", ...args]);
      assert.deepEqual([code, out], [2, ""]);
      assert.match(err, message);
    });
  }
});

/** A server that speaks HTTP/1.1 alone. */
async function startWebServer() {
  const web = http.createServer((_, res) => res.end("hello")).listen(0, "127.0.0.1");
  await once(web, "listening");
  const { port } = web.address() as AddressInfo; // It listens on TCP.
  return { address: `127.0.0.1:${port}`, shutdown: async () => void web.close() };
}
