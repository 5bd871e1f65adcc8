import assert from "node:assert/strict";
import { describe, it } from "vitest";
import { type ConfigFault, printFault } from "../../lib/schema/config-error.js";
import { loadSchemaSync } from "../../lib/schema/load-schema.js";
import { withFiles } from "./proto-folder.js";

const greet = "spec/cases/proto/greet/v1/greet.proto";

/** The templates of all methods, with a service configuration as YAML or as an object. */
function load(config: string | object) {
  return withFiles({ "service.yaml": typeof config === "string" ? config : "" }, (folder) => {
    const faults: ConfigFault[] = [];
    const serviceConfig = typeof config === "string" ? `${folder}/service.yaml` : config;
    const schema = loadSchemaSync(greet, { serviceConfig }, (fault) => faults.push(fault));
    const templates = schema.services[0]!.methods.map(({ name, rules }) => [
      name,
      rules.map(({ httpMethod, template }) => `${httpMethod} ${template}`),
    ]);
    return {
      schema,
      templates: Object.fromEntries(templates) as Record<string, string[]>,
      faults: faults.map((fault) => printFault(fault).replaceAll(`${folder}/`, "")),
    };
  });
}

const annotated = {
  SayHello: ["GET /v1/greeter/{name}"],
  SayHellos: ["GET /v1/greeter/{name}/stream"],
  Shout: [],
};

describe("a service configuration", () => {
  it("adds rules to methods and replaces those of annotations", () => {
    const { templates, faults } = load(`
type: google.api.Service
config_version: 3
http:
  rules:
    - selector: greet.v1.Greeter.Shout
      post: /v1/shout
      body: "*"
      additional_bindings:
        - custom: { kind: report, path: /v1/shouted }
    - selector: greet.v1.Greeter.SayHello
      get: /v2/hello/{name}
`);
    assert.deepEqual(faults, []);
    assert.deepEqual(templates, {
      ...annotated,
      SayHello: ["GET /v2/hello/{name}"],
      Shout: ["POST /v1/shout", "REPORT /v1/shouted"],
    });
  });

  it("is an object as well, with names in either case", () => {
    const rule = {
      selector: "greet.v1.Greeter.Shout",
      put: "/v1/shout",
      responseBody: "message",
      additionalBindings: { patch: "/v1/shout" },
    };
    const { schema, templates, faults } = load({ http: { rules: [rule] } });
    assert.deepEqual(faults, []);
    assert.deepEqual(templates.Shout, ["PUT /v1/shout", "PATCH /v1/shout"]);
    assert.equal(schema.services[0]?.methods[2]?.rules[0]?.responseBody, "message");
  });

  it("is JSON as well", () => {
    const { templates } = load(
      `{ "http": { "rules": [ { "selector": "greet.v1.Greeter.Shout", "get": "/v1/shout" } ] } }`,
    );
    assert.deepEqual(templates.Shout, ["GET /v1/shout"]);
  });

  it("takes the last rule of a method", () => {
    const selector = "greet.v1.Greeter.Shout";
    const { templates } = load({
      http: {
        rules: [
          { selector, get: "/v1/a" },
          { selector, get: "/v1/b" },
        ],
      },
    });
    assert.deepEqual(templates.Shout, ["GET /v1/b"]);
  });

  for (const config of [{}, { name: "x" }, { http: { rules: [] } }]) {
    it(`may be without rules: ${JSON.stringify(config)}`, () => {
      const { templates, faults } = load(config);
      assert.deepEqual([templates, faults], [annotated, []]);
    });
  }

  it("is where its rules are found", () => {
    const { schema } = load(`
http:
  rules:
    - selector: greet.v1.Greeter.Shout
      get: /v1/shout
      body: "text"
      additionalBindings:
        - put: '/v1/shout'
        - custom: { kind: REPORT, path: /v1/shout }
`);
    const places = [
      { part: undefined, place: "4:7" },
      { part: { rule: 0, member: "path", column: 2 }, place: "5:13" },
      { part: { rule: 0, member: "path" }, place: "5:7" },
      { part: { rule: 0, member: "body", column: 1 }, place: "6:14" },
      { part: { rule: 0, member: "response_body", column: 1 }, place: "4:7" },
      { part: { rule: 1, member: "path", column: 1 }, place: "8:17" },
      { part: { rule: 2, member: "path", column: 1 }, place: "9:41" },
      { part: { rule: 2, member: "body", column: 1 }, place: "9:11" },
      { part: { rule: 3, member: "path", column: 1 }, place: "4:7" },
    ];
    for (const { part, place } of places) {
      const { file = "", line, fileColumn } = schema.locate("greet.v1.Greeter.Shout", part);
      assert.match(file, /service\.yaml$/);
      assert.equal(`${line}:${fileColumn}`, place);
    }
    assert.equal(schema.locate("greet.v1.Greeter.SayHello").file, greet);
  });

  const refused: {
    readonly name: string;
    readonly config: string | object;
    readonly faults: readonly string[];
  }[] = [
    {
      name: "a selector that names no method",
      config: "http:\n  rules:\n  - selector: greet.v1.Greeter.SayHelo\n    get: /v1/a\n",
      faults: [
        'service.yaml:3:5: selector "greet.v1.Greeter.SayHelo" names no method; did you mean "greet.v1.Greeter.SayHello"?',
      ],
    },
    {
      name: "a selector of a service that was not loaded",
      config: { http: { rules: [{ selector: "google.longrunning.Operations.GetOperation", get: "/v1/a" }] } },
      faults: [
        'selector "google.longrunning.Operations.GetOperation" names no method: load the file that declares it as well',
      ],
    },
    {
      name: "a wildcard",
      config: "http:\n  rules:\n  - selector: greet.v1.Greeter.*\n    get: /v1/a\n",
      faults: [
        'service.yaml:3:5: selector "greet.v1.Greeter.*" must name one method: HTTP rules take no wildcards',
      ],
    },
    {
      name: "a rule without a selector",
      config: { http: { rules: [{ get: "/v1/a" }] } },
      faults: ['rule 1 needs a selector: the full name of a method such as "greet.v1.Greeter.SayHello"'],
    },
    {
      name: "a rule that is no object",
      config: { http: { rules: ["/v1/a"] } },
      faults: ['rule 1 needs a selector: the full name of a method such as "greet.v1.Greeter.SayHello"'],
    },
    {
      name: "a fault in a rule",
      config:
        "http:\n  rules:\n  - selector: greet.v1.Greeter.SayHello\n    get: /v1/a\n  - selector: greet.v1.Greeter.Shout\n    gett: /v1/a\n",
      faults: [
        'service.yaml:6:5: greet.v1.Greeter.Shout: unknown name "gett" in the HTTP rule; did you mean "get"?',
      ],
    },
    {
      name: "fully_decode_reserved_expansion",
      config: { http: { rules: [], fully_decode_reserved_expansion: true } },
      faults: [
        "fully_decode_reserved_expansion is not supported: a variable of many segments keeps %2F as sent",
      ],
    },
    {
      name: "rules that are no list",
      config: { http: { rules: {} } },
      faults: ["http.rules must be a list of rules"],
    },
    {
      name: "a misspelt http",
      config: "htp:\n  rules: []\n",
      faults: ['service.yaml: unknown name "htp"; did you mean "http"?'],
    },
    {
      name: "YAML that is a list",
      config: "- a\n- b\n",
      faults: [
        "service.yaml: the service configuration must be an object such as { http: { rules: [...] } }",
      ],
    },
  ];
  for (const { name, config, faults } of refused) {
    it(`is refused for ${name}`, () => assert.deepEqual(load(config).faults, faults));
  }

  it("is refused with the line of malformed YAML", () => {
    assert.match(load("http:\n  rules: [\n    a: b: c\n").faults[0] ?? "", /^service\.yaml:\d:\d+: /);
  });

  it("is refused for aliases that multiply", () => {
    const bomb = ["a: &a [x, x, x, x, x, x, x, x, x]"];
    for (const [name, inner] of ["ba", "cb", "dc", "ed", "fe", "gf"])
      bomb.push(`${name}: &${name} [${`*${inner}, `.repeat(9)}]`);
    assert.match(load(`${bomb.join("\n")}\n`).faults[0] ?? "", /alias/);
  });

  it("is refused when it is a folder", () => {
    assert.throws(() => loadSchemaSync(greet, { serviceConfig: "spec" }), {
      name: "ConfigError",
      message: 'cannot read "spec": it is a folder',
    });
  });

  it("is refused when it is not there", () => {
    const faults: ConfigFault[] = [];
    loadSchemaSync(greet, { serviceConfig: "nowhere.yaml" }, (fault) => faults.push(fault));
    assert.deepEqual(faults.map(printFault), [
      "nowhere.yaml: no such file: the service configuration is a path or an object",
    ]);
  });
});
