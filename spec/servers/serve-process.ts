import { startGrpcServer } from "../../lib/index.js";
import { loadNotes } from "./notes.js";

// A server for specs that kill it: node --import tsx serve-process.ts <path of a socket>

await startGrpcServer(await loadNotes(), { address: `unix:${process.argv[2]}` });
process.send?.("listening");
