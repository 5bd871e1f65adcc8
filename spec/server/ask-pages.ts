import assert from "node:assert/strict";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import type { HttpResponse } from "../../lib/http/http-message.js";
import { createHttpHandler, type TranscodingOptions } from "../../lib/server/http-handler.js";
import { toHttpRequest } from "../../lib/server/node-http.js";
import { loadServicesSync, type Services } from "../../lib/services.js";
import { withFiles } from "../schema/proto-folder.js";

/** Load a file of services that all answer an empty message. */
export function load(source: string): Services {
  const preamble = `syntax = "proto3"; package test.v1; import "google/api/annotations.proto"; message M { string name = 1; }`;
  return withFiles({ "test.proto": preamble + source }, (folder) => loadServicesSync(`${folder}/test.proto`));
}

export function rpc(name: string, rule: string): string {
  return `rpc ${name}(M) returns (M) { option (google.api.http) = { ${rule} }; }`;
}

export const greeter = `service Greeter { ${rpc("Greet", 'get: "/v1/{name}"')} }`;

export interface Asked {
  readonly method?: string;
  /** Where Express has mounted the router. */
  readonly baseUrl?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Ask for paths, with the mount path as Express gives it. */
export function createAsker(services: Services, options: TranscodingOptions = {}) {
  const handler = createHttpHandler(services, options);
  return (path: string, { method = "GET", baseUrl = "", headers = {} }: Asked = {}) => {
    const message = new IncomingMessage(new Socket());
    const req = Object.assign(message, { method, url: path, headers: { ...headers }, baseUrl });
    const response = handler.handle(toHttpRequest(req, new ServerResponse(req)));
    assert.ok(!(response instanceof Promise));
    return response;
  };
}

export function textOf(response: HttpResponse | undefined): string {
  assert.ok(typeof response?.body === "string", `status ${response?.status}`);
  return response.body;
}

export function documentOf(response: HttpResponse | undefined) {
  assert.equal(response?.status, 200);
  return JSON.parse(textOf(response));
}
