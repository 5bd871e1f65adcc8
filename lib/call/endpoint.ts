import type { Method } from "../schema/schema.js";
import { createFailingHandler, type Handler } from "./handler.js";
import { intercept, serverSide } from "./intercept.js";
import type { InterceptorSource } from "./interceptor.js";
import type { Message } from "./message.js";
import { codes, RpcError } from "./rpc-error.js";

/** Between protobuf bytes and the messages that a handler takes and gives. */
export interface MessageForm {
  deserializeRequest(bytes: Uint8Array): Message;
  serializeResponse(message: Message): Uint8Array;
  /** The messages are not in the representation of the services: only their bytes are common ground. */
  readonly isForeign: boolean;
}

/** What serves a method: an implementation, the form of its messages, and the interceptors around it. */
export class Endpoint {
  readonly method: Method;
  readonly #globalInterceptors: readonly InterceptorSource[];
  #messages: MessageForm;
  #interceptors: readonly InterceptorSource[] = [];
  #implementation: Handler;
  #handler: Handler | undefined;
  #isImplemented = false;

  /** @param globalInterceptors is read anew after each `recompose`. */
  constructor(method: Method, messages: MessageForm, globalInterceptors: readonly InterceptorSource[]) {
    this.method = method;
    this.#messages = messages;
    this.#globalInterceptors = globalInterceptors;
    this.#implementation = createFailingHandler(
      method.kind,
      () => new RpcError(codes.UNIMPLEMENTED, `the method ${method.path.slice(1)} is not implemented`),
    );
  }

  get isImplemented(): boolean {
    return this.#isImplemented;
  }

  get messages(): MessageForm {
    return this.#messages;
  }

  /** The implementation with all interceptors around it. */
  get handler(): Handler {
    this.#handler ??= this.#compose(this.#implementation);
    return this.#handler;
  }

  implement(implementation: Handler, messages: MessageForm): void {
    this.#implementation = implementation;
    this.#messages = messages;
    this.#isImplemented = true;
    this.#handler = undefined;
  }

  intercept(interceptors: readonly InterceptorSource[]): void {
    this.#interceptors = interceptors;
    this.#handler = undefined;
  }

  /** The global interceptors have changed. */
  recompose(): void {
    this.#handler = undefined;
  }

  /** The same interceptors around a call whose request could not be read, so that they see it fail. */
  failingHandler(error: unknown): Handler {
    return this.#compose(createFailingHandler(this.method.kind, () => error));
  }

  #compose(implementation: Handler): Handler {
    return intercept(serverSide, [...this.#globalInterceptors, ...this.#interceptors], implementation);
  }
}
