import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "vitest";
import { parse } from "yaml";
import { buildOpenApi } from "../../lib/server/build-openapi.js";
import { loadServicesSync } from "../../lib/services.js";
import { createFolder } from "./create-folder.js";
import { runCommand } from "./run-command.js";

const repository = join(import.meta.dirname, "../..");
const greet = join(repository, "proto/greet/v1/greet.proto");

async function documentOf(...args: string[]) {
  const { code, out, err } = await runCommand(["openapi", ...args]);
  assert.deepEqual([code, err], [0, ""]);
  return JSON.parse(out);
}

describe("openapi", () => {
  it("writes the document that the router serves", async () => {
    assert.deepEqual(
      await documentOf(greet),
      JSON.parse(JSON.stringify(buildOpenApi(loadServicesSync(greet)))),
    );
  });

  it("writes JSON or YAML to a file", async () => {
    const folder = createFolder();
    const document = await documentOf(greet);
    for (const [name, ...options] of [["a.yaml"], ["b.yml"], ["c.json"], ["d", "--yaml"], ["e"]]) {
      const file = join(folder, name as string);
      const written = await runCommand(["openapi", greet, "-o", file, ...options]);
      assert.deepEqual(written, { code: 0, out: "", err: "" });
      const text = readFileSync(file, "utf8");
      assert.equal(text.startsWith("{"), name === "c.json" || name === "e");
      assert.deepEqual(parse(text), document);
    }
    assert.match((await runCommand(["openapi", greet, "--yaml", "-o", "-"])).out, /^openapi: 3\.1\.0$/m);
  });

  it("says what the options say", async () => {
    const folder = createFolder({ "base.yaml": "info: { description: All of it }\n" });
    const document = await documentOf(
      ...[greet, "--version", "3.0", "--title", "Hello", "--api-version", "v7"],
      ...[
        "--server",
        "https://a.example",
        "--server",
        "https://b.example",
        "--base",
        join(folder, "base.yaml"),
      ],
    );
    assert.match(document.openapi, /^3\.0/);
    assert.deepEqual(document.info, { title: "Hello", version: "v7", description: "All of it" });
    assert.deepEqual(document.servers, [{ url: "https://a.example" }, { url: "https://b.example" }]);
  });

  it("describes how the server writes", async () => {
    const bookstore = join(repository, "proto/bookstore/v1/bookstore.proto");
    const property = async (name: string, ...options: string[]) =>
      (await documentOf(bookstore, ...options)).components.schemas.Book.properties[name];
    assert.equal((await property("coverSize")).type, "string");
    assert.equal((await property("coverSize", "--int64-as-numbers")).type, "integer");
    assert.deepEqual(await property("cover_size", "--proto-field-names"), await property("coverSize"));
    assert.deepEqual(
      await documentOf(bookstore, "--preset", "google", "--enums-as-integers", "--no-emit-defaults"),
      JSON.parse(
        JSON.stringify(
          buildOpenApi(loadServicesSync(bookstore), {
            preset: "google",
            json: { enumsAsIntegers: true, emitDefaults: false },
          }),
        ),
      ),
    );
  });

  it("shows services by name", async () => {
    const both = [greet, join(repository, "proto/bookstore/v1/bookstore.proto")];
    const tags = async (...options: string[]) =>
      (await documentOf(...both, ...options)).tags.map(({ name }: { name: string }) => name);
    assert.deepEqual(await tags(), ["Greeter", "Bookstore"]);
    assert.deepEqual(await tags("--service", "bookstore.v1"), ["Bookstore"]);
    const { code, err } = await runCommand(["openapi", greet, "--service", "greet.v1.Greter"]);
    assert.equal(code, 1);
    assert.match(
      err,
      /no service or package "greet\.v1\.Greter" has HTTP rules; did you mean "greet\.v1\.Greeter"\?/,
    );
  });

  it("shows what is restricted to labels", async () => {
    const folder = createFolder({
      "hidden.proto": `syntax = "proto3"; import "google/api/annotations.proto"; import "google/api/visibility.proto";
        message M {}
        service S {
          option (google.api.api_visibility).restriction = "INTERNAL";
          rpc A(M) returns (M) { option (google.api.http).get = "/v1/a"; }
        }`,
    });
    const hidden = join(folder, "hidden.proto");
    assert.deepEqual((await documentOf(hidden)).paths, {});
    assert.deepEqual(Object.keys((await documentOf(hidden, "--visibility", "INTERNAL")).paths), ["/v1/a"]);
  });

  it("leaves out the services of imports, and describes methods without a rule when asked to", async () => {
    const folder = createFolder({
      "bare.proto":
        'syntax = "proto3"; import "greet/v1/greet.proto"; service S { rpc A(M) returns (M); } message M {}',
    });
    const args = ["openapi", "bare.proto", "-I", folder, "-I", join(repository, "proto")];
    const { code, out, err } = await runCommand(args);
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(out).paths, {});
    assert.equal(err, "S.A has no HTTP rule: --unannotated gives it the route POST /S/A\n");
    const all = await runCommand([...args, "--unannotated"]);
    assert.deepEqual(Object.keys(JSON.parse(all.out).paths), ["/S/A"]);
    assert.equal(all.err, "");
    const connect = await runCommand([...args, "--describe-connect"]);
    assert.deepEqual(Object.keys(JSON.parse(connect.out).paths["/S/A"]), ["post"]);
    assert.deepEqual([connect.code, connect.err], [0, ""]);
  });
});
