import type { Method } from "../schema/schema.js";
import { interceptWithGrpc } from "./grpc-interceptors.js";
import { createFailingHandler, type Handler } from "./handler.js";
import { intercept, serverSide } from "./intercept.js";
import { type ServerInterceptorSource, sortInterceptors } from "./interceptor.js";
import type { MessageForm } from "./message-form.js";
import { codes, RpcError } from "./rpc-error.js";

/** What serves a method, in the form of messages that it takes and gives. */
export interface Implementation {
  readonly handler: Handler;
  readonly messages: MessageForm;
}

/** What serves a method: an implementation and the interceptors around it. */
export class Endpoint {
  readonly method: Method;
  readonly #globalInterceptors: readonly ServerInterceptorSource[];
  #interceptors: readonly ServerInterceptorSource[] = [];
  #implementation: Implementation;
  /** What serves calls that nobody looks into. */
  #bare: Implementation | undefined;
  #isImplemented = false;
  #handler: Handler | undefined;

  /** @param globalInterceptors is read anew after each `recompose`. */
  constructor(method: Method, messages: MessageForm, globalInterceptors: readonly ServerInterceptorSource[]) {
    this.method = method;
    this.#globalInterceptors = globalInterceptors;
    const handler = createFailingHandler(
      method.kind,
      () => new RpcError(codes.UNIMPLEMENTED, `the method ${method.path.slice(1)} is not implemented`),
    );
    this.#implementation = { handler, messages };
  }

  get isImplemented(): boolean {
    return this.#isImplemented;
  }

  /** The form of the messages that `handler` takes and gives; it may change until the first call. */
  get messages(): MessageForm {
    return this.#current.messages;
  }

  /** The implementation with all interceptors around it. */
  get handler(): Handler {
    this.#handler ??= this.#compose(this.#current.handler);
    return this.#handler;
  }

  /** @param bare serves instead while there are no interceptors, who want to see messages as handlers do. */
  implement(implementation: Implementation, bare?: Implementation): void {
    this.#implementation = implementation;
    this.#bare = bare;
    this.#isImplemented = true;
    this.#handler = undefined;
  }

  intercept(interceptors: readonly ServerInterceptorSource[]): void {
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

  get #current(): Implementation {
    const isBare = this.#globalInterceptors.length === 0 && this.#interceptors.length === 0;
    return isBare && this.#bare !== undefined ? this.#bare : this.#implementation;
  }

  #compose(handler: Handler): Handler {
    const { own, grpc } = sortInterceptors([...this.#globalInterceptors, ...this.#interceptors]);
    return interceptWithGrpc(this, grpc, intercept(serverSide, own, handler));
  }
}
