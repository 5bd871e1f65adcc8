/**
 * A protobuf message as handlers and interceptors see it: fields under their names, in the representation that
 * the services were loaded with.
 */
// biome-ignore lint/suspicious/noExplicitAny: a message's shape is known to the schema, not to the compiler
export type Message = Record<string, any>;
