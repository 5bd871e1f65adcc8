import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import express from "express";
import {
  type HandlerCall,
  loadServices,
  RpcError,
  type Services,
  status,
  transcodingRouter,
} from "express-grpc-transcoding";
import supertest from "supertest";
import { beforeAll, describe, it } from "vitest";

// The real protos of a real API, by the REST paths that its documentation has:
// https://cloud.google.com/pubsub/docs/reference/rest

interface Topic {
  readonly name: string;
  readonly labels: Record<string, string>;
}
interface PubsubMessage {
  readonly data: Buffer;
  readonly attributes: Record<string, string>;
}

/** Enough of Pub/Sub to publish and to pull, in memory. */
function createPubsub() {
  const topics = new Map<string, Topic>();
  const subscriptions = new Map<string, { topic: string; ackDeadlineSeconds: number }>();
  const backlog = new Map<string, { ackId: string; message: PubsubMessage & { messageId: string } }[]>();
  let published = 0;

  function find<T>(map: Map<string, T>, name: string): T {
    const found = map.get(name);
    if (found === undefined) throw new RpcError(status.NOT_FOUND, `Resource not found (resource=${name}).`);
    return found;
  }

  const publisher = {
    async createTopic({ request }: HandlerCall<Topic>) {
      if (topics.has(request.name)) throw new RpcError(status.ALREADY_EXISTS, "Topic already exists");
      topics.set(request.name, request);
      return request;
    },
    getTopic: async ({ request }: HandlerCall<{ topic: string }>) => find(topics, request.topic),
    async updateTopic({ request }: HandlerCall<{ topic: Topic; updateMask: { paths: string[] } }>) {
      assert.deepEqual(request.updateMask.paths, ["labels"]);
      const updated = { ...find(topics, request.topic.name), labels: request.topic.labels };
      topics.set(updated.name, updated);
      return updated;
    },
    async listTopics({ request }: HandlerCall<{ project: string; pageSize: number; pageToken: string }>) {
      const all = [...topics.values()].filter(({ name }) => name.startsWith(`${request.project}/`));
      const start = Number(request.pageToken || 0);
      const end = start + (request.pageSize || all.length);
      return { topics: all.slice(start, end), nextPageToken: end < all.length ? String(end) : "" };
    },
    async publish({ request }: HandlerCall<{ topic: string; messages: PubsubMessage[] }>) {
      find(topics, request.topic);
      const messageIds = request.messages.map((message) => {
        const messageId = String(++published);
        for (const [name, { topic }] of subscriptions) {
          if (topic === request.topic)
            find(backlog, name).push({ ackId: `ack-${messageId}`, message: { ...message, messageId } });
        }
        return messageId;
      });
      return { messageIds };
    },
    async deleteTopic({ request }: HandlerCall<{ topic: string }>) {
      find(topics, request.topic);
      topics.delete(request.topic);
      return {};
    },
  };

  const subscriber = {
    async createSubscription({
      request,
    }: HandlerCall<{ name: string; topic: string; ackDeadlineSeconds: number }>) {
      subscriptions.set(request.name, request);
      backlog.set(request.name, []);
      return request;
    },
    async pull({ request }: HandlerCall<{ subscription: string; maxMessages: number }>) {
      return { receivedMessages: find(backlog, request.subscription).slice(0, request.maxMessages) };
    },
    async acknowledge({ request }: HandlerCall<{ subscription: string; ackIds: string[] }>) {
      const left = find(backlog, request.subscription).filter(({ ackId }) => !request.ackIds.includes(ackId));
      backlog.set(request.subscription, left);
      return {};
    },
    async modifyAckDeadline({ request }: HandlerCall<{ subscription: string; ackDeadlineSeconds: number }>) {
      find(subscriptions, request.subscription).ackDeadlineSeconds = request.ackDeadlineSeconds;
      return {};
    },
    getSubscription: async ({ request }: HandlerCall<{ subscription: string }>) => ({
      name: request.subscription,
      ...find(subscriptions, request.subscription),
    }),
  };
  return { publisher, subscriber };
}

describe("Pub/Sub, from its own protos", () => {
  let services: Services;
  let client: ReturnType<typeof supertest>;

  beforeAll(async () => {
    services = await loadServices(["google/pubsub/v1/pubsub.proto", "google/pubsub/v1/schema.proto"], {
      includeDirs: ["node_modules/google-proto-files"],
    });
    const { publisher, subscriber } = createPubsub();
    services.add("google.pubsub.v1.Publisher", publisher).add("google.pubsub.v1.Subscriber", subscriber);
    client = supertest(express().use(transcodingRouter(services)));
  });

  it("has a route for every rule that is written there", () => {
    const folder = "node_modules/google-proto-files/google/pubsub/v1";
    const text = ["pubsub.proto", "schema.proto"]
      .map((file) => readFileSync(`${folder}/${file}`, "utf8"))
      .join("");
    const rules = [...text.matchAll(/^ +(get|put|post|patch|delete): "(.+)"$/gm)].map(
      ([, httpMethod = "", template]) => `${httpMethod.toUpperCase()} ${template}`,
    );
    assert(rules.length > 0);
    assert.deepEqual(
      services.routes.map(({ httpMethod, template }) => `${httpMethod} ${template}`).sort(),
      rules.sort(),
    );
  });

  it("publishes, pulls and acknowledges", async () => {
    const topic = "projects/acme/topics/news";
    const subscription = "projects/acme/subscriptions/inbox";
    await client
      .put(`/v1/${topic}`)
      .send({ labels: { env: "test" } })
      .expect(200);
    await client.put(`/v1/${topic}`).send({}).expect(409);
    await client.put(`/v1/${subscription}`).send({ topic, ackDeadlineSeconds: 10 }).expect(200);

    const { body: got } = await client.get(`/v1/${topic}`).expect(200);
    assert.deepEqual([got.name, got.labels], [topic, { env: "test" }]);

    const update = { topic: { labels: { env: "prod" } }, updateMask: "labels" };
    const { body: updated } = await client.patch(`/v1/${topic}`).send(update).expect(200);
    assert.deepEqual([updated.name, updated.labels], [topic, { env: "prod" }]);

    const messages = [{ data: "aGVsbG8=", attributes: { lang: "en" } }, { data: "c2FsdXQ=" }];
    const { body: published } = await client.post(`/v1/${topic}:publish`).send({ messages }).expect(200);
    assert.deepEqual(published, { messageIds: ["1", "2"] });

    const { body: pulled } = await client
      .post(`/v1/${subscription}:pull`)
      .send({ maxMessages: 1 })
      .expect(200);
    const [{ ackId, message }] = pulled.receivedMessages;
    assert.deepEqual(
      [message.data, message.attributes, message.messageId],
      ["aGVsbG8=", { lang: "en" }, "1"],
    );

    await client
      .post(`/v1/${subscription}:acknowledge`)
      .send({ ackIds: [ackId] })
      .expect(200, {});
    const { body: rest } = await client
      .post(`/v1/${subscription}:pull`)
      .send({ maxMessages: 10 })
      .expect(200);
    assert.deepEqual(
      rest.receivedMessages.map((received: { message: { messageId: string } }) => received.message.messageId),
      ["2"],
    );

    await client
      .post(`/v1/${subscription}:modifyAckDeadline`)
      .send({ ackIds: [], ackDeadlineSeconds: 60 })
      .expect(200);
    const { body: modified } = await client.get(`/v1/${subscription}`).expect(200);
    assert.equal(modified.ackDeadlineSeconds, 60);
  });

  it("lists with paging by query", async () => {
    for (const name of ["a", "b", "c"])
      await client.put(`/v1/projects/pages/topics/${name}`).send({}).expect(200);
    const first = await client.get("/v1/projects/pages/topics?pageSize=2").expect(200);
    const names = ({ body }: typeof first) => body.topics.map(({ name }: Topic) => name);
    assert.deepEqual(names(first), ["projects/pages/topics/a", "projects/pages/topics/b"]);
    const second = await client.get(
      `/v1/projects/pages/topics?page_size=2&page_token=${first.body.nextPageToken}`,
    );
    assert.deepEqual([names(second), second.body.nextPageToken], [["projects/pages/topics/c"], ""]);
  });

  it("deletes, then knows nothing of it", async () => {
    await client.put("/v1/projects/acme/topics/gone").send({}).expect(200);
    await client.delete("/v1/projects/acme/topics/gone").expect(200, {});
    const { body } = await client.delete("/v1/projects/acme/topics/gone").expect(404);
    assert.deepEqual([body.code, body.details], [status.NOT_FOUND, []]);
  });

  it("answers 501 for methods that nobody implements", async () => {
    const { body } = await client.get("/v1/projects/acme/snapshots").expect(501);
    assert.equal(body.code, status.UNIMPLEMENTED);
  });
});
