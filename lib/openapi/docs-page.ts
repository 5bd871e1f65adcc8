import { swaggerUiPlugins } from "./swagger-ui-plugins.js";

/** A document that the page shows. */
export interface ShownDocument {
  readonly title: string;
  /** Where it is, as seen from the page: `"openapi.json"`. */
  readonly url: string;
  /** How many operations it has. */
  readonly size: number;
}

/** What the page is made of. */
export interface DocsPage {
  readonly documents: readonly ShownDocument[];
  /** The folder of Swagger UI and of the script that starts it, as seen from the page: `"docs"`. */
  readonly folder: string;
  /** The version of Swagger UI. */
  readonly version: string;
}

/** The script that starts Swagger UI, in its folder. */
export const startScript = "start.js";

/**
 * The page that shows documents with Swagger UI.
 *
 * It has no script and no style of its own, and all that it names is beside it: it works below any path, and under a
 * policy that allows the server's own files only.
 */
export function printDocsPage({ documents, folder, version }: DocsPage): string {
  const title = documents.length === 1 ? (documents[0]?.title ?? "") : "API";
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${escapeHtml(title)}</title>
    <link rel="icon" href="${folder}/favicon-32x32.png?${version}" type="image/png" sizes="32x32">
    <link rel="stylesheet" href="${folder}/swagger-ui.css?${version}">
    <link rel="stylesheet" href="${folder}/index.css?${version}">
    <script defer src="${folder}/swagger-ui-bundle.js?${version}"></script>
    <script defer src="${folder}/swagger-ui-standalone-preset.js?${version}"></script>
    <script defer src="${folder}/${startScript}"></script>
  </head>
  <body>
    <div id="swagger-ui"></div>
  </body>
</html>
`;
}

/**
 * The script that starts Swagger UI: with a bar to choose from several documents, without one for a single document.
 * Of large documents, it shows the services, each with its operations once it is opened, and a filter for services.
 *
 * @see https://swagger.io/docs/open-source-tools/swagger-ui/usage/configuration/
 */
export function printStartScript({ documents, folder }: DocsPage): string {
  const [only] = documents;
  const shown =
    documents.length === 1
      ? { url: only?.url, layout: "BaseLayout" }
      : { urls: documents.map(({ title, url }) => ({ name: title, url })), layout: "StandaloneLayout" };
  // No badge of a validator that lives on another server.
  const settings = { ...shown, dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null };
  const isLarge = documents.some(({ size }) => size > mostShownAtOnce);
  return `window.ui = SwaggerUIBundle({
  ...${JSON.stringify(isLarge ? { ...settings, docExpansion: "none", filter: true } : settings)},
  oauth2RedirectUrl: new URL("${folder}/oauth2-redirect.html", location.href).href,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  plugins: [${[...swaggerUiPlugins.keys()].join(", ")}],
});

${[...swaggerUiPlugins.values()].join("\n")}`;
}

/** Swagger UI draws all operations that are in sight at each click, which takes minutes for a thousand of them. */
const mostShownAtOnce = 150;

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
}
