import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { constants, gunzipSync } from "node:zlib";
import compression from "compression";
import cors from "cors";
import express5, { type ErrorRequestHandler, type Express, type Request, type RequestHandler } from "express";
// @ts-expect-error: another name for an older version has no types of its own
import express4 from "express4";
import helmet from "helmet";
import morgan from "morgan";
import { beforeEach, describe, it } from "vitest";
import { createMetadata } from "../../lib/call/metadata.js";
import { RpcError, status, transcodingRouter } from "../../lib/index.js";
import { type EchoServer, loadEcho, useEcho } from "../rest/echo-server.js";
import { valuesOf } from "../rest/http-client.js";

// Express 4 has the same surface as far as these specs use it.
const versions = [
  { version: "Express 5", express: express5 },
  { version: "Express 4", express: express4 as unknown as typeof express5 },
];

/** As much of a gzip stream as has been flushed. */
function inflatePart(latin1: string): string {
  return String(gunzipSync(Buffer.from(latin1, "latin1"), { finishFlush: constants.Z_SYNC_FLUSH }));
}

/** Puts the router into an app, as `place` has it. */
function useApp(
  express: typeof express5,
  place: (app: Express, router: RequestHandler) => void,
): () => EchoServer {
  return useEcho({
    mount: (_transcoder, services) => {
      const app = express();
      place(app, transcodingRouter(services, { json: { emitDefaults: false } }) as RequestHandler);
      return app;
    },
  });
}

for (const { version, express } of versions) {
  describe(`transcodingRouter in ${version}`, () => {
    describe("under a prefix", () => {
      const echo = useApp(express, (app, router) => app.use("/api/v2", router));

      it("serves its routes there, and only there", async () => {
        assert.deepEqual((await echo().get("/api/v2/v1/path/a?int32=5")).json, { text: "a", int32: 5 });
        assert.equal((await echo().get("/v1/path/a")).status, 404);
      });

      it("decodes a path once, wherever it is mounted", async () => {
        assert.deepEqual((await echo().get("/api/v2/v1/path/a%252Fb%2Fc")).json, { text: "a%2Fb/c" });
        const answer = await echo().get("/api/v2/v1/path/%zz");
        assert.equal(answer.status, 400);
        assert.equal(answer.json.code, 3);
      });

      it("answers other methods there", async () => {
        const answer = await echo().send({ httpMethod: "DELETE", path: "/api/v2/v1/raw" });
        assert.equal(answer.status, 405);
        assert.equal(answer.headers.allow, "GET, HEAD, POST, OPTIONS");
      });

      it("takes a whole URL, as it is asked of proxies", async () => {
        assert.deepEqual((await echo().get("http://example.com/api/v2/v1/path/a")).json, { text: "a" });
      });
    });

    describe("in nested routers with parameters", () => {
      const echo = useApp(express, (app, router) => {
        const inner = express.Router().use("/inner", router);
        app.use("/:tenant", express.Router({ mergeParams: true }).use("/outer", inner));
      });

      it("serves its routes", async () => {
        assert.deepEqual((await echo().get("/acme/outer/inner/v1/path/a")).json, { text: "a" });
      });
    });

    describe("under a path with parameters", () => {
      const echo = useApp(express, (app, router) => {
        app.use("/:tenant", express.Router({ mergeParams: true }).use("/:region", router));
      });

      it("tells them to handlers", async () => {
        echo().handlers.GetPath = async (call) => {
          const req = call.http?.req as Request | undefined;
          return { text: `${req?.params.tenant} ${req?.params.region}` };
        };
        assert.deepEqual((await echo().get("/acme/eu/v1/path/a")).json, { text: "acme eu" });
      });
    });

    describe("beside routes of the app", () => {
      const echo = useApp(express, (app, router) => {
        app.get("/v1/path/own", (_req, res) => void res.send("before"));
        app.use(router);
        app.get("/v1/own", (_req, res) => void res.send("after"));
        app.get("/v1/path/own2", (_req, res) => void res.send("never"));
        app.use((_req, res) => void res.status(404).send("the app's 404"));
      });

      it("leaves them to the app", async () => {
        assert.equal((await echo().get("/v1/path/own")).text, "before");
        assert.equal((await echo().get("/v1/own")).text, "after");
        assert.deepEqual((await echo().get("/v1/path/own2")).json, { text: "own2" });
        assert.equal((await echo().get("/v1/nowhere")).text, "the app's 404");
      });

      it("leaves bodies that it does not read to the app", async () => {
        const answer = await echo().post("/v1/nowhere", "x".repeat(100_000));
        assert.equal(answer.status, 404);
      });
    });

    describe("before an error middleware", () => {
      const heard: unknown[] = [];
      const echo = useApp(express, (app, router) => {
        app.use(router);
        app.get("/v1/own", () => {
          throw new Error("the app's own");
        });
        app.use(((error, _req, res, _next) => {
          heard.push(error.message);
          res.status(418).send("the app's error");
        }) satisfies ErrorRequestHandler);
      });
      beforeEach(() => {
        heard.length = 0;
      });

      it("answers its own errors itself", async () => {
        echo().handlers.GetPath = () => Promise.reject(new RpcError(status.NOT_FOUND, "no"));
        assert.equal((await echo().get("/v1/path/a")).status, 404);
        assert.equal((await echo().post("/v1/whole", "{")).status, 400);
        assert.deepEqual(heard, []);
      });

      it("leaves the app's errors to the app", async () => {
        assert.equal((await echo().get("/v1/own")).status, 418);
        assert.deepEqual(heard, ["the app's own"]);
      });
    });

    describe("behind compression", () => {
      const echo = useApp(express, (app, router) =>
        app.use(compression({ threshold: 0 }) as RequestHandler, router),
      );
      const gzip = { "accept-encoding": "gzip" };
      beforeEach(() => echo().reset());

      it("is compressed", async () => {
        const answer = await echo().get(`/v1/path/${"a".repeat(2000)}`, gzip);
        assert.equal(answer.headers["content-encoding"], "gzip");
        assert.equal(answer.headers["content-length"], undefined);
        assert.equal(answer.headers.vary, "Accept-Encoding");
        assert.equal(JSON.parse(String(gunzipSync(answer.bytes))).text.length, 2000);
      });

      it("streams message by message", async () => {
        let fire = () => {};
        const seen = new Promise<void>((resolve) => {
          fire = resolve;
        });
        echo().handlers.Watch = async function* () {
          yield { text: "first" };
          await seen;
          yield { text: "second" };
        };
        const headers = { ...gzip, accept: "text/event-stream" };
        const { response } = await echo().open({ path: "/v1/watch/a", headers });
        assert.equal(response.headers["content-encoding"], "gzip");
        // The flushed part of a gzip stream can be read before its end.
        response.setEncoding("latin1");
        let text = "";
        for await (const chunk of response) {
          text += chunk;
          if (inflatePart(text).includes("first")) fire();
        }
        assert.equal(inflatePart(text), 'data: {"text":"first"}\n\ndata: {"text":"second"}\n\n');
        assert.equal(response.trailers["grpc-status"], "0");
      });

      it("waits for a reader that has stopped, with no listener too many", async () => {
        let made = 0;
        const warnings: Error[] = [];
        const warn = (warning: Error) => warnings.push(warning);
        process.on("warning", warn);
        echo().handlers.Watch = async function* () {
          // What does not compress.
          for (; made < 3000; made++) yield { bytes: randomBytes(4000) };
        };
        const headers = { ...gzip, accept: "text/event-stream" };
        const { response } = await echo().open({ path: "/v1/watch/a", headers });
        response.pause();
        let [last, rounds] = [made, 0];
        for (; rounds < 500; rounds = made === last ? rounds + 1 : 0) {
          last = made;
          await new Promise((resolve) => setImmediate(resolve));
        }
        assert(made < 2500, `${made} messages were made`);
        let length = 0;
        response.on("data", (bytes: Buffer) => {
          length += bytes.length;
        });
        response.resume();
        await once(response, "end");
        process.off("warning", warn);
        assert.equal(made, 3000);
        assert(length > 0);
        assert.deepEqual(warnings, []);
      });

      it("leaves a stream that its client breaks off", async () => {
        let close = () => {};
        const closed = new Promise<void>((resolve) => {
          close = resolve;
        });
        echo().handlers.Watch = async function* () {
          try {
            for (;;) {
              yield { bytes: randomBytes(4000) };
              await new Promise((resolve) => setImmediate(resolve));
            }
          } finally {
            close();
          }
        };
        const { request, read } = await echo().open({
          path: "/v1/watch/a",
          headers: { ...gzip, accept: "text/event-stream" },
        });
        await read();
        request.destroy();
        await closed;
      });
    });

    describe("behind helmet, cors and morgan", () => {
      const lines: string[] = [];
      const echo = useApp(express, (app, router) => {
        app.use(helmet() as RequestHandler);
        app.use(
          cors({
            origin: "https://app.example.com",
            credentials: true,
            exposedHeaders: ["x-a"],
          }) as RequestHandler,
        );
        app.use(
          morgan(":method :url :status :res[content-length]", {
            stream: { write: (line) => lines.push(line.trim()) },
          }) as RequestHandler,
        );
        app.use(router);
      });
      beforeEach(() => {
        lines.length = 0;
        echo().reset();
      });

      it("keeps their headers beside its own", async () => {
        echo().handlers.GetPath = async (call) => {
          const metadata = createMetadata();
          metadata.set("vary", "Accept-Language");
          metadata.set("x-a", "1");
          call.sendMetadata(metadata);
          return {};
        };
        const answer = await echo().get("/v1/path/a", { origin: "https://app.example.com" });
        assert.equal(answer.headers["access-control-allow-origin"], "https://app.example.com");
        assert.equal(answer.headers["access-control-expose-headers"], "x-a");
        assert.equal(answer.headers["x-content-type-options"], "nosniff");
        assert.deepEqual(valuesOf(answer, "vary"), ["Origin", "Accept-Language"]);
        assert.equal(answer.headers["x-a"], "1");
      });

      it("leaves preflight requests to cors", async () => {
        const answer = await echo().send({
          httpMethod: "OPTIONS",
          path: "/v1/whole",
          headers: { origin: "https://app.example.com", "access-control-request-method": "POST" },
        });
        assert.equal(answer.status, 204);
        assert.equal(answer.headers["access-control-allow-methods"], "GET,HEAD,PUT,PATCH,POST,DELETE");
        assert.equal(answer.headers.allow, undefined);
      });

      it("is logged as it was answered", async () => {
        await echo().get("/v1/path/a");
        await echo().get("/v1/path/x/abc");
        await echo().get("/v1/watch/a");
        assert.equal(lines[0], "GET /v1/path/a 200 12");
        assert.match(lines[1] ?? "", /^GET \/v1\/path\/x\/abc 400 \d+$/);
        assert.equal(lines[2], "GET /v1/watch/a 200 -");
      });
    });

    describe("behind a proxy", () => {
      const echo = useApp(express, (app, router) => app.set("trust proxy", "loopback").use(router));
      const direct = useApp(express, (app, router) => app.use(router));
      const forwarded = { "x-forwarded-for": "203.0.113.7" };

      it("knows the peer that a trusted proxy names", async () => {
        for (const [address, peer] of [
          ["203.0.113.7", "203.0.113.7"],
          ["2001:db8::7", "[2001:db8::7]"],
        ] as const) {
          let told = "";
          echo().handlers.GetPath = async (call) => {
            told = call.getPeer();
            return {};
          };
          await echo().get("/v1/path/a", { "x-forwarded-for": address });
          assert.equal(told, peer);
        }
      });

      it("believes no other", async () => {
        let told = "";
        direct().handlers.GetPath = async (call) => {
          told = call.getPeer();
          return {};
        };
        await direct().get("/v1/path/a", forwarded);
        assert.match(told, /^127\.0\.0\.1:\d+$/);
      });
    });

    describe("beside other routers of its kind", () => {
      const echo = useEcho({
        mount: (_transcoder, services) => {
          const app = express();
          app.use("/plain", transcodingRouter(services, { json: { emitDefaults: false } }) as RequestHandler);
          app.use("/google", transcodingRouter(services, { preset: "google" }) as RequestHandler);
          app.use(
            transcodingRouter(services, {
              json: { protoFieldNames: true, emitDefaults: false },
            }) as RequestHandler,
          );
          return app;
        },
      });

      it("has options of its own", async () => {
        assert.deepEqual((await echo().get("/plain/v1/path/snake/a")).json, { snakeCase: "a" });
        assert.deepEqual((await echo().get("/v1/path/snake/a")).json, { snake_case: "a" });
        assert.equal((await echo().get("/google/v1/query?int32=x")).json.error.status, "INVALID_ARGUMENT");
        assert.equal((await echo().get("/google/v1/path/a")).json.int32, 0);
      });
    });

    describe("before another one with other methods on the same paths", () => {
      const echo = useEcho({
        mount: (_transcoder, services) => {
          const app = express();
          app.use(transcodingRouter(services, { methodNotAllowed: "next" }) as RequestHandler);
          app.post("/v1/path/a", (_req, res) => void res.send("the other"));
          return app;
        },
      });

      it("leaves those to it when told to", async () => {
        assert.equal((await echo().post("/v1/path/a", {})).text, "the other");
        assert.equal((await echo().get("/v1/path/a")).json.text, "a");
      });
    });

    describe("of several services", () => {
      it("leaves to the next what is not its own", async () => {
        const [one, other] = await Promise.all([
          loadEcho(),
          loadEcho({
            serviceConfig: { http: { rules: [{ selector: "http.v1.Echo.GetPath", get: "/v2/{text}" }] } },
          }),
        ]);
        const app = express();
        for (const services of [one, other]) {
          services.add("http.v1.Echo", {
            getPath: async () => ({ text: services === one ? "one" : "other" }),
          });
          app.use(transcodingRouter(services, { json: { emitDefaults: false } }) as RequestHandler);
        }
        const server = app.listen(0, "127.0.0.1");
        await new Promise((resolve) => server.once("listening", resolve));
        try {
          const { port } = server.address() as { port: number };
          const get = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).json();
          assert.deepEqual(await get("/v1/path/a"), { text: "one" });
          assert.deepEqual(await get("/v2/a"), { text: "other" });
        } finally {
          server.close();
        }
      });
    });
  });
}
