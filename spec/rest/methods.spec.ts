import assert from "node:assert/strict";
import type { RequestListener } from "node:http";
import { beforeEach, describe, it } from "vitest";
import { createMetadata } from "../../lib/call/metadata.js";
import type { Transcoder } from "../../lib/index.js";
import { useEcho } from "./echo-server.js";

/** Hands what the transcoder leaves to the next middleware on to it. */
function thenNext(transcoder: RequestListener): RequestListener {
  return (req, res) => {
    (transcoder as Transcoder)(req, res, (error) => {
      res.writeHead(error === undefined ? 299 : 599).end("next");
    });
  };
}

describe("an unknown path", () => {
  const paths = [
    "/",
    "/v1",
    "/v1/nowhere",
    "/v1/path",
    "/v1/path/",
    "/v1/raw/",
    "//v1/raw",
    "/V1/raw",
    "/v1/raw%2F",
    "/v1%2Fraw",
    "/v1/raw/../raw",
    "*",
  ];

  describe("in a transcoder of its own", () => {
    const echo = useEcho();

    for (const path of paths) {
      it(`is 404: ${path}`, async () => {
        const answer = await echo().send({ httpMethod: path === "*" ? "OPTIONS" : "GET", path });
        assert.equal(answer.status, 404);
        assert.equal(answer.json.code, 5);
        assert.match(answer.json.message, /^no route for /);
      });
    }

    it("is named in no more of its length than needed", async () => {
      const answer = await echo().get(`/${"x".repeat(5000)}`);
      assert(answer.json.message.length < 300);
    });
  });

  describe("in a transcoder before something else", () => {
    const echo = useEcho({ mount: thenNext });

    for (const path of paths) {
      it(`is next's: ${path}`, async () => {
        assert.equal((await echo().send({ httpMethod: path === "*" ? "OPTIONS" : "GET", path })).status, 299);
      });
    }
  });
});

describe("another HTTP method", () => {
  const echo = useEcho();

  for (const { path, httpMethod, allow } of [
    { path: "/v1/nothing", httpMethod: "GET", allow: "DELETE, POST, OPTIONS" },
    { path: "/v1/raw", httpMethod: "PUT", allow: "GET, HEAD, POST, OPTIONS" },
    { path: "/v1/whole", httpMethod: "PATCH", allow: "POST, OPTIONS" },
    { path: "/v1/path/a:cancel", httpMethod: "DELETE", allow: "GET, HEAD, POST, OPTIONS" },
    { path: "/v1/path/%zz", httpMethod: "POST", allow: "GET, HEAD, OPTIONS" },
  ]) {
    it(`is 405: ${httpMethod} ${path}`, async () => {
      const answer = await echo().send({ httpMethod, path });
      assert.equal(answer.status, 405);
      assert.equal(answer.headers.allow, allow);
      assert.equal(answer.json.code, 12);
      const names = allow.split(", ").slice(0, -1).join(" or ");
      assert.equal(answer.json.message, `the HTTP method ${httpMethod} is not allowed here: use ${names}`);
    });
  }

  it("is 405 without a body for HEAD", async () => {
    const answer = await echo().send({ httpMethod: "HEAD", path: "/v1/whole" });
    assert.equal(answer.status, 405);
    assert.equal(answer.headers.allow, "POST, OPTIONS");
    assert.equal(answer.text, "");
  });
});

describe("OPTIONS", () => {
  const echo = useEcho();

  it("is answered with what is allowed", async () => {
    const answer = await echo().send({ httpMethod: "OPTIONS", path: "/v1/raw" });
    assert.equal(answer.status, 204);
    assert.equal(answer.headers.allow, "GET, HEAD, POST, OPTIONS");
    assert.equal(answer.text, "");
  });

  it("goes to the rule of any method", async () => {
    echo().handlers.Custom = async () => ({ text: "any" });
    assert.deepEqual((await echo().send({ httpMethod: "OPTIONS", path: "/v1/custom/any" })).json, {
      text: "any",
    });
  });
});

describe('methodNotAllowed: "next"', () => {
  const echo = useEcho({ options: { methodNotAllowed: "next" }, mount: thenNext });

  it("leaves other methods and OPTIONS to what comes after", async () => {
    for (const httpMethod of ["PUT", "OPTIONS"]) {
      assert.equal((await echo().send({ httpMethod, path: "/v1/raw" })).status, 299);
    }
    assert.equal((await echo().get("/v1/raw")).status, 200);
  });
});

describe("HEAD", () => {
  const echo = useEcho();
  beforeEach(() => echo().reset());

  it("is answered as GET is, without its body", async () => {
    const get = await echo().get("/v1/path/a");
    const head = await echo().send({ httpMethod: "HEAD", path: "/v1/path/a" });
    assert.equal(head.status, 200);
    assert.equal(head.text, "");
    for (const name of ["content-type", "content-length"])
      assert.equal(head.headers[name], get.headers[name]);
    assert.equal(echo().requests.length, 2);
  });

  it("is answered with GET's error", async () => {
    const head = await echo().send({ httpMethod: "HEAD", path: "/v1/path/x/abc" });
    assert.equal(head.status, 400);
    assert.equal(head.text, "");
  });

  it("may have a rule of its own", async () => {
    assert.equal((await echo().send({ httpMethod: "HEAD", path: "/v1/custom/head" })).status, 200);
    assert.equal((await echo().get("/v1/custom/head")).status, 405);
  });
});

describe("a custom method", () => {
  const echo = useEcho();

  it("is matched by its name", async () => {
    assert.equal((await echo().send({ httpMethod: "PURGE", path: "/v1/custom/purge" })).status, 200);
    assert.equal((await echo().get("/v1/custom/purge")).headers.allow, "PURGE, OPTIONS");
  });

  for (const httpMethod of ["GET", "POST", "DELETE", "PROPFIND"]) {
    it(`* is ${httpMethod}, too`, async () => {
      const answer = await echo().send({ httpMethod, path: "/v1/custom/any", body: '{"text":"a"}' });
      assert.deepEqual(answer.json, { text: "a" });
    });
  }
});

describe("methodOverride", () => {
  const override = (name: string) => ({ "x-http-method-override": name });

  describe("when it is on", () => {
    const echo = useEcho({ options: { methodOverride: true, json: { emitDefaults: false } } });

    it("routes a POST as the method in its header", async () => {
      assert.deepEqual((await echo().post("/v1/query/a?int32=1", "", override("DELETE"))).json, {
        text: "a",
        int32: 1,
      });
      assert.deepEqual((await echo().post("/v1/path/a", "", override("get"))).json, { text: "a" });
    });

    it("says which method is not allowed", async () => {
      const answer = await echo().post("/v1/query/a", "", override("PUT"));
      assert.equal(answer.status, 405);
      assert.match(answer.json.message, /method PUT is not allowed/);
      assert.equal((await echo().post("/v1/query/a", "", override("OPTIONS"))).status, 204);
    });

    it("routes no other method otherwise", async () => {
      for (const httpMethod of ["GET", "PUT"]) {
        const answer = await echo().send({ httpMethod, path: "/v1/query/a", headers: override("DELETE") });
        assert.equal(answer.status, 405);
      }
    });
  });

  describe("when it is not", () => {
    const echo = useEcho();

    it("is a header like any other", async () => {
      assert.equal((await echo().post("/v1/query/a", "", override("DELETE"))).status, 405);
      echo().handlers.GetPath = async (call) => ({
        text: String(call.metadata.get("x-http-method-override")),
      });
      const answer = await echo().get("/v1/path/a", override("DELETE"));
      assert.deepEqual(answer.json, { text: "DELETE" });
    });
  });
});

describe("a success", () => {
  const echo = useEcho();
  beforeEach(() => echo().reset());

  it("has the status and headers that the handler sets", async () => {
    echo().handlers.Whole = async (call) => {
      const metadata = createMetadata();
      metadata.set("location", "/v1/path/new");
      call.sendMetadata(metadata);
      call.httpStatus = 201;
      return { text: "new" };
    };
    const answer = await echo().post("/v1/whole", {});
    assert.equal(answer.status, 201);
    assert.equal(answer.headers.location, "/v1/path/new");
    assert.deepEqual(answer.json, { text: "new" });
  });

  it("may have the status that was set on Express's response", async () => {
    echo().handlers.Whole = async (call) => {
      if (call.http !== undefined) call.http.res.statusCode = 202;
      return {};
    };
    assert.equal((await echo().post("/v1/whole", {})).status, 202);
  });

  for (const status of [204, 205, 304]) {
    it(`of status ${status} has no content`, async () => {
      echo().handlers.Nothing = async (call) => {
        call.httpStatus = status;
        return {};
      };
      echo().handlers.Watch = async function* (call) {
        call.httpStatus = status;
        yield {};
      };
      for (const answer of [
        await echo().send({ httpMethod: "DELETE", path: "/v1/nothing" }),
        await echo().get("/v1/watch/a"),
      ]) {
        assert.equal(answer.status, status);
        assert.equal(answer.text, "");
        assert.equal(answer.headers["content-type"], undefined);
      }
    });
  }

  for (const status of [0, 99, 100, 101, 199, 600, 1000, 200.5, Number.NaN, "201"]) {
    it(`of status ${status} is a fault of the handler`, async () => {
      for (const [name, path] of [
        ["GetPath", "/v1/path/a"],
        ["Watch", "/v1/watch/a"],
        ["Raw", "/v1/raw"],
      ] as const) {
        echo().reset();
        echo().handlers[name] = (call) => {
          call.httpStatus = status as number;
          return name === "Watch" ? [{}] : Promise.resolve({});
        };
        const answer = await echo().get(path);
        assert.equal(answer.status, 500);
        assert.match(String(echo().faults[0]), /^RangeError: call\.httpStatus is/);
      }
    });
  }

  it("of a failed call keeps the status of the failure", async () => {
    echo().handlers.Whole = async (call) => {
      call.httpStatus = 201;
      throw { code: 6, details: "is there" };
    };
    assert.equal((await echo().post("/v1/whole", {})).status, 409);
  });
});

describe("a service without an implementation", () => {
  const echo = useEcho({ serves: [] });

  it("is 501", async () => {
    for (const path of ["/v1/path/a", "/v1/watch/a"]) {
      const answer = await echo().get(path);
      assert.equal(answer.status, 501);
      assert.equal(answer.json.code, 12);
    }
  });
});
