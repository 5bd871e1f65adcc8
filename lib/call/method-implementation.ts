/** A method of an implementation, as grpc-js takes it or returning a promise or an async iterable. */
// biome-ignore lint/suspicious/noExplicitAny: grpc-js types each kind's call apart; a handler may be any of them
export type MethodImplementation = (call: any, callback: any) => unknown;
