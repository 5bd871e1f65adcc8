import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "vitest";
import { createFolder } from "./create-folder.js";
import { runCommand } from "./run-command.js";

const repository = join(import.meta.dirname, "../..");

/** Its faults are found by these columns. */
const bad = `syntax = "proto3";
package bad.v1;
import "google/api/annotations.proto";
service Bad {
  rpc One(Request) returns (Reply) {
    option (google.api.http) = {
      get: "/v1/{nam}"
      body: "bok"
      response_body: "texte"
    };
  }
  rpc Two(Request) returns (Reply) {
    option (google.api.http) = {
      get: "/v1/two"
      additional_bindings { get: "/v1/two" }
      additional_bindings { put: "/v1/{name" }
      additional_bindings { post: "/v1/{name}" bdy: "*" }
    };
  }
  rpc Three(Request) returns (Repli);
}
message Request { string name = 1; Reply reply = 2; }
message Reply { string text = 1; }
`;

const broken = `syntax = "proto3";
message A {
  string one 1;
  string two = 2
}
`;

describe("check", () => {
  it("says that there is nothing wrong", async () => {
    const protos = ["greet/v1/greet.proto", "bookstore/v1/bookstore.proto"];
    const args = ["check", ...protos, "-I", join(repository, "proto")];
    assert.deepEqual(await runCommand(args), { code: 0, out: "", err: "no faults: 2 services, 17 routes\n" });
    assert.equal((await runCommand([...args, "--json"])).out, "[]\n");
  });

  it("tells every fault of every file, with file, line and column", async () => {
    const folder = createFolder({ "bad.proto": bad, "broken.proto": broken });
    const { code, out, err } = await runCommand(["check", "broken.proto", "bad.proto", "-I", folder]);
    assert.equal(code, 1);
    assert.equal(err, "9 faults\n");
    assert.deepEqual(
      out
        .trimEnd()
        .split("\n")
        .map((line) => line.slice(folder.length + 1)),
      [
        'bad.proto:7:18: bad.v1.Bad.One: "/v1/{nam}" column 6: field "nam" is not in bad.v1.Request; did you mean "name"?',
        'bad.proto:8:14: bad.v1.Bad.One: "/v1/{nam}": body: field "bok" is not in bad.v1.Request: write one of "name", "reply"',
        'bad.proto:9:23: bad.v1.Bad.One: "/v1/{nam}": response_body: field "texte" is not in bad.v1.Reply; did you mean "text"?',
        'bad.proto:15:35: bad.v1.Bad.Two: "/v1/two": GET requests of this path are those of bad.v1.Bad.Two ("/v1/two") already: change the path or the HTTP method of one',
        'bad.proto:16:44: bad.v1.Bad.Two: "/v1/{name" column 10: the brace of column 5 is not closed: write "}"',
        'bad.proto:17:48: bad.v1.Bad.Two: "/v1/{name}": unknown name "bdy" in the HTTP rule; did you mean "body"?',
        'bad.proto:20:7: bad.v1.Bad.Three: type "Repli" of "bad.v1.Bad.Three" is not defined; did you mean "bad.v1.Reply"?',
        'broken.proto:3:14: unexpected "1", "=" is missing before it',
        'broken.proto:5:1: unexpected "}", ";" is missing before it',
      ],
    );
  });

  it("tells what else is wrong with a file in which numbers and names are taken", async () => {
    const folder = createFolder({
      "bad.proto": bad.replace(
        "message Request {",
        "message Request { int32 a = 1; reserved 9, 100 to 200; int32 b = 9;",
      ),
      "twice.proto": `syntax = "proto3";
package twice.v1;
import "google/api/annotations.proto";
message Request {
  string name = 1;
  oneof kind { int32 size = 1; int32 page_size = 2; }
  string name = 3;
  string page = 2;
}
enum State { NONE = 0; LENT = 1; LOST = 1; }
service Twice {
  rpc Get(Request) returns (Request) { option (google.api.http).get = "/v1/{page}/{size}/{nam}"; }
}
`,
    });
    const { out } = await runCommand(["check", "bad.proto", "twice.proto", "-I", folder]);
    const faults = out.split("\n").map((line) => line.slice(folder.length + 1));
    assert.deepEqual(
      faults.filter((fault) => fault.startsWith("bad.proto")).map((fault) => fault.replace(/: .*/, "")),
      ["7:18", "8:14", "9:23", "15:35", "16:44", "17:48", "20:7", "22:66", "22:83"].map(
        (place) => `bad.proto:${place}`,
      ),
    );
    assert.deepEqual(
      faults.filter((fault) => fault.startsWith("twice.proto")),
      [
        'twice.proto:6:29: duplicate id 1 in "twice.v1.Request"',
        'twice.proto:7:10: "Request.name" is declared twice',
        'twice.proto:8:17: duplicate id 2 in "twice.v1.Request"',
        'twice.proto:10:41: duplicate id 1 in "twice.v1.State"',
        'twice.proto:12:91: twice.v1.Twice.Get: "/v1/{page}/{size}/{nam}" column 20: field "nam" is not in twice.v1.Request; did you mean "name"?',
      ],
    );
  });

  it("tells faults to programs", async () => {
    const folder = createFolder({ "broken.proto": broken });
    const { code, out, err } = await runCommand(["check", "broken.proto", "-I", folder, "--json"]);
    assert.deepEqual([code, err], [1, "2 faults\n"]);
    assert.deepEqual(JSON.parse(out)[0], {
      file: join(folder, "broken.proto"),
      line: 3,
      fileColumn: 14,
      message: 'unexpected "1", "=" is missing before it',
    });
  });

  it("finds what is wrong with annotations for OpenAPI", async () => {
    const method = (name: string) => `
      rpc ${name}(M) returns (M) {
        option (google.api.http).get = "/v1/${name}";
        option (openapi.v3.operation) = { operation_id: "same" };
      }`;
    const folder = createFolder({
      "openapiv3/annotations.proto": `syntax = "proto3"; package openapi.v3; import "google/protobuf/descriptor.proto";
        message Operation { string operation_id = 5; }
        extend google.protobuf.MethodOptions { Operation operation = 1143; }`,
      "a.proto": `syntax = "proto3"; import "google/api/annotations.proto"; import "openapiv3/annotations.proto";
        message M {}
        service S { ${method("A")} ${method("B")} }`,
    });
    const { code, out } = await runCommand(["check", join(folder, "a.proto"), "-I", folder]);
    assert.equal(code, 1);
    assert.equal(
      out.slice(folder.length + 1),
      'a.proto:8:11: S.B: the operation id "same" is taken by another method: choose another\n',
    );
  });

  it("takes a base document for what annotations refer to", async () => {
    const folder = createFolder({
      "a.proto": `syntax = "proto3"; import "google/api/annotations.proto";
        message M {}
        service S {
          rpc A(M) returns (M) {
            option (google.api.http).get = "/v1/a";
            option (openapi.v3.operation) = { security: { additional_properties: { name: "token" value: {} } } };
          }
        }`,
      "base.yaml": "components: { securitySchemes: { token: { type: http, scheme: bearer } } }\n",
    });
    const args = ["check", join(folder, "a.proto")];
    assert.match(
      (await runCommand(args)).out,
      /a\.proto:4:15: S\.A: no security scheme is called "token": define it, in the document of --base if nowhere else\n/,
    );
    assert.deepEqual(await runCommand([...args, "--base", join(folder, "base.yaml")]), {
      code: 0,
      out: "",
      err: "no faults: 1 service, 1 route\n",
    });
    const { code, err } = await runCommand([...args, "--base", "nowhere.yaml"]);
    assert.deepEqual([code, err], [1, '--base: cannot read "nowhere.yaml": no such file or directory\n']);
  });

  it("names the options of the command line", async () => {
    const folder = createFolder({
      "sub/a.proto": 'syntax = "proto3"; import "b.proto";',
      "b.proto": 'syntax = "proto3";',
    });
    const { out } = await runCommand(["check", join(folder, "sub/a.proto")]);
    assert.match(out, /it is in "\/.*", add that with -I$/m);
    const none = await runCommand(["check", "nowhere.proto"]);
    assert.deepEqual([none.code, none.err], [1, "1 fault\n"]);
    assert.match(none.out, /^no such file: "nowhere\.proto" in "/);
  });

  it("makes places stand out in a terminal", async () => {
    const folder = createFolder({ "broken.proto": broken });
    const { out } = await runCommand(["check", "broken.proto", "-I", folder], { hasColors: true });
    assert.match(out, /^\^\[\[1m\/.*broken\.proto:3:14\^\[\[22m: unexpected/);
  });
});
