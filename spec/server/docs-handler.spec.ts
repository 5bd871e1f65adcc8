import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, it } from "vitest";
import { createTranscoder } from "../../lib/server/create-transcoder.js";
import { createHttpHandler, type TranscodingOptions } from "../../lib/server/http-handler.js";
import { createAsker, greeter, load, rpc, textOf } from "./ask-pages.js";
import { hosts, serve } from "./hosts.js";

const distribution = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));

describe("the docs page", () => {
  for (const [name, start] of Object.entries(hosts)) {
    it(`and all that it names are there in ${name}`, async () => {
      const host = await start(load(greeter));
      try {
        const page = await fetch(`${host.url}/docs`);
        assert.equal(page.status, 200);
        assert.equal(page.headers.get("content-type"), "text/html; charset=utf-8");
        const html = await page.text();
        const references = [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map(
          ([, reference = ""]) => reference,
        );
        assert.ok(references.length >= 5);
        for (const reference of references) {
          const file = await fetch(new URL(reference, page.url));
          assert.equal(file.status, 200, reference);
          assert.notEqual((await file.arrayBuffer()).byteLength, 0);
        }
        const script = await (await fetch(new URL("./docs/start.js", page.url))).text();
        const [, document = ""] = /"url":"([^"]+)"/.exec(script) ?? [];
        assert.equal((await fetch(new URL(document, page.url))).status, 200);
      } finally {
        await host.close();
      }
    });
  }

  const ask = createAsker(load(greeter));

  it("has nothing inline, and nothing of another server", () => {
    const html = textOf(ask("/docs"));
    assert.doesNotMatch(html, /<script(?![^>]* src=)[^>]*>|<style|\sstyle=|\son[a-z]+=|https?:/);
  });

  it("is found with a slash after it, too", () => {
    assert.deepEqual(ask("/docs/"), { status: 302, headers: { location: "../docs" }, body: undefined });
  });

  it("is called like the document, whatever that is called", () => {
    const html = textOf(createAsker(load(greeter), { openapi: { info: { title: `<"&">` } } })("/docs"));
    assert.match(html, /<title>&#60;&#34;&#38;&#34;&#62;<\/title>/);
  });

  it("finds a document that is elsewhere", () => {
    const elsewhere = createAsker(load(greeter), { openapi: { path: "/a/b:c.json" } });
    assert.match(textOf(elsewhere("/docs/start.js")), /"url":"\.\/a\/b:c\.json"/);
  });

  it("offers several documents by their titles, and by their paths where these are alike", () => {
    const several = createAsker(load(greeter), {
      openapi: [
        { info: { title: "Public" } },
        { info: { title: "Internal" }, path: "/internal.json" },
        { info: { title: "Internal" }, path: "/more.json" },
      ],
    });
    const [, urls = ""] = /"urls":(\[.*?\])/.exec(textOf(several("/docs/start.js"))) ?? [];
    assert.deepEqual(JSON.parse(urls), [
      { name: "Public", url: "./openapi.json" },
      { name: "Internal (/internal.json)", url: "./internal.json" },
      { name: "Internal (/more.json)", url: "./more.json" },
    ]);
  });

  it("shows the services alone, and a filter, where there are more operations than can be drawn at once", () => {
    const scriptFor = (count: number) => {
      const methods = Array.from({ length: count }, (_, i) => rpc(`Do${i}`, `get: "/v1/${i}"`));
      return textOf(createAsker(load(`service S { ${methods.join(" ")} }`))("/docs/start.js"));
    };
    assert.doesNotMatch(scriptFor(150), /docExpansion|"filter"/);
    assert.match(scriptFor(151), /"docExpansion":"none","filter":true/);
  });

  it("is revalidated each time, and not sent to who has it", () => {
    const { headers } = ask("/docs") ?? assert.fail();
    assert.equal(headers["cache-control"], "no-cache");
    const again = ask("/docs", { headers: { "if-none-match": String(headers.etag) } });
    assert.deepEqual(again, {
      status: 304,
      headers: { etag: headers.etag, "cache-control": "no-cache" },
      body: undefined,
    });
  });

  it("answers HEAD, and leaves other HTTP methods to others", () => {
    assert.equal(ask("/docs", { method: "HEAD" })?.body, undefined);
    assert.equal(ask("/docs", { method: "HEAD" })?.status, 200);
    for (const path of ["/docs", "/docs/", "/docs/start.js", "/docs/swagger-ui.css"])
      assert.equal(ask(path, { method: "POST" }), undefined, path);
  });

  it("is not there when it is switched off, or when there is no document", () => {
    for (const options of [{ docs: false }, { openapi: false } as const]) {
      assert.equal(createAsker(load(greeter), options)("/docs"), undefined);
      assert.equal(createAsker(load(greeter), options)("/docs/swagger-ui.css"), undefined);
    }
  });

  it("leaves its paths to rules that name them, not to those that match them", async () => {
    const services = load(`service S { ${rpc("Docs", 'get: "/docs"')} ${rpc("All", 'get: "/{name=**}"')} }`);
    services.add("test.v1.S", { docs: async () => ({ name: "own" }), all: async () => ({ name: "any" }) });
    const host = await serve(createTranscoder(services));
    try {
      assert.deepEqual(await (await fetch(`${host.url}/docs`)).json(), { name: "own" });
      assert.match(await (await fetch(`${host.url}/docs/start.js`)).text(), /SwaggerUIBundle/);
      assert.deepEqual(await (await fetch(`${host.url}/docs/other.js`)).json(), { name: "any" });
    } finally {
      await host.close();
    }
  });
});

describe("the files of the docs page", () => {
  const services = load(greeter);

  it("are those of swagger-ui-dist, with their types, and kept for a day", async () => {
    const host = await serve(createTranscoder(services));
    try {
      for (const [name, type] of [
        ["swagger-ui.css", "text/css; charset=utf-8"],
        ["swagger-ui-bundle.js", "text/javascript; charset=utf-8"],
        ["favicon-32x32.png", "image/png"],
        ["oauth2-redirect.html", "text/html; charset=utf-8"],
      ] as const) {
        const response = await fetch(`${host.url}/docs/${name}`);
        assert.equal(response.headers.get("content-type"), type);
        assert.equal(response.headers.get("cache-control"), "public, max-age=86400");
        assert.ok(readFileSync(join(distribution, name)).equals(Buffer.from(await response.arrayBuffer())));
        const etag = response.headers.get("etag") ?? "";
        assert.equal(
          (await fetch(`${host.url}/docs/${name}`, { headers: { "if-none-match": etag } })).status,
          304,
        );
      }
    } finally {
      await host.close();
    }
  });

  it("are no others of its folder, and none outside of it", () => {
    const ask = createAsker(services);
    for (const name of [
      "package.json",
      "index.html",
      "swagger-initializer.js",
      "../package.json",
      "..%2Fpackage.json",
      "%2e%2e/package.json",
      "..\\package.json",
      "/etc/passwd",
      "swagger-ui.css/",
      "swagger-ui.css%00",
      "toString",
      "__proto__",
    ])
      assert.equal(ask(`/docs/${name}`), undefined, name);
    for (const path of ["/docsx", "/docs.json", "/docsswagger-ui.css"])
      assert.equal(ask(path), undefined, path);
  });
});

describe("the docs option", () => {
  for (const { options, message } of [
    { options: { docs: "yes" }, message: `option "docs" takes true or false, not 'yes'` },
    {
      options: { docs: true, openapi: false },
      message: 'option "docs" has nothing to show: option "openapi" is false',
    },
    { options: { dosc: false }, message: 'unknown option "dosc"; did you mean "docs"?' },
    { options: { opneapi: {} }, message: 'unknown option "opneapi"; did you mean "openapi"?' },
  ]) {
    it(`is refused when the router is made: ${JSON.stringify(options)}`, () => {
      // What the compiler would refuse, as people without it write it.
      const given = options as unknown as TranscodingOptions;
      assert.throws(() => createHttpHandler(load(greeter), given), { name: "ConfigError", message });
    });
  }
});
