import { isIPv6 } from "node:net";

/**
 * Find out what is wrong with a target as a client dials it; `undefined` if a server may be there.
 *
 *     findTargetFault("localhost:99999")    // 'the port of "localhost:99999" must be a number, 1 to 65535'
 *
 * @see https://github.com/grpc/grpc/blob/v1.66.0/doc/naming.md
 */
export function findTargetFault(target: unknown): string | undefined {
  if (typeof target !== "string" || target === "" || target === "unix:") {
    const forms = 'the target of a client is "host:port", "dns:///host:port" or "unix:path"';
    return `${forms}, not ${JSON.stringify(target)}`;
  }
  const [, url, server] = /^(https?|grpcs?):\/\/([^/]*)/i.exec(target) ?? [];
  if (url !== undefined) {
    const credentials = /s$/i.test(url) ? " and credentials" : "";
    return `the target "${target}" is a URL: give "${server}"${credentials}`;
  }
  if (/^unix(-abstract)?:/.test(target)) return undefined;
  const endpoints = target.replace(/^(dns:(\/\/[^/]*\/)?|ipv[46]:)/, "");
  // The resolvers of other schemes are not ours to judge.
  if (endpoints.includes("://")) return undefined;
  return endpoints.split(",").every(hasUsablePort)
    ? undefined
    : `the port of "${target}" must be a number, 1 to 65535`;
}

/** A name or an address without a port has that of its scheme. */
function hasUsablePort(endpoint: string): boolean {
  if (isIPv6(endpoint)) return true;
  const [, port] = /^(?:\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(endpoint) ?? ["", ""];
  return port === undefined || (/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535);
}
