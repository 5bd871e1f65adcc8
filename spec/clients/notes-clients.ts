import { MessageType, ScalarType } from "@protobuf-ts/runtime";
import { ServiceType } from "@protobuf-ts/runtime-rpc";

/** behaviour.v1.Note, as protobuf-ts has it. */
export interface Note {
  text: string;
  count: number;
}

export const noteType = new MessageType<Note>("behaviour.v1.Note", [
  { no: 1, name: "text", kind: "scalar", T: ScalarType.STRING },
  { no: 2, name: "count", kind: "scalar", T: ScalarType.INT32 },
]);

export const notesType = new ServiceType("behaviour.v1.Notes", [
  { name: "Send", options: {}, I: noteType, O: noteType },
  { name: "Expand", serverStreaming: true, options: {}, I: noteType, O: noteType },
]);
