import type { RouteSummary } from "express-grpc-transcoding";

/**
 * Routes as the lines of a table.
 *
 *     printRoutes(services.routes)[0]   // "GET     /v1/greeter/{name}   greet.v1.Greeter.SayHello"
 */
export function printRoutes(routes: readonly RouteSummary[]): readonly string[] {
  const width = Math.max(...routes.map(({ template }) => template.length));
  return routes.map(({ httpMethod, template, method, kind }) => {
    const stream = kind === "unary" ? "" : `   ${kind}`;
    return `${httpMethod.padEnd(6)}  ${template.padEnd(width)}   ${method}${stream}`;
  });
}
