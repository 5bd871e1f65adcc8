import { once } from "node:events";
import { type HandlerCall, RpcError, status } from "../../lib/index.js";
import { createDeferred } from "../behaviour/messages.js";
import { notes as handlers } from "../rpc/notes.js";

export const notes = "behaviour.v1.Notes";

/** A little less than the limit of 4 MiB, so that a note fits with all that is around this text. */
export const largeText = "x".repeat(4 * 1024 * 1024 - 100);

/** What the note `fail` fails with. */
export const failure = {
  code: status.NOT_FOUND,
  message: "größe 100% \u{1f600}",
  details: [
    { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "MOVED", domain: "", metadata: {} },
  ],
};

/** More than the headers of a response may be. */
export const longMessage = failure.message.repeat(1000);

/** Notes for clients to try: `fail` fails, `fail at length` too, `wait ...` waits until the call is cancelled. */
export function createNotes() {
  const waits = new Map<string, { readonly begin: () => void; readonly end: () => void }>();
  const implementation = {
    ...handlers,
    async send(call: HandlerCall) {
      const { text, count } = call.request;
      if (text === "fail") throw new RpcError(failure.code, failure.message, { details: failure.details });
      if (text === "fail at length") throw new RpcError(failure.code, longMessage);
      if (text.startsWith("wait ")) {
        waits.get(text)?.begin();
        await once(call.signal, "abort");
        waits.get(text)?.end();
      }
      const sent = call.metadata.clone();
      for (const key of Object.keys(sent.getMap())) if (!/^(x-echo|mark-bin)$/.test(key)) sent.remove(key);
      call.sendMetadata(sent);
      call.trailers.set("trace-bin", Buffer.from([3, 255]));
      return { text, count: count + 1 };
    },
  };
  return {
    implementation,
    /** To be told when the handler of a note that waits begins, and when it hears that it is over. */
    expectWait(text: string) {
      const [begun, ended] = [createDeferred(), createDeferred()];
      waits.set(text, { begin: begun.resolve, end: ended.resolve });
      return { begun: begun.promise, ended: ended.promise };
    },
  };
}
