import assert from "node:assert/strict";
import { describe, it } from "vitest";
import type { Binding } from "../../lib/http-rule/binding.js";
import { compileBindings } from "../../lib/http-rule/compile-binding.js";
import { parseTemplate } from "../../lib/http-rule/parse-template.js";
import { createRouter } from "../../lib/http-rule/router.js";
import type { ConfigFault } from "../../lib/schema/config-error.js";
import { compileRoutes, failOn, loadSource, printMatch } from "./compile-routes.js";

/**
 * The rules of google/api/http.proto about templates, matching, decoding and bindings, numbered in the order
 * in which its text gives them. Fields, queries and bodies have theirs where they are decoded.
 *
 * @see https://github.com/googleapis/googleapis/blob/ecb1cf0a0021267dd452289fc71c75674ae29fe3/google/api/http.proto
 */
describe("google/api/http.proto", () => {
  rule(1, "a template is a slash, segments between slashes, and at most one verb at the end", () => {
    const template = parseTemplate("/v1/shelves/*:merge");
    assert.equal(template.segments.length, 3);
    assert.equal(template.verb, "merge");
    refuses("v1/shelves", "/v1//shelves", "/v1/shelves/", "/v1/*:merge/x", "/v1/*:merge:x");
  });

  rule(2, "a segment is *, **, a literal or a variable, and wildcards are whole segments", () => {
    assert.deepEqual(
      parseTemplate("/*/**/x/{y}").segments.map(({ kind }) => kind),
      ["wildcard", "deep-wildcard", "literal", "wildcard"],
    );
    refuses("/foo*", "/*foo", "/***", "/x{y}", "/{y}x");
  });

  rule(3, "* matches one segment", () => {
    const get = getter("/v1/*");
    assert.ok(get("/v1/x"));
    assert.equal(get("/v1"), undefined);
    assert.equal(get("/v1/x/y"), undefined);
  });

  rule(4, "** matches zero or more segments", () => {
    const get = getter("/v1/**");
    for (const path of ["/v1", "/v1/x", "/v1/x/y/z"]) assert.ok(get(path), path);
    assert.equal(get("/v2"), undefined);
  });

  rule(5, "** is the last segment, a verb may follow it; here, segments may follow it too", () => {
    assert.deepEqual(getter("/v1/{name=**}:x")("/v1/a/b:x"), ["a/b"]);
    assert.deepEqual(getter("/v1/{name=**}/x/{a}")("/v1/a/b/x/c"), ["a/b", "c"]);
    refuses("/v1/**/**");
  });

  rule(6, "a variable is a field path, and the segments that it matches", () => {
    assert.deepEqual(getter("/v1/{nested.name=x/*}")("/v1/x/y"), ["x/y"]);
    assert.equal(getter("/v1/{nested.name=x/*}")("/v1/z/y"), undefined);
  });

  rule(7, "{name} is {name=*}", () => {
    const { segments, variables } = parseTemplate("/v1/{name}");
    assert.deepEqual({ segments, variables }, withoutText(parseTemplate("/v1/{name=*}")));
  });

  rule(8, "a variable holds literals and wildcards, no other variable", () => {
    assert.deepEqual(getter("/{name=x/*/y/**}")("/x/1/y/2/3"), ["x/1/y/2/3"]);
    refuses("/{name={a}}", "/{name=x/{a}}");
  });

  rule(9, "a field path is of proto names", () => {
    assert.deepEqual(parseTemplate("/{a.b_c.D1}").variables[0]?.fieldPath, ["a", "b_c", "D1"]);
    const { faults } = compileSource(`get: "/v1/{pageToken}"`);
    assert.match(faults[0]?.message ?? "", /did you mean "page_token"/);
    assert.deepEqual(compileSource(`get: "/v1/{page_token}"`).faults, []);
    refuses("/{a-b}", "/{1}", "/{a..b}", "/{}");
  });

  rule(10, "a verb is a colon and a literal", () => {
    assert.equal(parseTemplate("/v1:go").verb, "go");
    refuses("/v1:", "/v1:*", "/v1/{a}:{b}");
  });

  rule(11, "a literal is compared as text, however either side escapes it", () => {
    for (const template of ["/v1/é!", "/v1/%C3%A9!", "/v1/%c3%a9%21"]) {
      const get = getter(template);
      for (const path of ["/v1/%C3%A9!", "/v1/%c3%A9%21", "/%761/%C3%A9!"]) assert.ok(get(path), path);
      assert.equal(get("/v1/e!"), undefined);
    }
  });

  rule(12, "the grammar has no root template; here, / is one", () => {
    assert.ok(getter("/")("/"));
    assert.equal(getter("/")("/x"), undefined);
  });

  rule(13, "a captured value has no leading slash", () => {
    assert.deepEqual(getter("/v1/{name=**}")("/v1/x/y"), ["x/y"]);
    assert.deepEqual(getter("/{name=**}")("/v1/x"), ["v1/x"]);
    assert.deepEqual(getter("/{name=v1/**}")("/v1"), ["v1"]);
  });

  rule(14, "a variable of one segment is decoded whole, and an escaped slash does not split", () => {
    for (const template of ["/v1/{name}", "/v1/{name=*}"]) {
      assert.deepEqual(getter(template)("/v1/a%2Fb%2fc%20%C3%A9%2B+"), ["a/b/c é++"]);
    }
  });

  rule(15, "a variable of many segments is decoded but for %2F and %2f, which stay as sent", () => {
    for (const template of ["/v1/{name=**}", "/v1/{name=x/*}", "/v1/{name=*/*}"]) {
      assert.deepEqual(getter(template)("/v1/x/a%2Fb%2fc%20%C3%A9%3F"), ["x/a%2Fb%2fc é?"]);
    }
  });

  rule(16, "many segments are those of the template, not those of the request", () => {
    assert.deepEqual(getter("/v1/{name=**}")("/v1/a%2Fb"), ["a%2Fb"]);
  });

  rule(17, "reserved characters are decoded in many segments too: only the slash is kept", () => {
    assert.deepEqual(getter("/v1/{name=**}")("/v1/%3A%40%21%24%26%27%28%29%2A%2B%2C%3B%3D%3F%23%5B%5D"), [
      ":@!$&'()*+,;=?#[]",
    ]);
  });

  rule(22, "a body is a field at the top level of the request, or all of it", () => {
    assert.deepEqual(compileSource(`post: "/v1" body: "*"`).bindings.map(printBinding), [
      "0 POST /v1 body * response undefined",
    ]);
    for (const body of ["shelf.name", "shelf.*", "no_such", "pageToken"]) {
      const { bindings, faults } = compileSource(`post: "/v1" body: "${body}"`);
      assert.deepEqual(bindings, []);
      assert.equal(faults.length, 1, body);
    }
  });

  rule(23, "a variable is neither repeated, nor a map, nor a message without a text of its own", () => {
    for (const name of ["tags", "labels", "shelf", "shelves.name"]) {
      const { bindings, faults } = compileSource(`get: "/v1/{${name}}"`);
      assert.deepEqual(bindings, []);
      assert.equal(faults.length, 1, name);
    }
    assert.equal(compileSource(`get: "/v1/{shelf.name}"`).bindings.length, 1);
  });

  rule(28, "a list as body is a rule that names a repeated field", () => {
    const { bindings } = compileSource(`post: "/v1" body: "shelves" response_body: "shelves"`);
    assert.ok(typeof bindings[0]?.body === "object");
    assert.ok(bindings[0].body.repeated);
    assert.ok(bindings[0].responseBody?.repeated);
  });

  rule(29, "response_body names a top-level field, and is the whole message without", () => {
    assert.equal(
      compileSource(`get: "/v1" response_body: "page_token"`).bindings[0]?.responseBody?.name,
      "pageToken",
    );
    assert.equal(compileSource(`get: "/v1"`).bindings[0]?.responseBody, undefined);
    assert.equal(compileSource(`get: "/v1" response_body: "shelf.name"`).faults.length, 1);
  });

  rule(30, "additional bindings are whole rules of their own", () => {
    const { bindings } = compileSource(`
      get: "/v1/{page_token}" response_body: "shelf"
      additional_bindings { post: "/v1" body: "shelf" }
      additional_bindings { put: "/v1/{shelf.name}" body: "*" response_body: "shelves" }`);
    assert.deepEqual(bindings.map(printBinding), [
      "0 GET /v1/{page_token} body undefined response shelf",
      "1 POST /v1 body shelf response undefined",
      "2 PUT /v1/{shelf.name} body * response shelves",
    ]);
  });

  rule(31, "a pattern is get, put, post, delete, patch or custom", () => {
    for (const pattern of ["get", "put", "post", "delete", "patch"]) {
      const { bindings } = compileSource(`${pattern}: "/v1/x"`);
      const router = createRouter(bindings, failOn);
      assert.ok(router.match(pattern.toUpperCase(), "/v1/x"), pattern);
      assert.equal(router.match("OPTIONS", "/v1/x"), undefined);
    }
  });

  rule(32, "a custom kind is any HTTP method, and * is all of them", () => {
    const propfind = createRouter(compileSource(`custom { kind: "PROPFIND" path: "/v1" }`).bindings, failOn);
    assert.ok(propfind.match("PROPFIND", "/v1"));
    assert.equal(propfind.match("GET", "/v1"), undefined);
    const any = createRouter(compileSource(`custom { kind: "*" path: "/v1" }`).bindings, failOn);
    for (const httpMethod of ["GET", "HEAD", "POST", "PROPFIND"])
      assert.ok(any.match(httpMethod, "/v1"), httpMethod);
  });

  rule(33, "a rule of a service configuration is compiled like an annotation", () => {
    const { method } = compileSource(`get: "/v1"`).bindings[0] ?? assert.fail();
    const rules = [{ httpMethod: "GET", template: "/v2/{page_token}", body: "", responseBody: "", index: 0 }];
    const service = { ...method.service, methods: [{ ...method, rules }] };
    assert.deepEqual(compileBindings([service], failOn).map(printBinding), [
      "0 GET /v2/{page_token} body undefined response undefined",
    ]);
  });

  rule(34, "precedence between templates is not said; here, it is by position and not by order", () => {
    const routes = ["GET /v1/**", "GET /v1/*", "GET /v1/x"];
    for (const order of [routes, routes.toReversed()]) {
      const router = createRouter(compileRoutes(order), failOn);
      assert.deepEqual(printMatch(router.match("GET", "/v1/x")), ["GET /v1/x"]);
      assert.deepEqual(printMatch(router.match("GET", "/v1/y")), ["GET /v1/*"]);
      assert.deepEqual(printMatch(router.match("GET", "/v1/y/z")), ["GET /v1/**"]);
    }
  });

  rule(36, "one segment is read as simple expansion writes it, many as the same with slashes between", () => {
    const segments = ["a b", "é/ü", "?#[]@!$&'()*+,;=%", "100%25"];
    assert.deepEqual(getter("/v1/{name}")(`/v1/${expand(segments.join("/"))}`), [segments.join("/")]);
    assert.deepEqual(getter("/v1/{name=**}")(`/v1/${segments.map(expand).join("/")}`), [
      "a b/é%2Fü/?#[]@!$&'()*+,;=%/100%25",
    ]);
  });
});

function rule(number: number, fact: string, check: () => void): void {
  it(`rule ${number}: ${fact}`, check);
}

function refuses(...templates: string[]): void {
  for (const template of templates) {
    assert.throws(() => parseTemplate(template), { name: "TemplateError" }, template);
  }
}

/** Ask for a path of a template, for the captures. */
function getter(template: string): (path: string) => readonly string[] | undefined {
  const router = createRouter(compileRoutes([`GET ${template}`]), failOn);
  return (path) => router.match("GET", path)?.captures;
}

function compileSource(annotation: string): { bindings: Binding[]; faults: ConfigFault[] } {
  const { services } = loadSource(`
    message Shelf { string name = 1; }
    message Message {
      string page_token = 1;
      repeated string tags = 2;
      map<string, string> labels = 3;
      Shelf shelf = 4;
      repeated Shelf shelves = 5;
    }
    service Library {
      rpc Call(Message) returns (Message) { option (google.api.http) = { ${annotation} }; }
    }`);
  const faults: ConfigFault[] = [];
  return { bindings: compileBindings(services, (fault) => faults.push(fault)), faults };
}

function printBinding({ index, httpMethod, template, body, responseBody }: Binding): string {
  const bodyName = typeof body === "object" ? body.protoName : body;
  return `${index} ${httpMethod} ${template.text} body ${bodyName} response ${responseBody?.protoName}`;
}

function withoutText<T extends { text: string; verb: unknown }>({
  text,
  verb,
  ...rest
}: T): Omit<T, "text" | "verb"> {
  return rest;
}

/** Simple string expansion of RFC 6570: everything is escaped but `[-_.~0-9a-zA-Z]`. */
function expand(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16)}`);
}
