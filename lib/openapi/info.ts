import type { Service } from "../schema/schema.js";
import { cleanComment } from "./comments.js";
import { compact } from "./compact.js";
import type { Info } from "./document.js";

/**
 * What a document is called when nobody says so: by its service, by the package of several, or by their names.
 *
 *     { title: "Greeter", version: "v1", description: "The greeting service definition." }
 */
export function defaultInfo(services: readonly Service[]): Info {
  const packages = new Set(services.map(packageOf));
  const [only] = packages;
  const title =
    services.length > 1 && packages.size === 1 && only ? only : services.map(({ name }) => name).join(", ");
  const versions = new Set([...packages].map((name) => /(?:^|\.)(v\d\w*)$/.exec(name)?.[1]));
  const [version] = versions;
  return compact({
    title: title === "" ? "API" : title,
    version: versions.size === 1 && version !== undefined ? version : "1.0.0",
    description: services.length === 1 ? cleanComment(services[0]?.comment) : undefined,
  });
}

function packageOf({ fullName, name }: Service): string {
  return fullName.slice(0, -name.length - 1);
}
