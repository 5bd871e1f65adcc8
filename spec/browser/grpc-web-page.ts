import { GrpcWebClientBase, type Metadata, MethodDescriptor, MethodType, type RpcError } from "grpc-web";
import { type Note, noteType } from "../clients/notes-clients.js";

// The script of a page whose spec calls it: what is here runs in the browser.

export interface PageCall {
  readonly url: string;
  readonly format: "binary" | "text";
  readonly method: "Send" | "Expand";
  readonly note: Partial<Note>;
  readonly metadata?: Metadata;
  /** Milliseconds. */
  readonly timeout?: number;
}

export interface PageResult {
  readonly notes: readonly Note[];
  readonly headers: Metadata;
  readonly trailers: Metadata;
  readonly error:
    | { readonly code: number; readonly message: string; readonly metadata: Metadata }
    | undefined;
}

/** What the page has for its spec. */
export interface PageScript {
  callGrpcWeb(call: PageCall): Promise<PageResult>;
  /** Cancel the last call. */
  leave(): void;
}

/** Make a call as a client does that protoc-gen-grpc-web has generated. */
function callGrpcWeb({ url, format, method, note, metadata, timeout }: PageCall): Promise<PageResult> {
  const path = `/behaviour.v1.Notes/${method}`;
  const descriptor = new MethodDescriptor<Note, Note>(
    path,
    method === "Send" ? MethodType.UNARY : MethodType.SERVER_STREAMING,
    Object as never,
    Object as never,
    (message: Note) => noteType.toBinary(message),
    (bytes: Uint8Array) => noteType.fromBinary(bytes),
  );
  const client = new GrpcWebClientBase({ format });
  const notes: Note[] = [];
  let headers: Metadata = {};
  let trailers: Metadata = {};
  return new Promise((resolve) => {
    const end = (error?: RpcError) => {
      const { code = 0, message = "", metadata: failed = {} } = error ?? {};
      resolve({
        notes,
        headers,
        trailers,
        error: error && { code, message, metadata: failed },
      });
    };
    const deadline = timeout === undefined ? {} : { deadline: String(Date.now() + timeout) };
    const call = client
      .serverStreaming(`${url}${path}`, noteType.create(note), { ...metadata, ...deadline }, descriptor)
      .on("metadata", (received) => {
        headers = received;
      })
      .on("data", (received) => notes.push(received))
      .on("status", (status) => {
        trailers = status.metadata ?? {};
      })
      .on("error", end)
      .on("end", () => end());
    leave = () => {
      call.cancel();
      end();
    };
  });
}

let leave = () => {};

const script: PageScript = { callGrpcWeb, leave: () => leave() };
Object.assign(globalThis, script);
