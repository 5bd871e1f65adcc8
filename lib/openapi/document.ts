/**
 * An OpenAPI document, as far as it is emitted here; what a base document adds passes through untouched.
 *
 * @see https://spec.openapis.org/oas/v3.1.1.html
 */
export interface OpenApiDocument extends Extensible {
  readonly openapi: string;
  readonly info: Info;
  readonly servers?: readonly Server[];
  readonly security?: readonly SecurityRequirement[];
  readonly tags?: readonly Tag[];
  readonly externalDocs?: ExternalDocs;
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components?: Components;
}

/** Members that begin with `x-` may stand anywhere. */
export interface Extensible {
  readonly [extension: `x-${string}`]: unknown;
}

export interface Info extends Extensible {
  readonly title: string;
  readonly version: string;
  readonly summary?: string;
  readonly description?: string;
  readonly termsOfService?: string;
  readonly contact?: Readonly<Record<string, unknown>>;
  readonly license?: Readonly<Record<string, unknown>>;
}

export interface Server extends Extensible {
  readonly url: string;
  readonly description?: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** `{ oauth: ["books.read"] }`: every scheme that is named must be met. */
export type SecurityRequirement = Readonly<Record<string, readonly string[]>>;

export interface Tag extends Extensible {
  readonly name: string;
  readonly description?: string;
  readonly externalDocs?: ExternalDocs;
}

export interface ExternalDocs extends Extensible {
  readonly url: string;
  readonly description?: string;
}

export interface Components extends Extensible {
  readonly schemas?: Readonly<Record<string, JsonSchema>>;
  readonly securitySchemes?: Readonly<Record<string, SecurityScheme>>;
  readonly [kind: string]: unknown;
}

/** `{ type: "http", scheme: "bearer" }` and the like. */
export type SecurityScheme = Readonly<Record<string, unknown>>;

/** The HTTP methods that a path item can hold. */
export const pathItemMethods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"] as const;

export type PathItemMethod = (typeof pathItemMethods)[number];

export type PathItem = Readonly<Partial<Record<PathItemMethod, Operation>>> & Extensible;

export interface Operation extends Extensible {
  readonly operationId: string;
  readonly tags?: readonly string[];
  readonly summary?: string;
  readonly description?: string;
  readonly externalDocs?: ExternalDocs;
  readonly deprecated?: boolean;
  readonly security?: readonly SecurityRequirement[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: RequestBody;
  readonly responses: Readonly<Record<string, Response>>;
}

export interface Parameter extends Extensible {
  readonly name: string;
  readonly in: "path" | "query" | "header" | "cookie";
  readonly description?: string;
  readonly required?: boolean;
  readonly deprecated?: boolean;
  readonly style?: string;
  readonly explode?: boolean;
  readonly allowReserved?: boolean;
  readonly schema?: JsonSchema;
  /** A value that is JSON text within the URL. */
  readonly content?: Content;
}

export interface RequestBody extends Extensible {
  readonly description?: string;
  readonly required?: boolean;
  readonly content: Content;
}

export interface Response extends Extensible {
  readonly description: string;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Content;
}

/** Schemas by media type. */
export type Content = Readonly<Record<string, MediaType>>;

export interface MediaType extends Extensible {
  readonly schema?: JsonSchema;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, unknown>>;
}

/** A JSON schema of the 2020-12 dialect; documents of version 3.0 hold its older form. */
export interface JsonSchema extends Extensible {
  readonly $ref?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly unknown[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly propertyNames?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly not?: JsonSchema;
  readonly contentEncoding?: string;
  readonly contentMediaType?: string;
  readonly readOnly?: boolean;
  readonly writeOnly?: boolean;
  readonly deprecated?: boolean;
  readonly examples?: readonly unknown[];
  /** Keywords that annotations and base documents bring along. */
  readonly [keyword: string]: unknown;
}
