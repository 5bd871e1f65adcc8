import type { ServerHttp2Stream } from "node:http2";
import { codes, RpcError } from "../../call/rpc-error.js";
import {
  createFrameParser,
  type Frame,
  type FrameParser,
  type MessageOptions,
  openFrame,
} from "../../rpc/message-frames.js";
import { createMissingMessage, createSecondMessage, type Requests } from "../../rpc/serve-call.js";

/**
 * Reads messages no faster than they are asked for: the client is held back by the flow control of HTTP/2.
 *
 * It hears the events of its stream: `createMessageReader`, which asks for the pieces of any body, makes promises for each.
 */
export class RequestReader implements Requests {
  readonly #stream: ServerHttp2Stream;
  readonly #options: MessageOptions;
  readonly #parser: FrameParser;
  readonly #frames: Frame[] = [];
  #isEnded = false;
  #failure: RpcError | undefined;
  /** Hears of frames, of the end and of the failure while somebody waits for them. */
  #onChange: (() => void) | undefined;

  constructor(stream: ServerHttp2Stream, options: MessageOptions) {
    this.#stream = stream;
    this.#options = options;
    this.#parser = createFrameParser(options.limit);
    stream.on("data", (chunk: Buffer) => this.#receive(chunk));
    stream.on("end", () => {
      // node ends the stream of a client that leaves, too; its close is told by `abandon`.
      if (!stream.aborted) this.#end();
    });
  }

  /** The stream is closed. What has come before can still be read. */
  abandon(): void {
    if (!this.#isEnded) this.#fail(new RpcError(codes.CANCELLED, "the client went away"));
  }

  next(): Promise<Buffer | undefined> {
    const frame = this.#frames.shift();
    if (frame !== undefined) return this.#open(frame);
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#isEnded) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#wait(() => {
        this.#onChange = undefined;
        resolve(this.next());
      });
    });
  }

  only(onMessage: (message: Buffer) => void, onError: (error: unknown) => void): void {
    this.#wait(() => {
      if (this.#frames.length < 2 && this.#failure === undefined && !this.#isEnded) return;
      this.#onChange = undefined;
      const [frame] = this.#frames;
      if (this.#frames.length > 1) onError(createSecondMessage());
      else if (this.#failure !== undefined) onError(this.#failure);
      else if (frame === undefined) onError(createMissingMessage());
      else if (frame.isCompressed) this.#open(frame).then(onMessage, onError);
      else onMessage(frame.bytes);
    });
  }

  #wait(onChange: () => void): void {
    this.#onChange = onChange;
    this.#stream.resume();
  }

  #receive(chunk: Buffer): void {
    if (this.#failure !== undefined) return;
    try {
      this.#frames.push(...this.#parser.push(chunk));
    } catch (error) {
      this.#fail(error as RpcError);
      return;
    }
    if (this.#frames.length === 0) return;
    if (this.#onChange === undefined) this.#stream.pause();
    else this.#onChange();
  }

  #end(): void {
    if (!this.#parser.isComplete) {
      this.#fail(new RpcError(codes.INTERNAL, "the request ends within a message"));
      return;
    }
    this.#isEnded = true;
    this.#onChange?.();
  }

  #fail(failure: RpcError): void {
    if (this.#failure !== undefined) return;
    this.#failure = failure;
    this.#onChange?.();
  }

  #open(frame: Frame): Promise<Buffer> {
    return openFrame(frame, this.#options);
  }
}
