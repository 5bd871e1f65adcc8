/** How a stream of messages is written into one HTTP response. */
export type StreamFormatName = "ndjson" | "sse" | "array" | "result-error";

export interface StreamFormat {
  readonly contentType: string;
  /** One message; `isFirst` for the first item of the response, be it a message or the error. */
  item(json: string, isFirst: boolean): string;
  /** The failure of a stream that has begun: `envelope` is `{"error": …}`, `body` what a response would have. */
  error(failure: { readonly envelope: string; readonly body: string }, isFirst: boolean): string;
  /** After the last item; `isEmpty` when there was none. */
  end(isEmpty: boolean): string;
  /** What its readers skip; `undefined` if they skip nothing. */
  readonly comment?: string;
}

/**
 * The four formats, for the messages `{"n":1}` and `{"n":2}` and then a failure:
 *
 *     ndjson         {"n":1}⏎{"n":2}⏎{"error":{…}}⏎
 *     sse            data: {"n":1}⏎⏎data: {"n":2}⏎⏎event: error⏎data: {…}⏎⏎
 *     array          [{"n":1}⏎,{"n":2}⏎,{"error":{…}}]
 *     result-error   {"result":{"n":1}}⏎{"result":{"n":2}}⏎{"error":{…}}⏎
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export const streamFormats: Readonly<Record<StreamFormatName, StreamFormat>> = {
  ndjson: {
    contentType: "application/x-ndjson",
    item: (json) => `${json}\n`,
    error: ({ envelope }) => `${envelope}\n`,
    end: () => "",
  },
  sse: {
    contentType: "text/event-stream",
    item: (json) => `data: ${json}\n\n`,
    error: ({ body }) => `event: error\ndata: ${body}\n\n`,
    end: () => "",
    comment: ": keep-alive\n\n",
  },
  array: {
    contentType: "application/json; charset=utf-8",
    item: (json, isFirst) => (isFirst ? `[${json}` : `\n,${json}`),
    error: ({ envelope }, isFirst) => `${isFirst ? "[" : "\n,"}${envelope}`,
    end: (isEmpty) => (isEmpty ? "[]" : "]"),
  },
  "result-error": {
    contentType: "application/json; charset=utf-8",
    item: (json) => `{"result":${json}}\n`,
    error: ({ envelope }) => `${envelope}\n`,
    end: () => "",
  },
};
