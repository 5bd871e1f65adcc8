import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { GrpcObject, ServiceClientConstructor } from "@grpc/grpc-js";
import { loadPackageDefinition } from "@grpc/grpc-js";
import { loadSync, type Options } from "@grpc/proto-loader";

const protos = dirname(createRequire(import.meta.url).resolve("google-proto-files/package.json"));

/** The service as Node teams load it, with proto-loader and grpc-js. */
export function loadLibraryClient(options: Options): ServiceClientConstructor {
  const definition = loadSync("rest/library.proto", {
    includeDirs: [join(import.meta.dirname, ".."), protos],
    longs: String,
    enums: String,
    defaults: true,
    ...options,
  });
  return (loadPackageDefinition(definition).bench as GrpcObject).Library as ServiceClientConstructor;
}

interface Moment {
  readonly seconds: string;
  readonly nanos: number;
}

/** A book as JSON has it. */
interface JsonBook {
  readonly createTime: string;
  readonly readTime: string;
}

/** The same as proto-loader has it: beside its times it is fit for JSON. */
export interface GrpcBook {
  readonly createTime: Moment;
  readonly readTime: Moment;
}

export function toGrpc<Book extends JsonBook>({ createTime, readTime, ...book }: Book) {
  const milliseconds = Date.parse(createTime);
  const [seconds = "0", fraction = ""] = readTime.slice(0, -1).split(".");
  return {
    ...book,
    createTime: { seconds: String(Math.floor(milliseconds / 1000)), nanos: (milliseconds % 1000) * 1e6 },
    readTime: { seconds, nanos: Number(fraction.padEnd(9, "0")) },
  };
}

export function toJson<Book extends GrpcBook>({ createTime, readTime, ...book }: Book) {
  const milliseconds = Number(createTime.seconds) * 1000 + createTime.nanos / 1e6;
  return {
    ...book,
    createTime: new Date(milliseconds).toISOString(),
    readTime: `${readTime.seconds}.${String(readTime.nanos).padStart(9, "0")}s`,
  };
}
