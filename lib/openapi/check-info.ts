import type { ConfigFault } from "../schema/config-error.js";
import { isRecord } from "../schema/record.js";
import { didYouMean } from "../schema/suggest-name.js";
import type { Info } from "./document.js";

/**
 * Check the members of `info`.
 *
 *     { titel: "Books" }    // openapi: info: unknown name "titel"; did you mean "title"?
 */
export function checkInfo(info: unknown, place: string): ConfigFault[] {
  if (!isRecord(info)) return [];
  return Object.entries(info).flatMap(([name, value]): ConfigFault[] => {
    if (name.startsWith("x-") || value === undefined) return [];
    const type = members.get(name);
    if (type === undefined)
      return [{ message: `${place}: info: unknown name "${name}"${didYouMean(name, members.keys())}` }];
    if (type === "text" ? typeof value === "string" : isRecord(value)) return [];
    return [{ message: `${place}: info: "${name}" takes ${type}, not ${JSON.stringify(value)}` }];
  });
}

const types: Readonly<Record<Exclude<keyof Info, `x-${string}`>, "text" | "an object">> = {
  title: "text",
  version: "text",
  summary: "text",
  description: "text",
  termsOfService: "text",
  contact: "an object",
  license: "an object",
};

const members = new Map(Object.entries(types));
