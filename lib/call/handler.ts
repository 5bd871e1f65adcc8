import type { MethodKind } from "../schema/schema.js";
import type { Message } from "./message.js";
import type { ServerCall } from "./server-call.js";

// The four shapes that every implementation is brought into, and that interceptors wrap. A local function, a
// definition made elsewhere and a remote server differ only in how they are brought into one of these.

export type UnaryHandler<Call = ServerCall> = (request: Message, call: Call) => Promise<Message>;
export type ClientStreamingHandler<Call = ServerCall> = (
  requests: AsyncIterable<Message>,
  call: Call,
) => Promise<Message>;
export type ServerStreamingHandler<Call = ServerCall> = (
  request: Message,
  call: Call,
) => AsyncIterable<Message>;
export type DuplexStreamingHandler<Call = ServerCall> = (
  requests: AsyncIterable<Message>,
  call: Call,
) => AsyncIterable<Message>;

/** A handler with the kind of its method; with a `ClientCall`, what makes an outgoing call. */
export type Handler<Call = ServerCall> = (
  | { readonly kind: "unary"; readonly handle: UnaryHandler<Call> }
  | { readonly kind: "client-streaming"; readonly handle: ClientStreamingHandler<Call> }
  | { readonly kind: "server-streaming"; readonly handle: ServerStreamingHandler<Call> }
  | { readonly kind: "duplex-streaming"; readonly handle: DuplexStreamingHandler<Call> }
) & {
  /** What it gives fails by itself when the call is cancelled, so that nobody needs to watch over it. */
  readonly endsWithCall?: true;
};

/** A handler of the given kind that fails every call with what `fail` makes. */
export function createFailingHandler(kind: MethodKind, fail: () => unknown): Handler {
  switch (kind) {
    case "unary":
    case "client-streaming":
      return { kind, handle: () => Promise.reject(fail()) };
    case "server-streaming":
    case "duplex-streaming":
      return { kind, handle: () => failingIterable(fail) };
  }
}

/** An iterable that fails as soon as it is read. */
export function failingIterable(fail: () => unknown): AsyncIterable<never> {
  return { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(fail()) }) };
}
