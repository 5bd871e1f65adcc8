import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { ServiceDefinition } from "@grpc/grpc-js";
import { loadSync, type Options } from "@grpc/proto-loader";
import Long from "long";
import { describe, it } from "vitest";
import { ConfigError, type HandlerCall, loadServices, type Message } from "../../lib/index.js";
import { parcelsDefinition } from "../cases/generated/protobuf-ts/parcels.grpc-server.js";
import { ParcelsService } from "../cases/generated/ts-proto/parcels.js";
import { eachProtocol } from "./each-protocol.js";
import { collect, streamOf } from "./messages.js";

const generated = new URL("../cases/generated/", import.meta.url);
const source = fileURLToPath(new URL("parcels.proto", generated));
const serviceConfig = fileURLToPath(new URL("parcels.yaml", generated));

/** What callers send and read, in the form of the loaded services. */
const largeParcel = {
  parcelId: "p 1/2",
  weightGrams: "9007199254740993",
  label: Buffer.from([0, 255]),
  state: "STATE_ON_ITS_WAY",
  sentAt: { seconds: "1700000000", nanos: 500_000_000 },
  stops: [
    { place: "Ghent", meters: "5" },
    { place: "Lille", meters: "18446744073709551615" },
  ],
  itemsByName: { pen: 2 },
  note: "",
  depot: { place: "Metz", meters: "7" },
  receiver: "depot",
};

const staticCode = createRequire(import.meta.url)("../cases/generated/google-protobuf/parcels_grpc_pb.js");

function loadWith(options: Options): ServiceDefinition {
  return loadSync(source, options)["parcels.v1.Parcels"] as ServiceDefinition;
}

/** The same without integers that a number does not hold: static code has nothing else for them. */
const smallParcel = {
  ...largeParcel,
  weightGrams: "-1",
  stops: [{ place: "Ghent", meters: "5" }],
};

/** Each definition, with what a handler reads of the parcel in its form. */
const definitions: readonly {
  readonly name: string;
  readonly definition: ServiceDefinition;
  readonly parcel: Message;
  readonly read: (request: Message) => unknown;
  readonly expected: unknown;
}[] = [
  {
    name: "ts-proto",
    definition: ParcelsService,
    parcel: largeParcel,
    read: (request) => request,
    expected: {
      parcelId: "p 1/2",
      weightGrams: 9007199254740993n,
      label: Buffer.from([0, 255]),
      state: 1,
      sentAt: new Date("2023-11-14T22:13:20.500Z"),
      stops: [
        { place: "Ghent", meters: 5n },
        { place: "Lille", meters: 18446744073709551615n },
      ],
      itemsByName: { pen: 2 },
      note: "",
      person: undefined,
      depot: { place: "Metz", meters: 7n },
    },
  },
  {
    name: "protobuf-ts",
    definition: parcelsDefinition,
    parcel: largeParcel,
    read: (request) => structuredClone({ ...request, label: [...request.label] }),
    expected: {
      parcelId: "p 1/2",
      weightGrams: 9007199254740993n,
      label: [0, 255],
      state: 1,
      sentAt: { seconds: 1700000000n, nanos: 500_000_000 },
      stops: [
        { place: "Ghent", meters: 5n },
        { place: "Lille", meters: 18446744073709551615n },
      ],
      itemsByName: { pen: 2 },
      note: "",
      receiver: { oneofKind: "depot", depot: { place: "Metz", meters: 7n } },
    },
  },
  {
    name: "google-protobuf static code",
    definition: staticCode.ParcelsService,
    parcel: smallParcel,
    read: (request) => [
      request.getParcelId(),
      request.getWeightGrams(),
      request.getLabel_asB64(),
      request.getState(),
      request.getSentAt().toDate().toISOString(),
      request.getStopsList().map((stop: Message) => stop.getPlace()),
      request.getItemsByNameMap().toObject(),
      request.hasNote(),
      request.getDepot().getPlace(),
    ],
    expected: ["p 1/2", -1, "AP8=", 1, "2023-11-14T22:13:20.500Z", ["Ghent"], [["pen", 2]], true, "Metz"],
  },
  {
    name: "proto-loader without options",
    definition: loadWith({}),
    parcel: largeParcel,
    read: (request) => JSON.parse(JSON.stringify(request)),
    expected: JSON.parse(
      JSON.stringify({
        stops: [
          { place: "Ghent", meters: Long.fromNumber(5, true) },
          { place: "Lille", meters: Long.MAX_UNSIGNED_VALUE },
        ],
        itemsByName: { pen: 2 },
        parcelId: "p 1/2",
        weightGrams: Long.fromString("9007199254740993"),
        label: Buffer.from([0, 255]),
        state: 1,
        sentAt: { seconds: Long.fromNumber(1700000000), nanos: 500_000_000 },
        note: "",
        depot: { place: "Metz", meters: Long.fromNumber(7, true) },
      }),
    ),
  },
  {
    name: "proto-loader with every option",
    definition: loadWith({
      keepCase: true,
      longs: String,
      enums: String,
      bytes: String,
      defaults: true,
      arrays: true,
      objects: true,
      oneofs: true,
    }),
    parcel: largeParcel,
    read: (request) => request,
    expected: {
      parcel_id: "p 1/2",
      weight_grams: "9007199254740993",
      label: "AP8=",
      state: "STATE_ON_ITS_WAY",
      sent_at: { seconds: "1700000000", nanos: 500_000_000 },
      stops: [
        { place: "Ghent", meters: "5" },
        { place: "Lille", meters: "18446744073709551615" },
      ],
      items_by_name: { pen: 2 },
      note: "",
      _note: "note",
      depot: { place: "Metz", meters: "7" },
      receiver: "depot",
    },
  },
];

for (const { name, definition, parcel, read, expected } of definitions) {
  eachProtocol(`a definition of ${name}`, (connect) => {
    it("is served in its own form of messages", async () => {
      const received: unknown[] = [];
      const hear = (request: Message) => {
        received.push(read(request));
        return request;
      };
      const connection = await connect({
        source,
        load: { serviceConfig },
        service: "parcels.v1.Parcels",
        definition,
        implementation: {
          track: async (call: HandlerCall) => hear(call.request),
          collect(call: HandlerCall, callback: (error: null, response: Message) => void) {
            let last: Message = {};
            call.on("data", (request) => {
              last = hear(request);
            });
            call.on("end", () => callback(null, last));
          },
          async *follow(call: HandlerCall) {
            yield hear(call.request);
            yield call.request;
          },
          async *exchange(call: HandlerCall) {
            for await (const request of call) yield hear(request);
          },
        },
      });
      const {
        track,
        collect: collectParcels,
        follow,
        exchange,
      } = connection as unknown as Record<
        string,
        // biome-ignore lint/suspicious/noExplicitAny: what a method takes and gives depends on its kind
        (input: unknown) => any
      >;
      assert.ok(track && collectParcels && follow && exchange);
      assert.deepEqual(await track(parcel), parcel);
      assert.deepEqual(received.splice(0), [expected]);
      assert.deepEqual(await collectParcels(streamOf(parcel, parcel)), parcel);
      assert.deepEqual(received.splice(0), [expected, expected]);
      assert.deepEqual(await collect(exchange(streamOf(parcel))), [parcel]);
      assert.deepEqual(received.splice(0), [expected]);
      // A parcel whose other fields fit a query.
      const simple = { ...parcel, stops: [] };
      assert.deepEqual(await collect(follow(simple)), [simple, simple]);
      assert.equal(received.length, 1);
      assert.deepEqual(connection.faults, []);
    });
  });
}

describe("services.add", () => {
  it("refuses a definition of a service that was not loaded", async () => {
    const services = await loadServices(source);
    const definition = { track: { ...staticCode.ParcelsService.track, path: "/parcels.v1.Parcel/Track" } };
    assert.throws(
      () => services.add(definition, { track() {} }),
      (error) => {
        assert.ok(error instanceof ConfigError);
        assert.match(error.message, /no method "\/parcels\.v1\.Parcel\/Track" was loaded/);
        return true;
      },
    );
  });
});
