import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "vitest";
import { loadServicesSync } from "../../lib/services.js";
import { createFolder } from "./create-folder.js";
import { runCommand } from "./run-command.js";

const greet = join(import.meta.dirname, "../../proto/greet/v1/greet.proto");
const mixed = `syntax = "proto3";
package mixed.v1;
import "google/api/annotations.proto";
service Mixed {
  rpc Say(stream Text) returns (stream Text) { option (google.api.http) = { post: "/v1/say" body: "*" }; }
  rpc Send(stream Text) returns (Text) { option (google.api.http) = { custom { kind: "*" path: "/v1/send" } body: "*" }; }
  rpc Bare(Text) returns (Text);
}
message Text { string text = 1; }
`;

describe("routes", () => {
  it("prints a table", async () => {
    assert.deepEqual(await runCommand(["routes", greet]), {
      code: 0,
      err: "",
      out: `HTTP  PATH                       METHOD                      STREAMING
GET   /v1/greeter/{name}         greet.v1.Greeter.SayHello   -
POST  /v1/greeter                greet.v1.Greeter.SayHello   -
GET   /v1/greeter/{name}/hellos  greet.v1.Greeter.SayHellos  server
`,
    });
  });

  it("prints what programs read", async () => {
    const { out } = await runCommand(["routes", greet, "--json"]);
    assert.deepEqual(JSON.parse(out), loadServicesSync(greet).routes);
  });

  it("tells of methods that have no rule, and gives them routes when asked to", async () => {
    const file = join(createFolder({ "mixed.proto": mixed }), "mixed.proto");
    const { code, out, err } = await runCommand(["routes", file]);
    assert.equal(code, 0);
    assert.match(out, /^POST {2}\/v1\/say {3}mixed\.v1\.Mixed\.Say {3}both$/m);
    assert.match(out, /^\* {5}\/v1\/send {2}mixed\.v1\.Mixed\.Send {2}client$/m);
    assert.equal(
      err,
      "mixed.v1.Mixed.Bare has no HTTP rule: --unannotated gives it the route POST /mixed.v1.Mixed/Bare\n",
    );
    const all = await runCommand(["routes", file, "--unannotated"]);
    assert.match(all.out, /^POST {2}\/mixed\.v1\.Mixed\/Bare {2}mixed\.v1\.Mixed\.Bare {2}-$/m);
    assert.equal(all.err, "");
  });

  it("prints nothing where there is nothing", async () => {
    const folder = createFolder({
      "none.proto": 'syntax = "proto3"; message M {}',
      "bare.proto":
        'syntax = "proto3"; message M {} service S { rpc A(M) returns (M); rpc B(M) returns (M); }',
    });
    const none = await runCommand(["routes", join(folder, "none.proto")]);
    assert.deepEqual(none, { code: 0, out: "", err: "there is no service\n" });
    const bare = await runCommand(["routes", join(folder, "bare.proto")]);
    assert.deepEqual(bare, {
      code: 0,
      out: "",
      err: "S.A and S.B have no HTTP rule: --unannotated gives them routes such as POST /S/A\n",
    });
  });

  it("leaves out what is only imported", async () => {
    const folder = createFolder({
      "mixed.proto": mixed,
      "own.proto": `syntax = "proto3"; import "mixed.proto"; import "google/api/annotations.proto";
        service Own { rpc Get(mixed.v1.Text) returns (mixed.v1.Text) { option (google.api.http).get = "/v1/own"; } }`,
    });
    const { out } = await runCommand(["routes", "own.proto", "-I", folder]);
    assert.deepEqual(out.match(/\/v1\/\w+/g), ["/v1/own"]);
  });

  it("reads a descriptor set from standard input, and rules from a service configuration", async () => {
    const stdin = readFileSync(join(import.meta.dirname, "../cases/descriptor/library.binpb"));
    const folder = createFolder({
      "library.yaml":
        "http: { rules: [{ selector: library.v1.Library.GetShelf, get: '/v9/{name=shelves/*}' }] }",
    });
    const config = join(folder, "library.yaml");
    const { out } = await runCommand(["routes", "-", "--service-config", config], { stdin });
    assert.match(out, /^GET .* \/v9\/\{name=shelves\/\*\} .* library\.v1\.Library\.GetShelf .* -$/m);
  });

  it("is fit for a terminal", async () => {
    const { out } = await runCommand(["routes", greet], { hasColors: true });
    assert.match(out, /^\^\[\[1mHTTP .* STREAMING\^\[\[22m\nGET /);
  });
});
