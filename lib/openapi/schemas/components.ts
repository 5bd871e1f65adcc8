import type { JsonSchema } from "../document.js";
import { createNamePool } from "../names.js";

/** Where a message travels. In the body of a PATCH nothing is required, as an update names what it changes. */
export type Use = "request" | "patch" | "response";

/** A schema with a name, which others refer to; it is made last, when all of its uses are known. */
export interface Component {
  readonly uses: Set<Use>;
  /** `{ $ref: "#/components/schemas/Book" }` */
  readonly reference: JsonSchema;
}

export interface NewComponent {
  readonly shortName: string;
  /** For when the short name is taken. */
  readonly fullName: string;
  readonly build: (uses: ReadonlySet<Use>) => JsonSchema;
}

/** The named schemas of one document. */
export interface Components {
  resolve(key: string, create: () => NewComponent): Component;
  /** All that was asked for, in the order in which it was first. */
  build(): Readonly<Record<string, JsonSchema>>;
}

export function createComponents(): Components {
  const components = new Map<
    string,
    Component & { readonly name: string; readonly build: NewComponent["build"] }
  >();
  const names = createNamePool();
  return {
    resolve(key, create) {
      const existing = components.get(key);
      if (existing !== undefined) return existing;
      const { shortName, fullName, build } = create();
      const name = names.take(shortName, fullName);
      const component = {
        name,
        uses: new Set<Use>(),
        reference: { $ref: `#/components/schemas/${name}` },
        build,
      };
      components.set(key, component);
      return component;
    },
    build() {
      const schemas: [string, JsonSchema][] = [];
      // A schema that is made may ask for another: the map grows while it is walked.
      for (const { name, uses, build } of components.values()) schemas.push([name, build(uses)]);
      return Object.fromEntries(schemas);
    },
  };
}
