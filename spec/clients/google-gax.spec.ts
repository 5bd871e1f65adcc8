import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { v1 } from "@google-cloud/secret-manager";
import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import {
  createTranscoder,
  type HandlerCall,
  loadServices,
  RpcError,
  type Services,
  status,
  type TranscodingOptions,
} from "../../lib/index.js";
import { loadEcho } from "../rest/echo-server.js";

// Google's own client for REST, as it comes, against services that speak as Google's do.

/** Calls without credentials. */
const auth = {
  universeDomain: "googleapis.com",
  getRequestHeaders: async () => new Headers(),
  fetch: (url: string, options: RequestInit) => fetch(url, options),
};

interface Secret {
  readonly name: string;
  readonly labels: Record<string, string>;
  readonly ttl: { readonly seconds: string } | null;
  readonly versionAliases: Record<string, string>;
  readonly etag: string;
}

/** Enough of Secret Manager, in memory. */
function createSecretManager() {
  const secrets = new Map<string, Secret>();
  const payloads = new Map<string, Buffer>();
  const requests: object[] = [];

  function find(name: string): Secret {
    const found = secrets.get(name);
    if (found !== undefined) return found;
    throw new RpcError(status.NOT_FOUND, `Secret [${name}] not found.`, {
      details: [
        {
          "@type": "type.googleapis.com/google.rpc.ErrorInfo",
          reason: "SECRET_NOT_FOUND",
          domain: "secretmanager.googleapis.com",
          metadata: { name },
        },
        {
          "@type": "type.googleapis.com/google.rpc.ResourceInfo",
          resourceType: "Secret",
          resourceName: name,
        },
      ],
    });
  }

  const service = {
    async createSecret({ request }: HandlerCall<{ parent: string; secretId: string; secret: Secret }>) {
      requests.push(request);
      const name = `${request.parent}/secrets/${request.secretId}`;
      if (secrets.has(name)) throw new RpcError(status.ALREADY_EXISTS, `Secret [${name}] already exists.`);
      secrets.set(name, { ...request.secret, name, etag: '"1"' });
      return find(name);
    },
    getSecret: async ({ request }: HandlerCall<{ name: string }>) => find(request.name),
    async listSecrets({
      request,
    }: HandlerCall<{ parent: string; pageSize: number; pageToken: string; filter: string }>) {
      requests.push(request);
      const all = [...secrets.values()].filter(
        ({ name }) => name.startsWith(`${request.parent}/`) && name.includes(request.filter),
      );
      const start = Number(request.pageToken || 0);
      const end = start + (request.pageSize || all.length);
      return {
        secrets: all.slice(start, end),
        nextPageToken: end < all.length ? String(end) : "",
        totalSize: all.length,
      };
    },
    async updateSecret({ request }: HandlerCall<{ secret: Secret; updateMask: { paths: string[] } }>) {
      requests.push(request);
      assert.deepEqual(request.updateMask.paths, ["labels", "version_aliases"]);
      const { labels, versionAliases } = request.secret;
      const updated = { ...find(request.secret.name), labels, versionAliases };
      secrets.set(updated.name, updated);
      return updated;
    },
    async deleteSecret({ request }: HandlerCall<{ name: string; etag: string }>) {
      requests.push(request);
      find(request.name);
      secrets.delete(request.name);
      return {};
    },
    async addSecretVersion({ request }: HandlerCall<{ parent: string; payload: { data: Buffer } }>) {
      find(request.parent);
      const name = `${request.parent}/versions/${payloads.size + 1}`;
      payloads.set(name, request.payload.data);
      return { name, state: "ENABLED", createTime: { seconds: 1_600_000_000, nanos: 5 } };
    },
    async accessSecretVersion({ request }: HandlerCall<{ name: string }>) {
      return {
        name: request.name,
        payload: { data: payloads.get(request.name), dataCrc32c: "9007199254740993" },
      };
    },
    disableSecretVersion: async ({ request }: HandlerCall<{ name: string }>) => ({
      name: request.name,
      state: "DISABLED",
    }),
  };
  return { service, requests, clear: () => secrets.clear() };
}

async function serve(services: Services, json: TranscodingOptions["json"] = {}): Promise<Server> {
  const server = createServer(
    createTranscoder(services, { preset: "google", unknownQueryParameters: "reject", json }),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

function stop(server: Server): void {
  server.closeAllConnections();
  server.close();
}

describe("google-gax over REST", () => {
  const { service, requests, clear } = createSecretManager();
  const parent = "projects/acme";
  let server: Server;
  let client: v1.SecretManagerServiceClient;

  beforeAll(async () => {
    const services = await loadServices("google/cloud/secretmanager/v1/service.proto", {
      includeDirs: ["node_modules/google-proto-files"],
    });
    services.add("google.cloud.secretmanager.v1.SecretManagerService", service);
    server = await serve(services);
    const { port } = server.address() as AddressInfo;
    const options = { fallback: true, protocol: "http", apiEndpoint: "127.0.0.1", port, auth };
    // The client declares `auth` as a class of its own; these are the members that it uses.
    client = new v1.SecretManagerServiceClient(
      options as unknown as NonNullable<ConstructorParameters<typeof v1.SecretManagerServiceClient>[0]>,
    );
  });
  afterAll(async () => {
    await client.close();
    stop(server);
  });
  beforeEach(() => {
    clear();
    requests.length = 0;
  });

  const create = (secretId: string, secret: object = {}) => client.createSecret({ parent, secretId, secret });

  it("creates", async () => {
    const [secret] = await create("door", {
      replication: { automatic: {} },
      labels: { env: "prod", é: "ü" },
      ttl: { seconds: 3600 },
      versionAliases: { live: 7 },
    });
    assert.equal(secret.name, "projects/acme/secrets/door");
    assert.deepEqual(secret.labels, { env: "prod", é: "ü" });
    assert.equal(String(secret.ttl?.seconds), "3600");
    assert.equal(String(secret.versionAliases?.live), "7");
    const [request] = requests as { secretId: string }[];
    assert.equal(request?.secretId, "door");
  });

  it("creates without fields of its own", async () => {
    const [secret] = await create("empty");
    assert.equal(secret.name, "projects/acme/secrets/empty");
  });

  it("gets, with a name that needs escapes", async () => {
    await create("a b+c%2F:d");
    const name = "projects/acme/secrets/a b+c%2F:d";
    const [secret] = await client.getSecret({ name });
    assert.equal(secret.name, name);
    assert.equal(secret.etag, '"1"');
  });

  it("lists page by page", async () => {
    for (const id of ["a", "b", "c", "d", "e"]) await create(id);
    const [all] = await client.listSecrets({ parent, pageSize: 2 });
    assert.deepEqual(
      all.map(({ name }) => name?.slice(-1)),
      ["a", "b", "c", "d", "e"],
    );
    const lists = requests.filter((request) => "pageToken" in request) as {
      pageToken: string;
      pageSize: number;
    }[];
    assert.deepEqual(
      lists.map(({ pageSize, pageToken }) => [pageSize, pageToken]),
      [
        [2, ""],
        [2, "2"],
        [2, "4"],
      ],
    );
  });

  it("lists by iteration, with a filter", async () => {
    for (const id of ["a1", "b", "a2"]) await create(id);
    const names: unknown[] = [];
    for await (const { name } of client.listSecretsAsync({ parent, filter: "secrets/a" })) names.push(name);
    assert.deepEqual(names, ["projects/acme/secrets/a1", "projects/acme/secrets/a2"]);
  });

  it("updates by a mask in snake_case", async () => {
    await create("door", { labels: { env: "test" } });
    const [secret] = await client.updateSecret({
      secret: { name: "projects/acme/secrets/door", labels: { env: "prod" }, versionAliases: { live: 1 } },
      updateMask: { paths: ["labels", "version_aliases"] },
    });
    assert.deepEqual(secret.labels, { env: "prod" });
    assert.equal(String(secret.versionAliases?.live), "1");
  });

  it("adds and reads a version, byte for byte", async () => {
    await create("door");
    const data = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    const [version] = await client.addSecretVersion({
      parent: "projects/acme/secrets/door",
      payload: { data },
    });
    assert.equal(version.state, "ENABLED");
    assert.equal(String(version.createTime?.seconds), "1600000000");
    assert.equal(version.createTime?.nanos, 5);
    const [access] = await client.accessSecretVersion({ name: version.name ?? "" });
    assert.deepEqual(Buffer.from(access.payload?.data as Uint8Array), data);
    assert.equal(String(access.payload?.dataCrc32c), "9007199254740993");
  });

  it("calls a method whose body has no fields", async () => {
    const name = "projects/acme/secrets/door/versions/1";
    const [version] = await client.disableSecretVersion({ name });
    assert.equal(version.name, name);
    assert.equal(version.state, "DISABLED");
  });

  it("deletes", async () => {
    await create("door");
    const [nothing] = await client.deleteSecret({ name: "projects/acme/secrets/door", etag: '"1"' });
    assert.deepEqual(nothing, {});
    assert.deepEqual(requests.at(-1), { name: "projects/acme/secrets/door", etag: '"1"' });
  });

  it("reads errors and their details", async () => {
    const name = "projects/acme/secrets/nowhere";
    await assert.rejects(client.getSecret({ name }), (error: Error & Record<string, unknown>) => {
      assert.equal(error.code, status.NOT_FOUND);
      assert.match(error.message, /Secret \[projects\/acme\/secrets\/nowhere\] not found\./);
      assert.equal(error.reason, "SECRET_NOT_FOUND");
      assert.equal(error.domain, "secretmanager.googleapis.com");
      assert.deepEqual(error.errorInfoMetadata, { name });
      assert.equal((error.statusDetails as { resourceName?: string }[])[1]?.resourceName, name);
      return true;
    });
  });

  it("reads errors of requests that are refused", async () => {
    await create("door");
    await assert.rejects(create("door"), { code: status.ALREADY_EXISTS });
    await assert.rejects(client.enableSecretVersion({ name: "projects/acme/secrets/door/versions/1" }), {
      code: status.UNIMPLEMENTED,
    });
  });
});

describe("google-gax's streams over REST", () => {
  const gax = createRequire(createRequire(import.meta.url).resolve("@google-cloud/secret-manager"))(
    "google-gax",
  );
  let server: Server;
  // biome-ignore lint/suspicious/noExplicitAny: gax makes the methods of its stubs at run time
  let stub: any;

  beforeAll(async () => {
    const services = await loadEcho();
    services.add("http.v1.Streams", {
      async *watch({ request }: HandlerCall<{ text: string; int32: number }>) {
        for (let i = 1; i <= request.int32; i++)
          yield { text: `${request.text} ${i} ]},[{"`, int64: "9007199254740993" };
        if (request.text === "fails") {
          throw new RpcError(status.ABORTED, "no more", {
            details: [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "R", domain: "D" }],
          });
        }
      },
    });
    // The client knows no sint32, not even a zero.
    server = await serve(services, { emitDefaults: false });
    const { port } = server.address() as AddressInfo;
    const client = new gax.fallback.GrpcClient({
      fallback: true,
      auth,
      numericEnums: true,
      minifyJson: true,
    });
    const root = client.loadProtoJSON(services.schema.root.toJSON());
    const options = { protocol: "http", servicePath: "127.0.0.1", port };
    stub = await client.createStub(root.lookupService("http.v1.Streams"), options, true);
  });
  afterAll(() => stop(server));

  /** All messages of a stream, and what it has ended with. */
  async function watch(
    request: object,
  ): Promise<{ texts: string[]; error?: Error & Record<string, unknown> }> {
    const texts: string[] = [];
    try {
      for await (const { text, int64 } of stub.watch(request, {}, {}, () => {})) {
        assert.equal(String(int64), "9007199254740993");
        texts.push(text);
      }
      return { texts };
    } catch (error) {
      return { texts, error: error as Error & Record<string, unknown> };
    }
  }

  it("are read to their end", async () => {
    for (const int32 of [0, 1, 500]) {
      const { texts, error } = await watch({ text: "a b/c", int32 });
      assert.equal(error, undefined);
      assert.equal(texts.length, int32);
      if (int32 > 0) assert.equal(texts.at(-1), `a b/c ${int32} ]},[{"`);
    }
  });

  it("fail before their first message with an error", async () => {
    const { texts, error } = await watch({ text: "fails", int32: 0 });
    assert.deepEqual(texts, []);
    assert.equal(error?.code, status.ABORTED);
    assert.equal(error?.reason, "R");
  });
});
