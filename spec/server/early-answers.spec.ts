import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { describe, it } from "vitest";
import { loadEcho } from "../rest/echo-server.js";
import { hosts } from "./hosts.js";

const size = 10 * 2 ** 20;
const body = Buffer.alloc(size, "[");

const framings: Readonly<Record<string, readonly [header: string, before: string, after: string]>> = {
  "that says how long it is": [`Content-Length: ${size}`, "", ""],
  "in chunks": ["Transfer-Encoding: chunked", `${size.toString(16)}\r\n`, "\r\n0\r\n\r\n"],
};

describe("a body that is too large, of a client that closes the connection and reads when it has sent all", () => {
  for (const [hostName, start] of Object.entries(hosts)) {
    for (const [name, [header, before, after]] of Object.entries(framings)) {
      it(`${name} is answered by ${hostName}`, async () => {
        const services = await loadEcho();
        services.add("http.v1.Echo", { whole: async ({ request }: { request: object }) => request });
        const host = await start(services);
        const { port, pathname } = new URL(host.url);
        const socket = connect(Number(port), "127.0.0.1");
        const path = `${pathname === "/" ? "" : pathname}/v1/whole`;
        socket.write(`POST ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n`);
        socket.write(`Content-Type: application/json\r\n${header}\r\n\r\n${before}`);
        socket.write(body);
        await new Promise((resolve) => socket.write(after, resolve));
        let text = "";
        socket.on("data", (chunk) => {
          text += chunk;
        });
        await once(socket, "close");
        assert.match(text, /^HTTP\/1\.1 413 /);
        assert.match(text, /"the request body is larger than 4194304 bytes"/);
        await host.close();
      });
    }
  }
});
