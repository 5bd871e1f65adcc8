import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { demoDocuments } from "./demo-documents.js";

// `npm run openapi`: write the documents of the demo's services beside this file.
for (const [name, text] of await demoDocuments()) {
  writeFileSync(join(import.meta.dirname, name), text);
  console.log(`openapi/${name}`);
}
