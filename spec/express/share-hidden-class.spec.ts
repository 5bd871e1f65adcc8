import assert from "node:assert/strict";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { setFlagsFromString } from "node:v8";
import express from "express";
import { describe, it } from "vitest";
import { shareHiddenClass } from "../../lib/express/share-hidden-class.js";

setFlagsFromString("--allow-natives-syntax");
const haveSameClass = new Function("one", "other", "return %HaveSameMap(one, other)") as (
  one: object,
  other: object,
) => boolean;

const app = express();
const response = { statusCode: 200 };

/** A request as Express dresses it up. */
function createRequest(): IncomingMessage {
  const request = Object.assign(new IncomingMessage(new Socket()), { res: response });
  Object.setPrototypeOf(request, app.request);
  return Object.assign(request, { baseUrl: "", originalUrl: "/" });
}

describe("shareHiddenClass", () => {
  it("gives requests of Express one hidden class", () => {
    const requests = [createRequest(), createRequest(), createRequest()] as const;
    for (const request of requests) shareHiddenClass(request, "res", response);
    assert(haveSameClass(requests[0], requests[1]));
    assert(haveSameClass(requests[1], requests[2]));
  });

  it("leaves every property as it was", () => {
    const request = createRequest();
    const before = Object.getOwnPropertyDescriptors(request);
    shareHiddenClass(request, "res", response);
    assert.deepEqual(Object.getOwnPropertyDescriptors(request), before);
    assert.equal(Object.getPrototypeOf(request), app.request);
  });

  it.each([
    ["has another value", { value: {}, writable: true, configurable: true }],
    ["is an accessor", { get: () => response, configurable: true }],
    ["cannot be deleted", { value: response, writable: true, configurable: false }],
  ])("leaves an object alone whose property %s", (_, descriptor) => {
    const request = Object.defineProperty({}, "res", descriptor);
    const before = Object.getOwnPropertyDescriptor(request, "res");
    shareHiddenClass(request, "res", response);
    assert.deepEqual(Object.getOwnPropertyDescriptor(request, "res"), { ...before });
  });

  it("leaves an object alone that takes no more properties", () => {
    const request = Object.preventExtensions({ res: response, baseUrl: "" });
    shareHiddenClass(request, "res", response);
    assert.equal(request.res, response);
  });

  it("leaves an object alone that has no such property", () => {
    const request = {};
    shareHiddenClass(request, "res", response);
    assert.deepEqual(Object.keys(request), []);
  });
});
