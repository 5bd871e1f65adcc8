import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { createClient, loadServices, type ServiceImplementation, type Services } from "../../lib/index.js";

const proto = join(import.meta.dirname, "../cases/proto/behaviour/v1/behaviour.proto");

export interface Note {
  readonly text?: string;
  readonly count?: number;
}

export interface NotesClient {
  send(note: Note, options?: object): Promise<Note>;
  collect(notes: Iterable<Note> | AsyncIterable<Note>, options?: object): Promise<Note>;
  expand(note: Note, options?: object): AsyncIterable<Note>;
  chat(notes: Iterable<Note> | AsyncIterable<Note>, options?: object): AsyncIterable<Note>;
}

interface NotesCall extends AsyncIterable<Note> {
  readonly request: Note;
}

/** Gives notes back, one or many. */
export const notes = {
  async send({ request }: NotesCall) {
    return { text: `sent ${request.text}` };
  },
  async collect(requests: NotesCall) {
    const texts: (string | undefined)[] = [];
    for await (const { text } of requests) texts.push(text);
    return { text: texts.join("+"), count: texts.length };
  },
  async *expand({ request }: NotesCall) {
    for (let i = 0; i < (request.count ?? 0); i++) yield { text: `${request.text} ${i}`, count: i };
  },
  async *chat(requests: NotesCall) {
    for await (const { text } of requests) yield { text: `heard ${text}` };
  },
};

/** Loaded and implemented. */
export async function loadNotes(implementation: ServiceImplementation = notes): Promise<Services> {
  return (await loadServices(proto)).add("behaviour.v1.Notes", implementation);
}

/** A client that is closed after the spec. */
export function connectNotes(
  services: Services,
  target: string,
  options?: Parameters<typeof createClient>[2],
): NotesClient {
  const client = createClient<NotesClient>(services.definition("behaviour.v1.Notes"), target, options);
  onTestFinished(() => client.close());
  return client;
}

/** An empty folder that is gone after the spec. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "servers-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A server that is shut down after the spec. */
export function stopAfterwards<Server extends { shutdown(): Promise<void> }>(server: Server): Server {
  onTestFinished(() => server.shutdown());
  return server;
}

/** A file of the authority that all trust here. */
export function readTls(name: "ca.pem" | "server.pem" | "server.key" | "client.pem" | "client.key"): Buffer {
  return readFileSync(join(import.meta.dirname, "cases/tls", name));
}

export async function toArray<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
