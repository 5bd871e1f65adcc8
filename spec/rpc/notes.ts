import type { HandlerCall } from "../../lib/index.js";

/** Handlers of behaviour.v1.Notes, one of each kind. */
export const notes = {
  async send({ request }: HandlerCall) {
    return { text: request.text, count: 1 };
  },
  async collect(call: HandlerCall) {
    const texts: string[] = [];
    for await (const { text } of call) texts.push(text);
    return { text: texts.join("+"), count: texts.length };
  },
  async *expand({ request }: HandlerCall) {
    for (let count = 1; count <= request.count; count++) yield { text: request.text, count };
  },
  async *chat(call: HandlerCall) {
    for await (const { text } of call) yield { text: `heard ${text}` };
  },
};
