/** What can be wrong with JSON text, and so which sentence the client reads. */
export type FaultKind =
  /** Not JSON: `note` says what was expected. */
  | "syntax"
  /** A value that its field cannot take. */
  | "value"
  /** A key that the map cannot take. */
  | "key"
  /** A member that the message does not have. */
  | "unknown"
  /** A member that was met before, under this or its other name. */
  | "duplicate"
  /** A second member of one oneof: `note` is the name of the oneof. */
  | "oneof"
  /** A message without the field that `note` names, and of which no bytes can be made. */
  | "required"
  /** An Any whose type is not known: `note` is the type URL. */
  | "type"
  /** Too many levels. */
  | "depth";

/**
 * Where reading stopped, and why. It never leaves this folder: `describeFault` turns it into the error that the
 * client reads, and finds the field path only then, so that reading costs nothing for it.
 */
export class JsonFault {
  readonly kind: FaultKind;
  /** Offset in the text: the first character of the value or of the member name. */
  readonly at: number;
  readonly note: string;

  constructor(kind: FaultKind, at: number, note = "") {
    this.kind = kind;
    this.at = at;
    this.note = note;
  }
}
