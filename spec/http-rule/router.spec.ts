import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "vitest";
import { codes } from "../../lib/call/rpc-error.js";
import { createRouter, type Router } from "../../lib/http-rule/router.js";
import type { ConfigFault } from "../../lib/schema/config-error.js";
import { compileRoutes, failOn, printMatch } from "./compile-routes.js";
import { naiveMatch } from "./naive-match.js";

/** Requests with the route that takes them and its captures, or with nothing if none does. */
interface Routing {
  readonly fact: string;
  readonly routes: readonly string[];
  readonly requests: Readonly<Record<string, readonly string[] | undefined>>;
}

const routings: readonly Routing[] = [
  {
    fact: "a literal is preferred to *, and * to **, whatever the order",
    routes: ["GET /v1/{a=**}", "GET /v1/{b}", "GET /v1/x"],
    requests: {
      "GET /v1/x": ["GET /v1/x"],
      "GET /v1/y": ["GET /v1/{b}", "y"],
      "GET /v1/x/y": ["GET /v1/{a=**}", "x/y"],
      "GET /v1": ["GET /v1/{a=**}", ""],
      "GET /v1/x/": ["GET /v1/{a=**}", "x/"],
      "GET /v2/x": undefined,
    },
  },
  {
    fact: "an earlier position decides before a later one",
    routes: ["GET /{a}/y/z", "GET /x/{b}/{c}", "GET /{a=**}/z"],
    requests: {
      "GET /x/y/z": ["GET /x/{b}/{c}", "y", "z"],
      "GET /w/y/z": ["GET /{a}/y/z", "w"],
      "GET /w/v/z": ["GET /{a=**}/z", "w/v"],
    },
  },
  {
    fact: "a literal that leads nowhere is taken back",
    routes: ["GET /v1/x/y", "GET /v1/{a}/z", "GET /{b=**}"],
    requests: {
      "GET /v1/x/z": ["GET /v1/{a}/z", "x"],
      "GET /v1/x/w": ["GET /{b=**}", "v1/x/w"],
      "GET /v1/x": ["GET /{b=**}", "v1/x"],
    },
  },
  {
    fact: "a literal of another HTTP method does not block a wildcard",
    routes: ["POST /v1/search", "GET /v1/{name}", "DELETE /v1/{name=**}"],
    requests: {
      "POST /v1/search": ["POST /v1/search"],
      "GET /v1/search": ["GET /v1/{name}", "search"],
      "DELETE /v1/search": ["DELETE /v1/{name=**}", "search"],
      "PUT /v1/search": undefined,
    },
  },
  {
    fact: "case counts",
    routes: ["GET /v1/Shelves"],
    requests: {
      "GET /v1/Shelves": ["GET /v1/Shelves"],
      "GET /v1/shelves": undefined,
      "get /v1/Shelves": undefined,
    },
  },
  {
    fact: "* takes one segment that is not empty",
    routes: ["GET /v1/{name}", "GET /v1/{a}/x"],
    requests: {
      "GET /v1/y": ["GET /v1/{name}", "y"],
      "GET /v1/": undefined,
      "GET /v1": undefined,
      "GET /v1/y/": undefined,
      "GET /v1//x": undefined,
      "GET //v1/y": undefined,
      "GET /v1/%20": ["GET /v1/{name}", " "],
      "GET /v1/..": ["GET /v1/{name}", ".."],
    },
  },
  {
    fact: "a trailing slash is a segment",
    routes: ["GET /v1/x"],
    requests: { "GET /v1/x": ["GET /v1/x"], "GET /v1/x/": undefined, "GET /v1/x//": undefined },
  },
  {
    fact: "** takes any number of segments and keeps the empty ones",
    routes: ["GET /x/{name=**}"],
    requests: {
      "GET /x": ["GET /x/{name=**}", ""],
      "GET /x/": ["GET /x/{name=**}", ""],
      "GET /x/a": ["GET /x/{name=**}", "a"],
      "GET /x//a/b//": ["GET /x/{name=**}", "/a/b//"],
      "GET /xa": undefined,
    },
  },
  {
    fact: "** within a variable leaves no slash when it takes no segment",
    routes: ["GET /v1/{name=trees/**}", "GET /v1/{a=**/roots}", "GET /v2/{a=x/**/y}/z"],
    requests: {
      "GET /v1/trees": ["GET /v1/{name=trees/**}", "trees"],
      "GET /v1/trees/": ["GET /v1/{name=trees/**}", "trees/"],
      "GET /v1/trees/a/b": ["GET /v1/{name=trees/**}", "trees/a/b"],
      "GET /v1/roots": ["GET /v1/{a=**/roots}", "roots"],
      "GET /v1/a/roots": ["GET /v1/{a=**/roots}", "a/roots"],
      "GET /v2/x/y/z": ["GET /v2/{a=x/**/y}/z", "x/y"],
      "GET /v2/x/1/2/y/z": ["GET /v2/{a=x/**/y}/z", "x/1/2/y"],
    },
  },
  {
    fact: "what follows ** is matched from the end, the longest first",
    routes: [
      "GET /{a=**}",
      "GET /{a=**}/y",
      "GET /{a=**}/x/y",
      "GET /{a=**}/{b}/{c}/{d}",
      "POST /{a=**}/{b}",
    ],
    requests: {
      "GET /y": ["GET /{a=**}/y", ""],
      "GET /x": ["GET /{a=**}", "x"],
      "GET /x/y": ["GET /{a=**}/x/y", ""],
      "GET /w/y": ["GET /{a=**}/y", "w"],
      "GET /x/x/y": ["GET /{a=**}/{b}/{c}/{d}", "", "x", "x", "y"],
      "GET /v/w/x/y": ["GET /{a=**}/{b}/{c}/{d}", "v", "w", "x", "y"],
      "GET /v//x/y": ["GET /{a=**}/x/y", "v/"],
      "GET /x/y/": ["GET /{a=**}", "x/y/"],
      "POST /x": ["POST /{a=**}/{b}", "", "x"],
      "POST /x/y/z": ["POST /{a=**}/{b}", "x/y", "z"],
      "POST /": undefined,
    },
  },
  {
    fact: "/ is the path without segments",
    routes: ["GET /", "POST /{a=**}", "PUT /{a}", "PATCH /{a=**}:go"],
    requests: {
      "GET /": ["GET /"],
      "POST /": ["POST /{a=**}", ""],
      "PUT /": undefined,
      "PATCH /:go": ["PATCH /{a=**}:go", ""],
      "GET //": undefined,
      "POST //": ["POST /{a=**}", "/"],
      "GET ": undefined,
      "POST *": undefined,
      "POST a": undefined,
    },
  },
  {
    fact: "the last colon of the last segment starts a verb that a template has",
    routes: ["POST /v1/{a}:seal", "GET /v1/{a}", "POST /v1/{a=**}", "POST /v1/x/{a=b/**}:seal"],
    requests: {
      "POST /v1/x:seal": ["POST /v1/{a}:seal", "x"],
      "POST /v1/a:b:seal": ["POST /v1/{a}:seal", "a:b"],
      "GET /v1/x:seal": ["GET /v1/{a}", "x:seal"],
      "GET /v1/urn:a:b": ["GET /v1/{a}", "urn:a:b"],
      "POST /v1/x:open": ["POST /v1/{a=**}", "x:open"],
      "POST /v1/x:": ["POST /v1/{a=**}", "x:"],
      "POST /v1/:seal": ["POST /v1/{a=**}", ":seal"],
      "POST /v1/x:seal/y": ["POST /v1/{a=**}", "x:seal/y"],
      "POST /v1/x:Seal": ["POST /v1/{a=**}", "x:Seal"],
      "POST /v1/x:se%61l": ["POST /v1/{a}:seal", "x"],
      "POST /v1/x%3Aseal": ["POST /v1/{a=**}", "x:seal"],
      "POST /v1/x%3aseal": ["POST /v1/{a=**}", "x:seal"],
      "POST /v1/x/b/c/:seal": ["POST /v1/x/{a=b/**}:seal", "b/c/"],
      "POST /v1/x/b:seal": ["POST /v1/x/{a=b/**}:seal", "b"],
    },
  },
  {
    fact: "a verb is preferred to the colon as data, even by a less specific template",
    routes: ["POST /v1/{a=**}:go", "POST /v1/{b}", "POST /v1/x%3Ago", "GET /v1/x%3Ago"],
    requests: {
      "POST /v1/y:go": ["POST /v1/{a=**}:go", "y"],
      "POST /v1/x:go": ["POST /v1/{a=**}:go", "x"],
      "POST /v1/x%3Ago": ["POST /v1/x%3Ago"],
      "GET /v1/x:go": ["GET /v1/x%3Ago"],
      "POST /v1/y:no": ["POST /v1/{b}", "y:no"],
    },
  },
  {
    fact: "a verb with an escaped colon or slash is a verb",
    routes: ["GET /v1/{a}:b%3Ac", "GET /v1/{a=**}:d%2Fe"],
    requests: {
      "GET /v1/x:b%3Ac": ["GET /v1/{a}:b%3Ac", "x"],
      "GET /v1/x:b:c": undefined,
      "GET /v1/x:d%2fe": ["GET /v1/{a=**}:d%2Fe", "x"],
      "GET /v1/x:d/e": undefined,
    },
  },
  {
    fact: "literals are compared after decoding, segment by segment",
    routes: [
      "GET /v1/abc",
      "GET /v1/caf%C3%A9/é",
      "GET /v1/a%2Fb",
      "GET /v1/100%25",
      "GET /v1/{a}/__proto__",
    ],
    requests: {
      "GET /v1/%61bc": ["GET /v1/abc"],
      "GET /%761/%61b%63": ["GET /v1/abc"],
      "GET /v1/%41bc": undefined,
      "GET /v1/caf%c3%a9/%C3%A9": ["GET /v1/caf%C3%A9/é"],
      "GET /v1/a%2fb": ["GET /v1/a%2Fb"],
      "GET /v1/a/b": undefined,
      "GET /v1%2Fabc": undefined,
      "GET /v1/100%25": ["GET /v1/100%25"],
      "GET /v1/100%": undefined,
      "GET /v1/%2561bc": undefined,
      "GET /v1/constructor/__proto__": ["GET /v1/{a}/__proto__", "constructor"],
      "GET /v1/a/toString": undefined,
      "GET /__proto__/abc": undefined,
    },
  },
  {
    fact: "an escaped slash is data: decoded in one segment, kept in many",
    routes: ["GET /v1/one/{a}", "GET /v1/many/{a=**}", "GET /v1/two/{a=x/*}"],
    requests: {
      "GET /v1/one/a%2Fb%20c": ["GET /v1/one/{a}", "a/b c"],
      "GET /v1/many/a%2Fb%20c": ["GET /v1/many/{a=**}", "a%2Fb c"],
      "GET /v1/many/a%2fb/c": ["GET /v1/many/{a=**}", "a%2fb/c"],
      "GET /v1/two/%78/a%2Fb": ["GET /v1/two/{a=x/*}", "x/a%2Fb"],
      "GET /v1/two/x%2Fa": undefined,
    },
  },
  {
    fact: "a binding of any method comes after one of the method itself",
    routes: ["* /v1/x", "GET /v1/x", "POST /v1/{a}", "* /v2/{a=**}"],
    requests: {
      "GET /v1/x": ["GET /v1/x"],
      "POST /v1/x": ["* /v1/x"],
      "PURGE /v1/x": ["* /v1/x"],
      "POST /v1/y": ["POST /v1/{a}", "y"],
      "HEAD /v1/x": ["GET /v1/x"],
      "HEAD /v2/y": ["* /v2/{a=**}", "y"],
      "OPTIONS /v2": ["* /v2/{a=**}", ""],
    },
  },
  {
    fact: "HEAD goes to a binding for HEAD, otherwise where GET goes",
    routes: ["GET /v1/x", "HEAD /v1/{a}", "GET /v2/x", "* /v2/{a}", "GET /v2/{a}:go"],
    requests: {
      "HEAD /v1/x": ["HEAD /v1/{a}", "x"],
      "GET /v1/x": ["GET /v1/x"],
      "HEAD /v2/x": ["GET /v2/x"],
      "HEAD /v2/x:go": ["GET /v2/{a}:go", "x"],
      "HEAD /v3/x": undefined,
    },
  },
  {
    fact: "captures are in the order of the variables, and wildcards without a variable give none",
    routes: ["GET /{b}/*/{a=x/*/y}/*/{nested.name=**}/{c}"],
    requests: {
      "GET /1/2/x/3/y/4/5/6/7": ["GET /{b}/*/{a=x/*/y}/*/{nested.name=**}/{c}", "1", "x/3/y", "5/6", "7"],
      "GET /1/2/x/3/y/4/7": ["GET /{b}/*/{a=x/*/y}/*/{nested.name=**}/{c}", "1", "x/3/y", "", "7"],
    },
  },
];

function routerOf(...routes: string[]): Router {
  return createRouter(compileRoutes(routes), failOn);
}

describe("createRouter", () => {
  for (const { fact, routes, requests } of routings) {
    describe(fact, () => {
      const bindings = compileRoutes(routes);
      const router = createRouter(bindings, failOn);
      for (const [request, expected] of Object.entries(requests)) {
        it(`${request} → ${expected?.join(" ") ?? "nothing"}`, () => {
          const [httpMethod = "", path = ""] = request.split(/ (.*)/);
          assert.deepEqual(printMatch(router.match(httpMethod, path)), expected);
        });
      }
    });
  }

  it("agrees with the naive matcher on any routes and any request", () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyRoute, { maxLength: 12 }), fc.array(anyRequest), (routes, requests) => {
        const bindings = compileRoutes(routes);
        const router = createRouter(bindings, ignoreFault);
        for (const [httpMethod, path] of requests) {
          const expected = naiveMatch(bindings, httpMethod, path);
          assert.deepEqual(printMatch(router.match(httpMethod, path)), expected, `${httpMethod} ${path}`);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("a path that cannot be decoded", () => {
  const router = routerOf("GET /v1/{name}", "GET /v1/{nested.name=x/**}", "GET /v1/*/y");

  it("is matched, so that the binding is known, and refused when the captures are read", () => {
    const match = router.match("GET", "/v1/%zz");
    assert.equal(match?.binding.template.text, "/v1/{name}");
    assert.throws(() => match.captures, { code: codes.INVALID_ARGUMENT, message: /"%zz" for field "name"$/ });
  });

  it("names the nested field", () => {
    const match = router.match("GET", "/v1/x/a%ff");
    assert.throws(() => match?.captures, {
      code: codes.INVALID_ARGUMENT,
      message: /for field "nested\.name"$/,
    });
  });

  it("matches no literal and no verb", () => {
    assert.equal(router.match("GET", "/v%1/x"), undefined);
    assert.equal(routerOf("GET /v1/x:%25ff").match("GET", "/v1/x:%ff"), undefined);
  });

  it("is no fault where no variable captures it", () => {
    assert.deepEqual(printMatch(router.match("GET", "/v1/%zz/y")), ["GET /v1/*/y"]);
  });
});

describe("allowedMethods", () => {
  const router = routerOf(
    "GET /v1/{name}",
    "DELETE /v1/{name}",
    "POST /v1/{name}:seal",
    "PATCH /v1/x",
    "PUT /v1/{name=**}",
    "PURGE /v1/x/y",
  );
  const allowed: Readonly<Record<string, readonly string[]>> = {
    "/v1/x": ["DELETE", "GET", "HEAD", "PATCH", "PUT"],
    "/v1/y": ["DELETE", "GET", "HEAD", "PUT"],
    "/v1/y:seal": ["DELETE", "GET", "HEAD", "POST", "PUT"],
    "/v1/y:open": ["DELETE", "GET", "HEAD", "PUT"],
    "/v1/x/y": ["PURGE", "PUT"],
    "/v1": ["PUT"],
    "/v1/%zz": ["DELETE", "GET", "HEAD", "PUT"],
    "/v2/x": [],
    "/": [],
    "": [],
  };
  for (const [path, httpMethods] of Object.entries(allowed)) {
    it(`of ${path || "no path"} are ${httpMethods.join(", ") || "none"}`, () => {
      assert.deepEqual(router.allowedMethods(path), httpMethods);
    });
  }

  it("are those in use and those in common use where any method is taken", () => {
    const any = routerOf("* /v1/x", "PURGE /v1/y");
    const expected = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PURGE", "PUT"];
    assert.deepEqual(any.allowedMethods("/v1/x"), expected);
    assert.deepEqual(any.allowedMethods("/v1/y"), ["PURGE"]);
  });

  it("hold HEAD where only HEAD is taken", () => {
    assert.deepEqual(routerOf("HEAD /v1/x").allowedMethods("/v1/x"), ["HEAD"]);
  });
});

describe("two bindings for the same requests", () => {
  const faultsOf = (...routes: string[]) => {
    const faults: ConfigFault[] = [];
    const router = createRouter(compileRoutes(routes), (fault) => faults.push(fault));
    return { faults, router };
  };

  for (const [first, second] of [
    ["GET /v1/{name}", "GET /v1/{a}"],
    ["GET /v1/{name}", "GET /v1/*"],
    ["GET /v1/{name=x/*}", "GET /v1/x/{a}"],
    ["GET /v1/{name=**}:go", "GET /v1/**:go"],
    ["GET /{name=**}/x/{a}", "GET /{b=**/x/*}"],
    ["GET /v1/%61", "GET /v1/a"],
    ["* /v1/x", "* /v1/x"],
    ["GET /", "GET /"],
  ] as const) {
    it(`are a fault: ${first} and ${second}`, () => {
      const { faults } = faultsOf(first, second);
      assert.deepEqual(faults, [
        {
          message:
            `${first.split(" ")[0]} requests of this path are those of test.Service.Call ` +
            `("${first.split(" ")[1]}") already: change the path or the HTTP method of one`,
          file: undefined,
          method: "test.Service.Call",
          template: second.split(" ")[1],
        },
      ]);
    });
  }

  for (const [first, second] of [
    ["GET /v1/{name}", "POST /v1/{name}"],
    ["GET /v1/{name}", "* /v1/{name}"],
    ["GET /v1/{name}", "GET /v1/{name=**}"],
    ["GET /v1/{name}", "GET /v1/{name}:go"],
    ["GET /v1/x:go", "GET /v1/x%3Ago"],
    ["GET /v1/%2A", "GET /v1/*"],
    ["GET /{a=**}/x", "GET /{a=**}/y"],
  ] as const) {
    it(`differ: ${first} and ${second}`, () => assert.deepEqual(faultsOf(first, second).faults, []));
  }

  it("are reported each, and the first is served", () => {
    const { faults, router } = faultsOf("GET /v1/{name}", "GET /v1/{a}", "GET /v1/{b}");
    assert.equal(faults.length, 2);
    assert.deepEqual(printMatch(router.match("GET", "/v1/x")), ["GET /v1/{name}", "x"]);
  });
});

describe("a path of 10,000 segments", () => {
  const tails = Array.from({ length: 20 }, (_, i) => `GET /v1/{a=**}${"/x".repeat(i)}/{b}/y${i}`);
  const router = routerOf(...tails, "GET /{a=**}/z", "GET /v1/{a}/{b=**}/{c}/{d}/w");

  /** What a match of a path of so many segments costs, as the least of several rounds. */
  function measure(segments: number, end: string): number {
    const path = `/v1${"/x".repeat(segments)}/${end}`;
    let least = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 20; round++) {
      const start = process.hrtime.bigint();
      for (let i = 0; i < 20; i++) router.match("GET", path)?.captures;
      least = Math.min(least, Number(process.hrtime.bigint() - start));
    }
    return least;
  }

  it("is matched by templates with ** and by none", () => {
    const path = `/v1${"/x".repeat(10_000)}`;
    assert.deepEqual(printMatch(router.match("GET", `${path}/y0`)), [
      "GET /v1/{a=**}/{b}/y0",
      "x/".repeat(9_999).slice(0, -1),
      "x",
    ]);
    assert.equal(router.match("GET", `${path}/nowhere`), undefined);
    assert.equal(router.match("GET", "/".repeat(10_000)), undefined);
  });

  it("costs at most in proportion to its length", () => {
    for (const end of ["y0", "y19", "nowhere", "w"]) {
      const ratio = measure(10_000, end) / measure(1_000, end);
      assert.ok(ratio < 40, `ten times the length costs ${ratio.toFixed(1)} times as much with ${end}`);
    }
  });
});

const anySegment = fc.constantFrom("x", "y", "*", "{@}", "{@=*}", "{@=x/*}", "{@=*/y}");
const anyDeepSegment = fc.constantFrom("**", "{@=**}", "{@=x/**}", "{@=**/y}", "{@=*/**/x}");

/** A route over few literals, so that many match the same path; variables are named by their order. */
const anyRoute = fc
  .tuple(
    fc.constantFrom("GET", "GET", "GET", "POST", "HEAD", "*"),
    fc.array(anySegment, { maxLength: 3 }),
    fc.array(anyDeepSegment, { maxLength: 1 }),
    fc.array(anySegment, { maxLength: 2 }),
    fc.constantFrom("", "", ":go", ":x"),
  )
  .map(([httpMethod, head, deep, tail, verb]) => {
    const segments = [...head, ...deep, ...tail].slice(0, 5);
    const names = ["a", "b", "c", "d", "name"].values();
    const path = segments.map((segment) => segment.replace("@", () => names.next().value ?? assert.fail()));
    return `${httpMethod} /${path.join("/")}${path.length > 0 ? verb : ""}`;
  });

const anyRequest = fc.tuple(
  fc.constantFrom("GET", "GET", "GET", "POST", "HEAD", "PUT"),
  fc
    .tuple(
      fc.array(fc.constantFrom("x", "x", "y", "z", "", "%78", "x%2Fy", "x:go", "é%C3%A9"), { maxLength: 6 }),
      fc.constantFrom("", "", "", ":go", ":x", ":%67o", "%3Ago", "/", ":"),
    )
    .map(([segments, end]) => `/${segments.join("/")}${end}`),
);

function ignoreFault(): void {}
