import assert from "node:assert/strict";
import { describe, it, onTestFinished } from "vitest";
import { createHealthService } from "../../lib/grpc/health.js";
import { ConfigError, createClient, Interceptor, listen, startGrpcServer, status } from "../../lib/index.js";
import { loadNotes, stopAfterwards } from "./notes.js";

interface HealthClient {
  check(request: { service?: string }): Promise<{ status: string }>;
  list(request: object): Promise<{ statuses: Record<string, { status: string }> }>;
  watch(request: { service?: string }): AsyncIterableIterator<{ status: string }>;
}

/** Both servers have it; each is started with an interceptor that lets nobody in. */
const servers = {
  startGrpcServer: async (health?: boolean) => {
    const services = (await loadNotes()).use(new Closed());
    const server = stopAfterwards(await startGrpcServer(services, { address: "127.0.0.1:0", health }));
    return { server, target: server.addresses[0] as string };
  },
  listen: async (health?: boolean) => {
    const services = (await loadNotes()).use(new Closed());
    const server = stopAfterwards(await listen(services, { host: "127.0.0.1", health }));
    const { port } = server.address as { port: number };
    return { server, target: `127.0.0.1:${port}` };
  },
};

class Closed extends Interceptor {
  override unaryServerHandler(): Promise<never> {
    return Promise.reject(new Error("no entry"));
  }
  override serverStreamingServerHandler(): never {
    throw new Error("no entry");
  }
}

function connect(target: string): HealthClient {
  const definition = createHealthService(() => []).services.definition("grpc.health.v1.Health");
  const client = createClient<HealthClient>(definition, target);
  onTestFinished(() => client.close());
  return client;
}

for (const [name, start] of Object.entries(servers)) {
  describe(`health through ${name}`, () => {
    it("is SERVING for the server and each service, whatever interceptors say", async () => {
      const { target } = await start();
      const { check } = connect(target);
      assert.deepEqual(await check({}), { status: "SERVING" });
      assert.deepEqual(await check({ service: "behaviour.v1.Notes" }), { status: "SERVING" });
    });

    for (const [service, what] of [
      ["__proto__", "that there is not"],
      ["behaviour.v1.Fields", "that was loaded, but is not served"],
    ] as const) {
      it(`is NOT_FOUND for a service ${what}`, async () => {
        const { target } = await start();
        await assert.rejects(connect(target).check({ service }), { code: status.NOT_FOUND });
      });
    }

    it("is what the application sets", async () => {
      const { server, target } = await start();
      const { check, list } = connect(target);
      server.health.setServingStatus("behaviour.v1.Notes", "NOT_SERVING");
      assert.deepEqual(await check({ service: "behaviour.v1.Notes" }), { status: "NOT_SERVING" });
      assert.equal(server.health.servingStatus("behaviour.v1.Notes"), "NOT_SERVING");
      assert.equal(server.health.servingStatus(), "SERVING");
      assert.deepEqual((await list({})).statuses, {
        "": { status: "SERVING" },
        "behaviour.v1.Notes": { status: "NOT_SERVING" },
      });
    });

    it("is watched: once at first, then at each change", async () => {
      const { server, target } = await start();
      const seen: string[] = [];
      for await (const { status } of connect(target).watch({ service: "behaviour.v1.Notes" })) {
        seen.push(status);
        if (seen.length === 3) break;
        server.health.setServingStatus("", "NOT_SERVING"); // somebody else's
        server.health.setServingStatus("behaviour.v1.Notes", seen.length === 1 ? "NOT_SERVING" : "SERVING");
      }
      assert.deepEqual(seen, ["SERVING", "NOT_SERVING", "SERVING"]);
    });

    it("is SERVICE_UNKNOWN for those who watch what there is not", async () => {
      const { target } = await start();
      for await (const { status } of connect(target).watch({ service: "nobody" })) {
        assert.equal(status, "SERVICE_UNKNOWN");
        break;
      }
    });

    it("is NOT_SERVING from the beginning of a shutdown, which those who watch do not hold up", async () => {
      const { server, target } = await start();
      const seen: string[] = [];
      let stopping: Promise<void> | undefined;
      await assert.rejects(
        async () => {
          for await (const { status } of connect(target).watch({})) {
            seen.push(status);
            stopping ??= server.shutdown();
          }
        },
        { code: status.UNAVAILABLE },
      );
      await stopping;
      assert.deepEqual(seen, ["SERVING", "NOT_SERVING"]);
      assert.equal(server.health.servingStatus(), "NOT_SERVING");
    });

    it("refuses the name of a service that is not served, with a suggestion", async () => {
      const { server } = await start();
      assert.throws(
        () => server.health.setServingStatus("behaviour.v1.Note", "SERVING"),
        (error) => error instanceof ConfigError && error.message.includes('"behaviour.v1.Notes"'),
      );
    });

    it("refuses a status that there is not", async () => {
      const { health } = (await start()).server;
      assert.throws(() => health.setServingStatus("", "DOWN" as "SERVING"), {
        name: "ConfigError",
        message: 'the status "DOWN" is neither "SERVING" nor "NOT_SERVING"',
      });
      assert.equal(health.servingStatus(), "SERVING");
    });

    it("can be left out", async () => {
      const { target } = await start(false);
      await assert.rejects(connect(target).check({}), { code: status.UNIMPLEMENTED });
    });
  });
}
