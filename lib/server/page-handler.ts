import type { HttpRequest, HttpResponse } from "../http/http-message.js";

/** Answers GET and HEAD for some paths; `undefined` is for everybody else. */
export type PageHandler = (request: HttpRequest) => HttpResponse | Promise<HttpResponse> | undefined;
