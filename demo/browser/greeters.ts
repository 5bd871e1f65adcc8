import { create, type DescMessage, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { GrpcWebClientBase, MethodDescriptor, MethodType } from "grpc-web";
import {
  HelloReplySchema,
  HelloRequestSchema,
  HellosRequestSchema,
  Greeter as service,
} from "../generated/greet/v1/greet_pb.js";

/** A client of `greet.v1.Greeter` in a browser. Its calls fail with the message of the server. */
export interface Greeter {
  sayHello(name: string): Promise<string>;
  /** Resolves at the end of the stream. */
  sayHellos(name: string, count: number, greet: (message: string) => void): Promise<void>;
}

/** By Connect's own client. */
export function createConnectGreeter(baseUrl: string): Greeter {
  const greeter = createClient(service, createConnectTransport({ baseUrl }));
  const fail = (error: unknown) => {
    throw new Error(ConnectError.from(error).rawMessage);
  };
  return {
    async sayHello(name) {
      const { message } = await greeter.sayHello({ name }).catch(fail);
      return message;
    },
    async sayHellos(name, count, greet) {
      try {
        for await (const { message } of greeter.sayHellos({ name, count })) greet(message);
      } catch (error) {
        fail(error);
      }
    },
  };
}

/** By the client of the gRPC-Web project, which reads streams in the text form of the protocol only. */
export function createGrpcWebGreeter(url: string): Greeter {
  const client = new GrpcWebClientBase({ format: "text" });
  return {
    async sayHello(name) {
      const { path, descriptor } = describe("SayHello", HelloRequestSchema);
      const request = create(HelloRequestSchema, { name });
      const { message } = await client.unaryCall(`${url}${path}`, request, {}, descriptor);
      return message;
    },
    sayHellos(name, count, greet) {
      const { path, descriptor } = describe("SayHellos", HellosRequestSchema);
      const request = create(HellosRequestSchema, { name, count });
      return new Promise((resolve, reject) => {
        client
          .serverStreaming(`${url}${path}`, request, {}, descriptor)
          .on("data", ({ message }) => greet(message))
          .on("error", reject)
          .on("end", resolve);
      });
    },
  };
}

/** What protoc-gen-grpc-web makes of a method. */
function describe<Request extends DescMessage>(name: "SayHello" | "SayHellos", request: Request) {
  const path = `/${service.typeName}/${name}`;
  const type = name === "SayHello" ? MethodType.UNARY : MethodType.SERVER_STREAMING;
  const descriptor = new MethodDescriptor<MessageShape<Request>, MessageShape<typeof HelloReplySchema>>(
    path,
    type,
    // The client has no use for the classes of messages.
    Object as never,
    Object as never,
    (message: MessageShape<Request>) => toBinary(request, message),
    (bytes: Uint8Array) => fromBinary(HelloReplySchema, bytes),
  );
  return { path, descriptor };
}
